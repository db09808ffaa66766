"""Short ways about the pages of members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client

from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead, read_page

LIST = "/backoffice/members/"

# What people type who mean no good, or whose cat walks over the keyboard.
NASTY = (
    "<script>alert(1)</script>",
    "\u202egnirts\u202c",
    "'; DROP TABLE member; --",
    "{{ 7|add:7 }}",
    "a" * 10_000,
    "\x00",
)


def address(world: World, who: str = "vadim", rest: str = "") -> str:
    """The page of a member."""
    return f"{LIST}{world.members[who]}/{rest}"


def opened(client: Client, path: str, *, status: int = 200) -> PageRead:
    """The page at an address."""
    response = client.get(path)
    assert response.status_code == status, read_page(response).words
    return read_page(response)


def sent(client: Client, path: str, *, button: str, **fields: Any) -> Any:
    """The answer to a form of a page, filled in as given; the rest stays as it is."""
    form = opened(client, path).form(button=button)
    return client.post(form.action or path, {**form.fields, **fields})


def id_of(response: Any) -> UUID:
    """The member to whose page an answer leads."""
    assert response.status_code == 302, read_page(response).words
    return UUID(response.headers["Location"].rstrip("/").rpartition("/")[2])
