"""What the tests of all rooms of the back office need."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.services.access.staff import StaffDetails, add_staff
from tests.interfaces.pages import World, counted
from tests.interfaces.reading import read_page

ROOM: Final = "/backoffice/"
SCRIPT: Final = "<script>alert(1)</script>"
OUTSIDE: Final = ("till", "vadim", "stranger")

# What no name may be; by a word, since the texts themselves are no names of tests.
NO_NAMES: Final[dict[str, str]] = {
    "empty": "",
    "blank": "   ",
    "long": "a" * 10_000,
    "nul": "\x00",
    "turned": "\u202egnirts\u202c",
    "broken": "one\u2028two",
}
# Names that look odd and are names all the same.
ODD_NAMES: Final[dict[str, str]] = {
    "script": SCRIPT,
    "quote": '"><img src=x onerror=alert(1)>',
    "hebrew": "שלום",
    "arabic": "مقهى",
    "sql": "'; DROP TABLE staff; --",
    "template": "{{ 7|add:7 }}{% load x %}",
}


def colleague(world: World, name: str, roles: list[str], stores: list[str]) -> UUID:
    """One more who works here, in the cast by their small name."""
    record = add_staff(
        world.connection,
        actor=SYSTEM,
        email=f"{name.casefold()}@second.example",
        details=StaffDetails(name, roles, stores, language="en"),
        now=world.clock.now(),
    )
    world.staff[name.casefold()] = record.staff_id
    return record.staff_id


def led_to(answer: Any) -> str:
    """Where an answer leads; nowhere is told with the words of the page."""
    assert answer.status_code == 302, (answer.status_code, read_page(answer).words)
    return str(answer.headers["Location"])


def cost(browser: Client, path: str) -> int:
    """How many statements a page takes, once everything that is kept is known."""
    assert browser.get(path).status_code == 200
    with counted() as statements:
        assert browser.get(path).status_code == 200
    return len(statements)


def escaped(browser: Client, path: str, text: str) -> bool:
    """Whether a page shows a text, and shows it as nothing but a text."""
    answer = browser.get(path)
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content
    assert b"<img src=x" not in answer.content
    return text in read_page(answer).words
