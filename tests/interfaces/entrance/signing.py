"""Short ways about the pages of the entrance."""

from __future__ import annotations

from typing import Any, Final

from django.test import Client

from habitue.services.access.staff import set_password
from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead, read_page

SIGN_IN: Final = "/account/sign-in/"
PASSWORD: Final = "a quiet table by the window"
NASTY: Final = (
    "<script>alert(1)</script>@habitue.example",
    "\u202egnirts\u202c@habitue.example",
    "' OR 1=1 --@habitue.example",
    "a" * 10_000 + "@habitue.example",
)


def email_of(who: str) -> str:
    """The address of one of the cast."""
    return f"{who}@habitue.example"


def with_password(world: World, who: str = "manager", password: str = PASSWORD) -> None:
    """Give one of the cast a password."""
    set_password(
        world.connection, staff_id=world.staff[who], password=password, now=world.clock.now()
    )


def typed(browser: Client, who: str, password: str = PASSWORD, **fields: Any) -> Any:
    """The answer to address and password, as the page sends them."""
    form = opened(browser, SIGN_IN).form(button="Sign in")
    return browser.post(
        form.action, {**form.fields, "login": email_of(who), "password": password, **fields}
    )


def opened(browser: Client, path: str, *, status: int = 200) -> PageRead:
    """The page at an address."""
    response = browser.get(path)
    assert response.status_code == status, (response.status_code, response.headers)
    return read_page(response)


def is_in(browser: Client) -> bool:
    """Whether a colleague is signed in there."""
    return browser.get("/backoffice/account/").status_code == 200


def trail(world: World) -> list[tuple[str, str, str]]:
    """Who did what to whom, of late."""
    found = world.rows("SELECT actor_name, action, subject_name FROM trail ORDER BY at, trail_id")
    return [(str(actor), str(action), str(subject)) for actor, action, subject in found]
