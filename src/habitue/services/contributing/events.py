"""The events that approved contributions become, under keys of the house's own."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Contribution, EventKey, Withdrawal
from habitue.domain.received.models import ReceivedMember
from habitue.domain.received.normalising import Normalised
from habitue.kit.instants import Instant
from habitue.selectors.contributions import ContributionRecord
from habitue.selectors.members import MemberRecord, get_member
from habitue.services.intake import Envelope

SOURCE: Final = "habitue:contributions"


def contribution_event(record: ContributionRecord) -> Envelope:
    """A contribution as of the instant at which it was sent in."""
    body = Contribution(
        record.kind,
        record.product or None,
        record.purchase,
        len(record.body),
        picture=bool(record.picture_type),
        link=bool(record.link),
    )
    known = ReceivedMember(kind="member_id", value=record.member_id.hex)
    normalised = Normalised(
        _key(record), record.sent_at, body, known, None, "online", record.sent_by[:64] or None, {}
    )
    return Envelope(record.programme, Contribution.kind, normalised)


def withdrawal_event(record: ContributionRecord, *, reason: str, by: str, now: Instant) -> Envelope:
    """The withdrawal of an approved contribution."""
    key = _key(record)
    normalised = Normalised(
        EventKey(SOURCE, f"{key.external_id}:withdrawn"),
        now,
        Withdrawal(key, reason),
        None,
        None,
        "office",
        by[:64] or None,
        {},
    )
    return Envelope(record.programme, Withdrawal.kind, normalised)


def _key(record: ContributionRecord) -> EventKey:
    # The member who sent it stays in the key, whoever they are merged into later.
    return EventKey(SOURCE, f"{record.member_id.hex}:{record.contribution_id.hex}")


def survivor_of(connection: psycopg.Connection[Any], member_id: UUID) -> MemberRecord:
    """The member, or whoever they were merged into; refuses ``UNKNOWN_MEMBER``."""
    member = get_member(connection, member_id=member_id)
    while member.merged_into is not None:
        member = get_member(connection, member_id=member.merged_into)
    return member


def require_text(text: str, path: str, *, limit: int) -> str:
    """A text that must be there; refuses ``MISSING_FIELD`` and ``TOO_LONG``."""
    text = text.strip()
    if not text:
        raise Refusal(Code.MISSING_FIELD, path)
    if len(text) > limit:
        raise Refusal(Code.TOO_LONG, path, value=text[:40], limit=limit)
    return text
