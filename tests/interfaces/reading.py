"""Reads pages as a visitor does: the words, the links, and forms with what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class FormOnPage:
    """A form: where it goes, and what a browser would send."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


@dataclass
class PageRead:
    """What a page says."""

    words: str
    links: dict[str, str]
    forms: list[FormOnPage]
    headings: list[str]

    def form(self, *, action: str = "", button: str = "") -> FormOnPage:
        """The only form that goes there, or whose button says so."""
        fitting = [
            one
            for one in self.forms
            if (not action or one.action == action) and (not button or button in one.buttons)
        ]
        assert len(fitting) == 1, [(one.action, one.buttons) for one in self.forms]
        return fitting[0]


def read_page(response: Any) -> PageRead:
    """The page, or the part of one, that was answered."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return PageRead(
        " ".join(" ".join(reader.words).split()), reader.links, reader.forms, reader.headings
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.forms: list[FormOnPage] = []
        self.headings: list[str] = []
        self._open: dict[str, list[str]] = {}
        self._silent = 0
        self._link = self._select = self._area = ""
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "svg"):
            self._silent += 1
        elif tag in ("h1", "a", "button", "textarea"):
            self._open[tag] = []
            self._link = given.get("href", "") if tag == "a" else self._link
            self._area = given.get("name", "") if tag == "textarea" else self._area
        elif tag == "form":
            self.forms.append(FormOnPage(given.get("action", ""), given.get("method", "get")))
        elif self.forms and tag == "select":
            self._select, self._chosen = given.get("name", ""), False
        elif self.forms and tag == "option":
            self._option(given)
        elif self.forms and tag == "input":
            self._input(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "svg"):
            self._silent -= 1
        elif tag in self._open:
            raw = "".join(self._open.pop(tag))
            text = " ".join(raw.split())
            if tag == "a":
                self.links[text] = self._link
            elif tag == "h1":
                self.headings.append(text)
            elif tag == "textarea":
                self.forms[-1].fields[self._area] = raw.strip("\n")
            elif self.forms:
                self.forms[-1].buttons.append(text)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        for gathered in self._open.values():
            gathered.append(data)

    def _option(self, given: dict[str, str]) -> None:
        fields = self.forms[-1].fields
        if "selected" in given or (not self._chosen and self._select not in fields):
            fields[self._select] = given.get("value", "")
            self._chosen = "selected" in given

    def _input(self, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if not name or (kind in ("checkbox", "radio") and "checked" not in given):
            return
        self.forms[-1].fields[name] = given.get("value", "on" if kind == "checkbox" else "")


def shows(secret: str, text: str) -> bool:
    """Whether a secret stands in a text by itself, and not by chance within an id or a token."""
    return re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text) is not None
