"""Where something is done: by whom, in which store, under which source of natural keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, format_instant
from habitue.selectors.ledger import get_event
from habitue.selectors.members import MemberRecord, get_member
from habitue.services.access.rights import require
from habitue.services.intake import Answer, Envelope, record

Connection: TypeAlias = psycopg.Connection[Any]
Source: TypeAlias = Literal["terminal", "backoffice", "portal"]

CHANNELS: Final[Mapping[str, str]] = {
    "terminal": "till",
    "backoffice": "office",
    "portal": "online",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """The place at which somebody serves.

    ``store`` is empty where the place is no store; ``source`` names whose numbers the natural keys
    are.
    """

    connection: Connection
    actor: Actor
    clock: Clock
    phones: PhoneReader
    source: Source
    country: str = ""
    store: str = ""

    def require(self, permission: Permission) -> None:
        """Refuse (``NOT_PERMITTED``) what the actor may not do here."""
        require(self.actor, permission, self.store or None)

    def member(self, member_id: UUID) -> MemberRecord:
        """An active member; refuses ``UNKNOWN_MEMBER`` and ``MEMBER_CLOSED``.

        At a till everybody is served; in the back office (``NOT_PERMITTED``) only those who are at
        home in one of the actor's stores, or in none.
        """
        member = get_member(self.connection, member_id=member_id)
        if self.source == "backoffice" and member.store and not self.actor.works_in(member.store):
            raise Refusal(Code.NOT_PERMITTED, "member", scope=Permission.MEMBERS_WRITE.value)
        if member.status != "active":
            raise Refusal(Code.MEMBER_CLOSED, "member", value=str(member_id))
        return member

    def content(
        self, external_id: str, *, occurred_at: Instant | None = None, **fields: Any
    ) -> dict[str, Any]:
        """The content of an event that happens here, now unless it is said when."""
        at = self.clock.now() if occurred_at is None else occurred_at
        return {
            "source": self.source,
            "external_id": external_id,
            "occurred_at": format_instant(at),
            "channel": CHANNELS[self.source],
            **({"store": self.store} if self.store else {}),
            **({"staff": self.actor.name[:64]} if self.actor.name else {}),
            **fields,
        }

    def post(
        self, programme: str, kind: str, content: Mapping[str, Any], *, dated: bool = False
    ) -> Answer:
        """Record one event; raises what it is refused for.

        A form that is sent again is sent later: unless the form itself says when (``dated``), it
        happened when it was sent first, and what was answered then is answered again.
        """
        answer = self._record(programme, kind, content)
        if answer.refusal is not None and answer.refusal.code is Code.KEY_REUSED and not dated:
            first = get_event(
                self.connection, source=self.source, external_id=content["external_id"]
            )
            again = {**content, "occurred_at": format_instant(first.occurred_at)}
            answer = self._record(programme, kind, again)
        if answer.refusal is not None:
            raise answer.refusal
        return answer

    def _record(self, programme: str, kind: str, content: Mapping[str, Any]) -> Answer:
        (answer,) = record(
            self.connection,
            [Envelope(programme, kind, content)],
            clock=self.clock,
            phones=self.phones,
            country=self.country,
        )
        return answer


def known_as(member_id: UUID) -> dict[str, str]:
    """A member as an event names them."""
    return {"kind": "member_id", "value": member_id.hex}
