"""How a page of the back office is made: with its menu, and the room in which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.navigation import rooms_of
from habitue.interfaces.web.visits import Visit


def render(
    visit: Visit,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    here: str,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with the menu around it; ``here`` is the key of its room."""
    around = {
        "here": here,
        "rooms": rooms_of(visit.actor),
        "may_see_staff": visit.may(Permission.STAFF_READ),
        "may_invite": visit.may(Permission.MEMBERS_WRITE),
        "may_serve": visit.may(Permission.TERMINAL_USE),
    }
    return visit.render(
        f"backoffice/{template}",
        {**around, **(context or {})},
        part=None if part is None else f"backoffice/{part}",
        status=status,
    )
