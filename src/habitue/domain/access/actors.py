"""The actor: in whose name something is read or done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from habitue.domain.access.permissions import PERMISSIONS, TILL_PERMISSIONS, Permission, Role


class Kind(StrEnum):
    """What an actor is."""

    STAFF = "staff"
    MEMBER = "member"
    DEVICE = "device"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or a till, or nobody.

    ``stores`` and ``programmes`` hold codes; an empty set restricts nothing. ``device`` is the
    till in use, and ``at_till`` says that staff have identified themselves there by a PIN: then
    they may no more than a till allows, and only in its store.
    """

    kind: Kind
    id: UUID | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    stores: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    language: str = ""
    device: UUID | None = None
    at_till: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether a person is known; a till by itself is nobody in particular."""
        return self.kind in (Kind.STAFF, Kind.MEMBER)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the actor may do in one store at least."""
        if self.kind is Kind.DEVICE:
            # A till by itself opens the terminal, which then asks who serves.
            return frozenset({Permission.TERMINAL_USE})
        if self.kind is Kind.SYSTEM:
            # Whoever may run commands on the machine could change the database itself.
            return frozenset(Permission)
        if self.kind is not Kind.STAFF:
            return frozenset()
        granted = frozenset(one for role in self.roles for one in PERMISSIONS[role])
        return granted & TILL_PERMISSIONS if self.at_till else granted

    def may(self, permission: Permission, store: str | None = None) -> bool:
        """Whether the actor may do it: in this store, or, without one, in any store at all."""
        return permission in self.permissions and (store is None or self.works_in(store))

    def works_in(self, store: str) -> bool:
        """Whether a store is among the actor's."""
        return not self.stores or store in self.stores

    def in_programme(self, code: str) -> bool:
        """Whether a programme is among the actor's."""
        return not self.programmes or code in self.programmes


NOBODY: Final = Actor(kind=Kind.NOBODY)
SYSTEM: Final = Actor(kind=Kind.SYSTEM, name="Habitué")
