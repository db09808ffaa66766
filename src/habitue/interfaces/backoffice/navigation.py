"""The rooms of the back office, as the menu shows them: only those that the visitor may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from habitue.domain.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the menu."""

    key: str
    name: Promise
    icon: str
    permission: Permission

    @property
    def link(self) -> str:
        """Where it leads."""
        return reverse(f"backoffice:{self.key}")


ROOMS: Final = (
    Room("overview", _("Overview"), "chart", Permission.REPORTS_READ),
    Room("members", _("Members"), "people", Permission.MEMBERS_READ),
    Room("contributions", _("Contributions"), "inbox", Permission.CONTRIBUTIONS_DECIDE),
    Room("programme", _("Programme"), "sheet", Permission.PROGRAMME_READ),
    Room("stores", _("Stores"), "store", Permission.BACKOFFICE_USE),
    Room("staff", pgettext_lazy("people who work here", "Staff"), "person", Permission.STAFF_READ),
    Room(
        "devices", pgettext_lazy("devices at the counter", "Tills"), "till", Permission.DEVICES_READ
    ),
    Room("keys", _("API keys"), "key", Permission.KEYS_READ),
    Room("trail", _("Audit trail"), "trail", Permission.TRAIL_READ),
)


def rooms_of(actor: Actor) -> tuple[Room, ...]:
    """The rooms that the visitor may enter."""
    return tuple(room for room in ROOMS if actor.may(room.permission))
