"""Members' states: made, locked in the order of their ids, read, written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.bulk import array, micros

StateKey: TypeAlias = tuple[str, str]
"""Member and programme, 32 hexadecimal digits each."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """A row of ``member_state``; ``state`` is the JSON text, ``None`` for a newcomer."""

    state: str | None
    revision: int
    latest_recorded_at: int


_PAIRS: Final = "unnest(%s::uuid[], %s::uuid[]) AS u(member_id, programme_id)"

_MAKE: Final = (
    f"INSERT INTO member_state (member_id, programme_id, revision, tier)"  # noqa: S608  # constants
    f" SELECT u.member_id, u.programme_id, 0, '' FROM {_PAIRS}"
    " ORDER BY u.member_id, u.programme_id ON CONFLICT DO NOTHING"
)

_HOLD: Final = (
    "SELECT m.status FROM member m JOIN unnest(%s::uuid[]) AS u(member_id)"
    " ON m.member_id = u.member_id ORDER BY m.member_id FOR KEY SHARE OF m"
)

_READ: Final = (
    "SELECT m.member_id, m.programme_id, m.state::text, m.revision,"  # noqa: S608  # constants
    f" coalesce({micros('m.latest_recorded_at')}, 0)"
    f" FROM member_state m JOIN {_PAIRS}"
    " ON m.member_id = u.member_id AND m.programme_id = u.programme_id"
    " ORDER BY m.member_id, m.programme_id"
)

_LOCK: Final = _READ + " FOR UPDATE OF m"

WRITE_STATES: Final = """
UPDATE member_state m SET
    state = u.state,
    revision = m.revision + 1,
    horizon_at = 'epoch'::timestamptz + u.horizon_at * '1 microsecond'::interval,
    next_due_at = 'epoch'::timestamptz + u.next_due_at * '1 microsecond'::interval,
    tier = u.tier,
    latest_recorded_at = 'epoch'::timestamptz + u.recorded_at * '1 microsecond'::interval
FROM unnest(%s::uuid[], %s::uuid[], %s::json[], %s::bigint[], %s::bigint[], %s::text[],
            %s::bigint[])
    AS u(member_id, programme_id, state, horizon_at, next_due_at, tier, recorded_at)
WHERE m.member_id = u.member_id AND m.programme_id = u.programme_id
"""


def make_states(cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]) -> None:
    """Make the rows that are missing, so that there is something to lock."""
    cursor.execute(_MAKE, _pairs(keys), prepare=True)


def hold_members(cursor: psycopg.Cursor[Any], members: Iterable[str]) -> bool:
    """Keep members from being merged until the end of the transaction; false: one was already.

    Whoever merges a member locks the member's row and then sees every state there is; so who makes
    a new one holds the row.
    """
    cursor.execute(_HOLD, [array("uuid", sorted(set(members)))], prepare=True)
    return all(status != "merged" for (status,) in cursor.fetchall())


def lock_states(cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]) -> None:
    """Lock the rows in the order of the members' ids; ``fetch_states`` answers them."""
    cursor.execute(_LOCK, _pairs(keys), prepare=True)


def read_states(cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]) -> None:
    """Read the rows without locks; ``fetch_states`` answers them."""
    cursor.execute(_READ, _pairs(keys), prepare=True)


def fetch_states(cursor: psycopg.Cursor[Any]) -> dict[StateKey, StoredState]:
    """What ``lock_states`` or ``read_states`` found."""
    return {
        (_hex(member), _hex(programme)): StoredState(state, revision, latest)
        for member, programme, state, revision, latest in cursor.fetchall()
    }


def state_arrays(
    rows: Sequence[tuple[str, str, bytes, int | None, int | None, str, int]],
) -> list[str]:
    """The parameters of ``WRITE_STATES`` for some rows, at least one: member, programme, JSON,
    horizon, next due instant, tier, recorded at."""
    members, programmes, states, horizons, dues, tiers, recorded = zip(*rows, strict=True)
    return [
        array("uuid", members),
        array("uuid", programmes),
        array("json", states),
        array("instant", horizons),
        array("instant", dues),
        array("text", tiers),
        array("instant", recorded),
    ]


def _pairs(keys: Iterable[StateKey]) -> list[str]:
    ordered = sorted(set(keys))
    return [
        array("uuid", (member for member, _ in ordered)),
        array("uuid", (programme for _, programme in ordered)),
    ]


def _hex(value: UUID) -> str:
    return value.hex
