"""Reading draws: what was promised, how many entered, and who won."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.draws.lot import Drawn, entrant_of
from habitue.domain.draws.proof import Proof
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.draw_model import ENTRIES, Draw, Prize
from habitue.kit.instants import Instant, datetime_of, instant_of
from habitue.selectors.programmes import Compiled, get_one_compiled

Connection: TypeAlias = psycopg.Connection[Any]
Stage: TypeAlias = Literal["to_come", "open", "closed", "held"]

_DRAWS: Final = """
SELECT code, commitment, committed_at, held_at, digest FROM draw WHERE programme_id = %s
"""
_COUNTS: Final = """
SELECT currency, count(*), sum(entries)::bigint FROM (
    SELECT e.currency, e.member_id, sum(e.amount) AS entries FROM entry e
    JOIN unnest(%s::text[], %s::timestamptz[]) AS u(currency, ends_at) ON u.currency = e.currency
    WHERE e.programme_id = %s AND e.currency LIKE 'draw:%%' AND e.effective_at < u.ends_at
    GROUP BY e.currency, e.member_id HAVING sum(e.amount) > 0
) AS entrants GROUP BY currency
"""
_LISTED: Final = """
SELECT code, count(line), coalesce(sum(split_part(line, ' ', 2)::bigint), 0)::bigint
FROM draw CROSS JOIN LATERAL string_to_table(rtrim(list, E'\\n'), E'\\n') AS line
WHERE programme_id = %s AND held_at IS NOT NULL AND list <> '' GROUP BY code
"""
_WINNERS: Final = """
SELECT w.code, w.place, w.prize, w.member_id, w.entrant, w.ticket, w.reason, w.named_by,
    m.number, coalesce(nullif(m.display_name, ''), concat_ws(' ', m.given_name, m.family_name))
FROM draw_winner w LEFT JOIN member m ON m.member_id = w.member_id
WHERE w.programme_id = %s ORDER BY w.code, w.place
"""
_OWN: Final = """
SELECT e.currency, sum(e.amount)::bigint FROM entry e
JOIN unnest(%s::text[], %s::timestamptz[]) AS u(currency, ends_at) ON u.currency = e.currency
WHERE e.programme_id = %s AND e.member_id = %s AND e.effective_at < u.ends_at
GROUP BY e.currency
"""
_SALTS: Final = "SELECT code, salt FROM draw WHERE programme_id = %s"
_PROOF: Final = """
SELECT commitment, secret, digest, places, list FROM draw
WHERE programme_id = %s AND code = %s AND held_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class WinnerRecord:
    """A place of a draw, the prize in it, and who won it; of a contest also by whose word."""

    place: int
    prize: Prize
    member_id: UUID
    number: str
    name: str
    entrant: str
    ticket: int | None
    reason: str
    named_by: str


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """A draw as it stands: ``entries`` of ``entrants`` so far, or on the list that was closed."""

    draw: Draw
    stage: Stage
    commitment: str
    committed_at: Instant
    held_at: Instant | None
    digest: str
    entrants: int
    entries: int
    winners: tuple[WinnerRecord, ...]


@dataclass(frozen=True, slots=True)
class OwnEntries:
    """How many entries a member has, and the pseudonym under which they are on the list."""

    entries: int
    entrant: str


def definition_of(compiled: Compiled, code: str, *, now: Instant) -> Draw | None:
    """A draw as the version in force has it, or the latest one before that names it: what was
    promised is held, also where a later version no longer speaks of it."""
    for number in range(compiled.number_at(now) or 0, 0, -1):
        version = compiled.versions.get(number)
        if version is not None and code in version.draws:
            return version.draws[code]
    return None


