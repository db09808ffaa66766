"""The rooms of the back office, as the menu shows them: only those that the visitor may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise

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


ROOMS: Final[tuple[Room, ...]] = ()


def rooms_of(actor: Actor) -> tuple[Room, ...]:
    """The rooms that the visitor may enter."""
    return tuple(room for room in ROOMS if actor.may(room.permission))
