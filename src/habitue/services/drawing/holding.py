"""Holding draws: the list is closed, the lot falls, the winners are written down."""

from __future__ import annotations

from functools import partial
from typing import Final

from habitue.data.programme.survivors import find_survivors
from habitue.domain.draws.lot import (
    Drawn,
    digest_of,
    draw_winners,
    entrant_of,
    sorted_list,
    written,
)
from habitue.domain.programme.draw_model import Draw, Prize
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.draws import definition_of
from habitue.selectors.programmes import Compiled, get_names, get_one_compiled, list_programmes
from habitue.services.drawing.prizes import Won, give_prizes
from habitue.services.intake.transacting import Connection, Cursor, transact

_WAITING: Final = "SELECT code FROM draw WHERE programme_id = %s AND held_at IS NULL ORDER BY code"
_LOCK: Final = """
SELECT secret, salt FROM draw
WHERE programme_id = %s AND code = %s AND held_at IS NULL FOR UPDATE
"""
_ENTRIES: Final = """
SELECT member_id, sum(amount)::bigint FROM entry
WHERE programme_id = %s AND currency = %s AND currency LIKE 'draw:%%' AND effective_at < %s
GROUP BY member_id HAVING sum(amount) > 0
"""
_ACTIVE: Final = """
SELECT member_id FROM member WHERE member_id = ANY(%s::uuid[]) AND status = 'active'
"""
_HELD: Final = """
UPDATE draw SET held_at = %s, closes_at = %s, places = %s, list = %s, digest = %s
WHERE programme_id = %s AND code = %s
"""
_WINNER: Final = """
INSERT INTO draw_winner
    (programme_id, code, place, prize, member_id, entrant, ticket, reason, named_by, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', '', %s)
"""


def hold_due_draws(connection: Connection, *, clock: Clock) -> int:
    """Hold every draw by lot that is due; answers how many.

    One transaction for each; locks the draw, then the winners in the order of their ids, then
    budgets.  Contests are judged by people, and only their lists are closed.
    """
    with connection.transaction():
        codes = [record.code for record in list_programmes(connection) if record.latest_number]
    held = 0
    for programme in codes:
        compiled = get_one_compiled(connection, code=programme)
        with connection.transaction():
            rows = connection.execute(_WAITING, [compiled.programme_id]).fetchall()
        for (code,) in rows:
            draw = definition_of(compiled, code, now=clock.now())
            if draw is not None and draw.due_at <= clock.now():
                work = partial(hold_draw, compiled, draw, clock=clock, connection=connection)
                held += transact(connection, work, programmes=[programme])
    return held


def hold_draw(
    compiled: Compiled, draw: Draw, cursor: Cursor, *, clock: Clock, connection: Connection
) -> int:
    """Hold a draw that is due, or close the list of a contest; answers 0 where that was done."""
    now = clock.now()
    cursor.execute(_LOCK, [compiled.programme_id, draw.code])
    row = cursor.fetchone()
    if row is None:
        return 0
    secret, salt = bytes(row[0]), bytes(row[1])
    members = {
        entrant_of(salt, member): (member, entries)
        for member, entries in _entries(cursor, compiled, draw).items()
    }
    entrants = sorted_list((entrant, entries) for entrant, (_, entries) in members.items())
    cursor.execute(
        _HELD,
        [
            datetime_of(now),
            datetime_of(draw.ends_at),
            draw.places,
            written(entrants),
            digest_of(entrants).hex(),
            compiled.programme_id,
            draw.code,
        ],
    )
    if draw.judged:
        return 1
    drawn = draw_winners(secret, entrants, places=draw.places)
    who = {one.place: members[one.entrant][0] for one in drawn}
    _write(cursor, compiled, draw, drawn, who, now)
    names = get_names(connection, code=compiled.code)
    version = compiled.versions[compiled.number_at(now) or compiled.latest_number]
    give_prizes(
        cursor,
        compiled,
        [Won(who[one.place], draw.code, one.place, prize_in(draw, one.place)[1]) for one in drawn],
        reason=names.of("draws", draw.code, version.languages[0]),
        clock=clock,
    )
    return 1


def prize_in(draw: Draw, place: int) -> tuple[int, Prize]:
    """The prize of a place (the first is 1), and its number in the document from 0 on."""
    for number, prize in enumerate(draw.prizes):
        if place <= prize.count:
            return number, prize
        place -= prize.count
    raise AssertionError("there are no more winners than prizes")


def _entries(cursor: Cursor, compiled: Compiled, draw: Draw) -> dict[str, int]:
    """The entries of each member who takes part; those of a duplicate are the survivor's, and
    nobody has more than anybody may."""
    cursor.execute(_ENTRIES, [compiled.programme_id, draw.currency, datetime_of(draw.ends_at)])
    rows = [(member.hex, int(entries)) for member, entries in cursor.fetchall()]
    survivors = find_survivors(cursor, [member for member, _ in rows])
    entries: dict[str, int] = {}
    for member, count in rows:
        entrant = survivors.get(member, member)
        entries[entrant] = entries.get(entrant, 0) + count
    cursor.execute(_ACTIVE, [sorted(entries)])
    most = draw.most_per_member
    return {
        member.hex: entries[member.hex] if most is None else min(most, entries[member.hex])
        for (member,) in cursor.fetchall()
    }


def _write(
    cursor: Cursor,
    compiled: Compiled,
    draw: Draw,
    drawn: list[Drawn],
    who: dict[int, str],
    now: Instant,
) -> None:
    for one in drawn:
        number, _ = prize_in(draw, one.place)
        cursor.execute(
            _WINNER,
            [
                compiled.programme_id,
                draw.code,
                one.place,
                number,
                who[one.place],
                one.entrant,
                one.ticket,
                datetime_of(now),
            ],
        )