def list_draws(connection: Connection, *, programme: str, now: Instant) -> list[DrawRecord]:
    """The draws of a programme, the latest end first; refuses ``UNKNOWN_PROGRAMME``.

    Four statements, however many draws there are.
    """
    compiled = get_one_compiled(connection, code=programme)
    found = {row[0]: row for row in _rows(connection, _DRAWS, [compiled.programme_id])}
    draws = {
        code: draw for code in found if (draw := definition_of(compiled, code, now=now)) is not None
    }
    waiting = [draw for code, draw in draws.items() if found[code][3] is None]
    counts = {
        row[0].removeprefix(ENTRIES): (row[1], row[2])
        for row in _rows(connection, _COUNTS, [*_ends(waiting), compiled.programme_id])
    }
    counts |= {row[0]: row[1:] for row in _rows(connection, _LISTED, [compiled.programme_id])}
    winners: dict[str, list[WinnerRecord]] = {}
    for code, place, prize, *others in _rows(connection, _WINNERS, [compiled.programme_id]):
        if code in draws and prize < len(draws[code].prizes):
            winners.setdefault(code, []).append(_winner(place, draws[code].prizes[prize], *others))
    return [
        _record(draw, found[code], counts.get(code, (0, 0)), tuple(winners.get(code, ())), now)
        for code, draw in sorted(draws.items(), key=lambda one: (-one[1].ends_at, one[0]))
    ]


def get_own_entries(
    connection: Connection, *, programme: str, member_id: UUID, now: Instant
) -> dict[str, OwnEntries]:
    """What a member has in each draw of a programme; refuses ``UNKNOWN_PROGRAMME``."""
    compiled = get_one_compiled(connection, code=programme)
    salts = dict(_rows(connection, _SALTS, [compiled.programme_id]))
    draws = [draw for code in salts if (draw := definition_of(compiled, code, now=now)) is not None]
    own = _rows(connection, _OWN, [*_ends(draws), compiled.programme_id, member_id])
    return {
        code: OwnEntries(int(entries), entrant_of(bytes(salts[code]), member_id.hex))
        for currency, entries in own
        if (code := currency.removeprefix(ENTRIES)) in salts and entries > 0
    }


def get_proof(connection: Connection, *, programme: str, draw: str) -> Proof:
    """Everything that is published of a draw that was held.

    Refuses ``UNKNOWN_PROGRAMME``, and ``UNKNOWN_DRAW`` where none of that name was held by lot.
    """
    compiled = get_one_compiled(connection, code=programme)
    rows = _rows(connection, _PROOF, [compiled.programme_id, draw])
    judged = any(
        draw in version.draws and version.draws[draw].judged
        for version in compiled.versions.values()
    )
    if not rows or judged:
        raise Refusal(Code.UNKNOWN_DRAW, "draw", value=draw[:80])
    commitment, secret, digest, places, text = rows[0]
    lines = [line.split(" ") for line in text.splitlines()]
    winners = _rows(connection, _WINNERS, [compiled.programme_id])
    return Proof(
        programme=programme,
        draw=draw,
        commitment=commitment,
        secret=bytes(secret),
        digest=digest,
        places=places,
        entrants=tuple((entrant, int(entries)) for entrant, entries in lines),
        winners=tuple(Drawn(row[1], row[4], row[5]) for row in winners if row[0] == draw),
    )


def _ends(draws: Iterable[Draw]) -> tuple[list[str], list[datetime]]:
    """The currencies of draws, and when each ends: what comes later is no entry."""
    ends = {draw.currency: datetime_of(draw.ends_at) for draw in draws}
    return list(ends), list(ends.values())


def _record(
    draw: Draw,
    row: tuple[Any, ...],
    counts: tuple[int, int],
    winners: tuple[WinnerRecord, ...],
    now: Instant,
) -> DrawRecord:
    _, commitment, committed_at, held_at, digest = row
    stage: Stage = "open"
    if held_at is not None:
        stage = "held"
    elif now < draw.starts_at:
        stage = "to_come"
    elif now >= draw.ends_at:
        stage = "closed"
    return DrawRecord(
        draw=draw,
        stage=stage,
        commitment=commitment,
        committed_at=instant_of(committed_at),
        held_at=None if held_at is None else instant_of(held_at),
        digest=digest,
        entrants=int(counts[0]),
        entries=int(counts[1]),
        winners=winners,
    )


def _winner(place: int, prize: Prize, *others: Any) -> WinnerRecord:
    member_id, entrant, ticket, reason, named_by, number, name = others
    return WinnerRecord(
        place, prize, member_id, number or "", name or "", entrant, ticket, reason, named_by
    )


def _rows(connection: Connection, statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(statement, parameters).fetchall()
