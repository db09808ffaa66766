"""What a member holds at any instant, right whether or not a job ever ran (SEMANTICS 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.domain.engine.deciding import advance
from habitue.domain.engine.lots import effective_expiry
from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState
from habitue.kit.instants import FAR_FUTURE, Instant, datetime_of
from habitue.selectors.programmes import Compiled, get_one_compiled

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """What a member holds of one currency of points, in smallest units.

    ``balance`` = ``available`` + ``pending``; what is available is below zero where there is debt.
    ``expiring`` says how much ends when, ``activating`` how much of what is pending can be spent
    from when (``None``: once it is confirmed); both in the order of time.
    """

    currency: str
    balance: int
    available: int
    pending: int
    debt: int
    expiring: tuple[tuple[Instant, int], ...]
    activating: tuple[tuple[Instant | None, int], ...]


@dataclass(frozen=True, slots=True)
class Balances:
    """Where a member stands in a programme at an instant.

    ``tier`` is that of the main structure of tiers; ``tiers`` are those of all of them by name,
    where there are several.
    """

    member_id: UUID
    programme: str
    as_of: Instant
    tier: str
    points: Mapping[str, CurrencyBalance]
    tiers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    """What is left of a lot, or (without dates) the debt."""

    currency: str
    units: int
    activates_at: Instant | None = 0
    expires_at: Instant | None = None


def get_balances(
    connection: Connection, *, member_id: UUID, programme: str, as_of: Instant
) -> Balances:
    """What the member holds and which tier they have at ``as_of``, by what is recorded now.

    Refuses ``UNKNOWN_PROGRAMME``.  A member who never took part holds nothing.  For a member who
    was merged the answer is that of the survivor, whose id it bears.
    """
    compiled = get_one_compiled(connection, code=programme)
    number = compiled.number_at(as_of)
    version = compiled.versions[number] if number is not None else None
    beside = {tiers.key: tiers.name for tiers in version.structures} if version else {}
    tiers = dict.fromkeys(("", *beside), "")
    with connection.cursor(row_factory=tuple_row) as cursor:
        member_id, text = _find(cursor, member_id, compiled)
        held: list[_Held] = []
        if text is not None:
            state = state_from_json(orjson.loads(text))
            if as_of >= state.horizon:
                held, later = _later(compiled, state, as_of)
                tiers = {key: later.standing_in(key).tier for key in tiers}
            else:
                held = _earlier(cursor, compiled, member_id, as_of)
                tiers = {key: _tier_at(cursor, compiled, member_id, as_of, key) for key in tiers}
    known = version.points if version is not None else {}
    codes = sorted({*known, *(one.currency for one in held)})
    points = {code: _balance(code, held, as_of) for code in codes}
    named = {name: tiers[key] for key, name in beside.items()} if len(beside) > 1 else {}
    return Balances(member_id, programme, as_of, tiers[""], points, named)


_STATE: Final = """
SELECT m.merged_into, s.state::text FROM member m
LEFT JOIN member_state s ON s.member_id = m.member_id AND s.programme_id = %s
WHERE m.member_id = %s
"""


def _find(
    cursor: psycopg.Cursor[Any], member_id: UUID, compiled: Compiled
) -> tuple[UUID, str | None]:
    """The member, or whoever they were merged into, and the state; one statement for each."""
    programme = UUID(compiled.programme_id)
    while True:
        row = cursor.execute(_STATE, [programme, member_id]).fetchone()
        if row is None:
            return member_id, None
        if row[0] is None:
            return member_id, row[1]
        member_id = row[0]


def _later(
    compiled: Compiled, state: MemberState, as_of: Instant
) -> tuple[list[_Held], MemberState]:
    """After everything that is recorded: time passes, and nothing else happens."""
    number = compiled.number_at(as_of)
    assert number is not None, "something was recorded, so a version was in effect"
    version = compiled.versions[number]
    later = advance(compiled.versions, state, as_of)
    held = [
        _Held(
            lot.currency,
            lot.remaining,
            None if lot.activates_at == FAR_FUTURE else lot.activates_at,
            _ends(effective_expiry(version, later, lot)) if lot.inactive else lot.expires_at,
        )
        for lot in later.lots
    ]
    held += [_Held(code, -debt) for code, debt in later.debts.items() if debt]
    return held, later


def _ends(at: Instant) -> Instant | None:
    return None if at == FAR_FUTURE else at


_LINES: Final = f"""
SELECT s.currency, s.units, s.lot_id IS NULL,
       {micros("l.activates_at")}, {micros("l.expires_at")}
FROM (
    SELECT currency, lot_id, sum(amount)::bigint AS units FROM entry
    WHERE member_id = %s AND programme_id = %s AND effective_at <= %s
    GROUP BY currency, lot_id
) AS s
LEFT JOIN lot l ON l.member_id = %s AND l.lot_id = s.lot_id
WHERE s.units <> 0
"""  # noqa: S608  # constants


def _earlier(
    cursor: psycopg.Cursor[Any], compiled: Compiled, member_id: UUID, as_of: Instant
) -> list[_Held]:
    """Among what is recorded: the sum of the lines until then."""
    parameters = [member_id, UUID(compiled.programme_id), datetime_of(as_of), member_id]
    cursor.execute(_LINES, parameters)
    return [
        _Held(currency, units) if is_debt else _Held(currency, units, activates, expires)
        for currency, units, is_debt, activates, expires in cursor.fetchall()
    ]


_MOVES: Final = """
SELECT from_tier, to_tier FROM (
    SELECT at, from_tier, to_tier, sum(sign) AS times FROM tier_move
    WHERE member_id = %s AND programme_id = %s AND at <= %s AND structure = %s
    GROUP BY at, from_tier, to_tier, cause, event_id, valid_until
) AS m WHERE times > 0 ORDER BY at DESC
FETCH FIRST 1 ROWS WITH TIES
"""


def _tier_at(
    cursor: psycopg.Cursor[Any],
    compiled: Compiled,
    member_id: UUID,
    as_of: Instant,
    structure: str,
) -> str:
    """The end of the chain of moves at the latest instant at which there was one."""
    programme = UUID(compiled.programme_id)
    cursor.execute(_MOVES, [member_id, programme, datetime_of(as_of), structure])
    moves = cursor.fetchall()
    left = {before for before, _ in moves}
    ends = [after for _, after in moves if after not in left]
    return str(ends[0]) if ends else str(moves[0][1]) if moves else ""


def _balance(code: str, held: Iterable[_Held], as_of: Instant) -> CurrencyBalance:
    own = [one for one in held if one.currency == code]
    debt = -sum(one.units for one in own if one.units < 0)
    expiring: dict[Instant, int] = {}
    activating: dict[Instant | None, int] = {}
    available = pending = 0
    for one in own:
        if one.activates_at is None or one.activates_at > as_of:
            pending += one.units
            activating[one.activates_at] = activating.get(one.activates_at, 0) + one.units
        else:
            available += one.units
        if one.expires_at is not None and one.units > 0:
            expiring[one.expires_at] = expiring.get(one.expires_at, 0) + one.units
    return CurrencyBalance(
        code,
        available + pending,
        available,
        pending,
        debt,
        tuple(sorted(expiring.items())),
        tuple(sorted(activating.items(), key=lambda pair: (pair[0] is None, pair[0] or 0))),
    )
