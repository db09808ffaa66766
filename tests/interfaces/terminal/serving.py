"""Short ways about the pages of the terminal."""

from __future__ import annotations

from typing import Any, Final

from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.services.access.pins import set_pin
from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead, read_page

HOME: Final = "/terminal/"
PIN: Final = "4061"
HTMX: Final = {"HX-Request": "true"}

# What people type who mean no good, or whose cat walks over the keyboard.
NASTY: Final = (
    "<script>alert(1)</script>",
    "\u202egnirts\u202c",
    "'; DROP TABLE member; --",
    "{{ 7|add:7 }}",
    "a" * 10_000,
    "\x00",
)
# Who may not serve here, signed in as they may be.
OTHERS: Final = ("analyst", "developer", "ana", "stranger")


def at(world: World, who: str = "vadim", rest: str = "") -> str:
    """The page of a member."""
    return f"{HOME}members/{world.members[who]}/{rest}"


def opened(client: Client, path: str = HOME, *, status: int = 200, **options: Any) -> PageRead:
    """The page at an address."""
    response = client.get(path, **options)
    assert response.status_code == status, read_page(response).words
    return read_page(response)


def sent(client: Client, path: str, *, button: str, **fields: Any) -> Any:
    """The answer to a form of a page, filled in as given; the rest stays as it is."""
    form = opened(client, path).form(button=button)
    return client.post(form.action or path, {**form.fields, **fields})


def led(client: Client, response: Any) -> PageRead:
    """The page to which an answer leads."""
    assert response.status_code == 302, read_page(response).words
    return opened(client, response.headers["Location"])


def scan(client: Client, text: str) -> Any:
    """The answer to what a scanner types into the field, with Enter."""
    return client.get(HOME, {"q": text, "go": "1"})


def pinned(world: World, who: str = "staff", pin: str = PIN) -> None:
    """Give a colleague a PIN."""
    set_pin(
        world.connection,
        actor=SYSTEM,
        staff_id=world.staff[who],
        pin=pin,
        now=world.clock.now(),
    )


def at_till(world: World, who: str = "staff") -> Client:
    """A paired till at which a colleague serves."""
    pinned(world, who)
    till = world.browser("till")
    answer = sent(till, f"{HOME}who/", button="Continue", pin=PIN)
    assert answer.headers["Location"] == HOME
    return till


def points(world: World, card: str = "CARD0001") -> int:
    """What a member has, from the lines of the ledger alone."""
    return world.till.balance(card)
