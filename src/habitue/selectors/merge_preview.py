"""What two members have, and what they would have together; nothing is recorded for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.domain.engine.deciding import advance, foresee_merge
from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.selectors.members import IdentifierRecord, MemberRecord, get_member, list_identifiers
from habitue.selectors.merges import missing_details
from habitue.selectors.programmes import Compiled, get_compiled_by_id

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one currency of points, in smallest units; ``available`` is below zero where
    there is debt."""

    balance: int
    available: int
    pending: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Where somebody stands in a programme; ``beside`` are the tiers in the further structures, by
    the structures' names."""

    tier: str
    points: Mapping[str, Held]
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProgrammePreview:
    """What a merge would do in one programme."""

    programme: str
    into: Holding
    duplicate: Holding
    together: Holding


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do: in every programme in which either takes part, and to what the
    survivor is known by; ``filled`` are details that would come from the duplicate."""

    duplicate: MemberRecord
    into: MemberRecord
    programmes: tuple[ProgrammePreview, ...]
    identifiers: tuple[IdentifierRecord, ...]
    filled: Mapping[str, Any]


def preview_merge(
    connection: Connection, *, duplicate: UUID, into: UUID, now: Instant
) -> MergePreview:
    """What merging these two now would lead to, by the engine itself.

    Reads states, not histories.  Refuses ``SAME_MEMBER``, ``UNKNOWN_MEMBER``, ``ALREADY_MERGED``
    and ``MEMBER_CLOSED``, as the merge would.
    """
    if duplicate == into:
        raise Refusal(Code.SAME_MEMBER, "into", value=str(into))
    gone = get_member(connection, member_id=duplicate)
    kept = get_member(connection, member_id=into)
    require_mergeable(gone, "duplicate")
    require_mergeable(kept, "into")
    states = _states(connection, duplicate, into)
    return MergePreview(
        gone,
        kept,
        tuple(
            _preview(
                get_compiled_by_id(connection, programme_id=programme),
                states.get((duplicate, programme), MemberState()),
                states.get((into, programme), MemberState()),
                now,
            )
            for programme in sorted({programme for _, programme in states})
        ),
        tuple(
            one
            for member in (into, duplicate)
            for one in list_identifiers(connection, member_id=member)
        ),
        missing_details(kept, gone),
    )


def require_mergeable(member: MemberRecord, path: str) -> None:
    """Refuse (``ALREADY_MERGED``, ``MEMBER_CLOSED``) who can take no part in a merge."""
    if member.merged_into is not None:
        raise Refusal(
            Code.ALREADY_MERGED, path, value=str(member.member_id), into=str(member.merged_into)
        )
    if member.status != "active":
        raise Refusal(Code.MEMBER_CLOSED, path, value=str(member.member_id))


def _states(
    connection: Connection, duplicate: UUID, into: UUID
) -> dict[tuple[UUID, UUID], MemberState]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT member_id, programme_id, state::text FROM member_state"
            " WHERE member_id = ANY(%s) AND state IS NOT NULL",
            [[duplicate, into]],
        ).fetchall()
    return {
        (member, programme): state_from_json(orjson.loads(text)) for member, programme, text in rows
    }


def _preview(
    compiled: Compiled, duplicate: MemberState, into: MemberState, now: Instant
) -> ProgrammePreview:
    at = max(now, duplicate.horizon + 1, into.horizon + 1)
    number = compiled.number_at(at)
    assert number is not None, "something was recorded, so a version was in effect"
    version = compiled.versions[number]
    together = into
    if duplicate.latest is not None:
        together = foresee_merge(compiled.versions, into, duplicate, version=version, at=at)

    def held(state: MemberState) -> Holding:
        later = advance(compiled.versions, state, at) if state.latest is not None else state
        codes = {*version.points, *(lot.currency for lot in later.lots)}
        return Holding(
            later.standing.tier,
            {code: _held(later, code, at) for code in sorted(codes)},
            {one.name: later.standing_in(one.key).tier for one in version.beside},
        )

    return ProgrammePreview(compiled.code, held(into), held(duplicate), held(together))


def _held(state: MemberState, code: str, at: Instant) -> Held:
    return Held(state.balance(code), state.spendable(code, at), state.pending(code, at))
