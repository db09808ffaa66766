"""Every page that a link leads to, for each person, as people see it: wide and narrow, light and
dark, in every language.

Pages are found as people find them: from the first one on, by their links; of those that differ by
an id alone, one is looked at.  Each page is seen in one language and look, which go round from page
to page; in CI in every language when light, and once when dark: what is too long for a page hangs
on its language, what cannot be seen on its colours.  With ``HABITUE_SCREENSHOTS`` set it is seen in
all of them, and a picture of each is put there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page

from tests.journeys.business import Business, Visitor

LANGUAGES: Final = ("en", "fr", "de", "ro")
WIDTHS: Final = (1280, 360)
LOOKS: Final = ("light", "dark")
HEAVIEST_BYTES: Final = 100_000
GRAVE: Final = ("serious", "critical")
PICTURES: Final = os.environ.get("HABITUE_SCREENSHOTS", "")
THOROUGH: Final = bool(PICTURES or os.environ.get("CI"))

# Where each person begins; strangers have no links to everything that is open to them.
BEGIN: Final[dict[str, tuple[str, ...]]] = {
    "owner": ("/backoffice/overview/", "/backoffice/design/", "/account/second-factor/"),
    "manager": ("/terminal/", "/terminal/?q=vadim"),
    "staff at the till": ("/terminal/", "/terminal/?q=vadim"),
    "guest": ("/portal/",),
    "stranger": (
        "/portal/sign-in/",
        "/portal/join/",
        "/account/sign-in/",
        "/account/password/reset/",
        "/terminal/pair/",
    ),
}
# A link that ends the visit, or one to a file.
LEFT_OUT: Final = re.compile(
    r"sign-out|/export\.|\.(csv|xlsx|pdf|webmanifest)$|me/data/|/api/|/document/"
)
_ID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/stores/)[^/]+|(?<=/keys/)[^/]+(?=/)|(?<=/drafts/start/)[^/]+"
)


def form_of(path: str) -> str:
    """The path without what differs from one thing to the next."""
    return _ID.sub("*", path)


def links_of(page: Page) -> list[str]:
    """The places within the pages to which a page leads."""
    found: list[str] = page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(one => one.getAttribute('href'))"
    )
    places = (urlsplit(urljoin(page.url, href)) for href in found if href)
    here = urlsplit(page.url).netloc
    return [one.path for one in places if one.netloc == here and not LEFT_OUT.search(one.path)]


def choices_of(number: int) -> list[tuple[str, str]]:
    """Language and look: all of them, or those whose turn it is with this page."""
    every = list(product(LANGUAGES, LOOKS))
    if PICTURES:
        return every
    if THOROUGH:
        return [one for one in every if one[0] == LANGUAGES[0] or one[1] == LOOKS[0]]
    return [every[number % len(every)]]


def barriers(page: Page) -> list[str]:
    """What keeps people out of the page, as axe-core finds it."""
    result: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['target']}"
        for one in result["violations"]
        if one["impact"] in GRAVE
    ]


def weight_of(page: Page) -> int:
    """The bytes of the page and of everything that it loads, as they come over the wire."""
    weight: int = page.evaluate(
        "['navigation', 'resource'].flatMap(one => performance.getEntriesByType(one))"
        ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
    )
    return weight


def faults_of(page: Page, language: str, width: int) -> Iterator[str]:
    """What is wrong with the page as it stands there."""
    spoken = page.locator("html").get_attribute("lang")
    if spoken != language:
        yield f"speaks {spoken}"
    beyond: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if beyond > 0:
        yield f"is {beyond} px too wide"
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} first headings"
    if not page.title().strip():
        yield "has no title"
    if (weight := weight_of(page)) > HEAVIEST_BYTES:
        yield f"weighs {weight} bytes"
    # What axe-core looks at does not hang on the language.
    if language == LANGUAGES[0] or (not THOROUGH and width == min(WIDTHS)):
        yield from barriers(page)


class Walk:
    """A person's way through all pages that their links lead to."""

    def __init__(self, visitor: Visitor, who: str) -> None:
        self.page = visitor.page
        self.context = visitor.context
        self.address = visitor.business.address
        self.who = who
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def go(self, begin: tuple[str, ...]) -> None:
        """Look at every page, from the first ones on."""
        waiting, number = [*begin], 0
        doors = tuple({f"/{path.split('/')[1]}/" for path in begin})
        while waiting:
            path = waiting.pop(0)
            if form_of(path) in self.seen or not path.startswith(doors):
                continue
            self.seen.add(form_of(path))
            if self.look_at(path, choices_of(number)):
                waiting += links_of(self.page)
                number += 1

    def look_at(self, path: str, choices: list[tuple[str, str]]) -> bool:
        """Look at one page; tell whether it is a new one: some links lead on to another page."""
        found = set[str]()
        for language, look in choices:
            self.choose(language=language, theme=look)
            answer = self.page.goto(path)
            assert answer is not None
            assert answer.status == 200, f"{path}: {answer.status}"
            form = form_of(urlsplit(self.page.url).path)
            if form != form_of(urlsplit(path).path) and form in self.seen:
                return False
            found.add(form)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                self.faults += [
                    f"{form} ({language}, {width}, {look}): {fault}"
                    for fault in faults_of(self.page, language, width)
                ]
                self.picture(f"{self.who}{form}{language}-{width}-{look}")
        self.seen |= found
        return True

    def choose(self, **choices: str) -> None:
        """Set what the pages remember of a browser."""
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in choices.items()]
        )

    def picture(self, name: str) -> None:
        """Keep a picture of the page where pictures are asked for."""
        if PICTURES:
            file = re.sub(r"[^\w-]+", "_", name.replace("*", "one"))
            self.page.screenshot(path=Path(PICTURES) / f"{file}.png", full_page=True)


@pytest.mark.parametrize("who", BEGIN)
def test_every_page_is_as_it_should_be(
    served_business: Business, browser: Browser, who: str
) -> None:
    visitor = served_business.visit(browser)
    if who != "stranger":
        visitor.come_in(who)
    walk = Walk(visitor, who)
    walk.go(BEGIN[who])
    assert walk.seen >= {form_of(one) for one in BEGIN[who]}
    assert not walk.faults, "\n".join(walk.faults)
    visitor.leave()
