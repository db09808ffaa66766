"""Contests: people name the winners, and say why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.draws.lot import entrant_of
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.draw_model import Draw
from habitue.kit.clock import Clock
from habitue.kit.instants import datetime_of, format_instant
from habitue.selectors.draws import definition_of
from habitue.selectors.members import get_member
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.access.rights import require_programmes
from habitue.services.drawing.holding import hold_draw, prize_in
from habitue.services.drawing.prizes import Won, give_prizes
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.trail import note_in_trail

LONGEST_REASON: Final = 200

_LOCK: Final = "SELECT salt, list FROM draw WHERE programme_id = %s AND code = %s FOR UPDATE"
_TAKEN: Final = """
SELECT place, member_id FROM draw_winner WHERE programme_id = %s AND code = %s
"""
_WINNER: Final = """
INSERT INTO draw_winner
    (programme_id, code, place, prize, member_id, entrant, ticket, reason, named_by, at)
VALUES (%s, %s, %s, %s, %s, %s, NULL, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class _Naming:
    """What somebody says: this member wins this prize of the contest, and why."""

    actor: Actor
    draw: Draw
    prize: int
    member_id: UUID
    reason: str


def name_winner(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    draw: str,
    prize: int,
    member_id: UUID,
    reason: str,
    clock: Clock,
) -> int:
    """Name the winner of a prize (its number in the document, from 0 on); answers the place.

    Refuses ``NOT_PERMITTED``, ``MISSING_FIELD`` without a reason and ``TOO_LONG`` with a vast one,
    ``UNKNOWN_PROGRAMME``, ``UNKNOWN_DRAW`` (also one by lot, or without this prize),
    ``UNKNOWN_MEMBER``, ``DRAW_NOT_DUE``, ``NO_ENTRY`` for whoever does not take part,
    ``ALREADY_WON`` and ``PRIZE_TAKEN``.  Locks the draw, then the member, then budgets.
    Writes the trail.
    """
    require_programmes(actor, Permission.PROGRAMME_WRITE, [programme])
    if not reason.strip():
        raise Refusal(Code.MISSING_FIELD, "reason")
    if len(reason) > LONGEST_REASON:
        raise Refusal(Code.TOO_LONG, "reason", value=reason[:40], limit=LONGEST_REASON)
    compiled = get_one_compiled(connection, code=programme)
    contest = definition_of(compiled, draw, now=clock.now())
    if contest is None or not contest.judged or not 0 <= prize < len(contest.prizes):
        raise Refusal(Code.UNKNOWN_DRAW, "draw", value=draw[:80])
    if clock.now() < contest.due_at:
        limit = format_instant(contest.due_at)
        raise Refusal(Code.DRAW_NOT_DUE, "draw", value=draw, limit=limit)
    naming = _Naming(actor, contest, prize, member_id, reason.strip())
    hold = partial(hold_draw, compiled, contest, clock=clock, connection=connection)
    name = partial(_name, compiled, naming, clock=clock, connection=connection)
    with connection.transaction():
        transact(connection, hold, programmes=[programme])
        return transact(connection, name, programmes=[programme])


def _name(
    compiled: Compiled, naming: _Naming, cursor: Cursor, *, clock: Clock, connection: Connection
) -> int:
    draw, member = naming.draw, naming.member_id.hex
    cursor.execute(_LOCK, [compiled.programme_id, draw.code])
    salt, entrants = cursor.fetchall()[0]
    entrant = entrant_of(bytes(salt), member)
    if not any(line.startswith(entrant) for line in entrants.splitlines()):
        raise Refusal(Code.NO_ENTRY, "member", value=str(naming.member_id))
    cursor.execute(_TAKEN, [compiled.programme_id, draw.code])
    taken = dict(cursor.fetchall())
    if naming.member_id in taken.values():
        raise Refusal(Code.ALREADY_WON, "member", value=str(naming.member_id))
    places = [
        place
        for place in range(1, draw.places + 1)
        if prize_in(draw, place)[0] == naming.prize and place not in taken
    ]
    if not places:
        raise Refusal(Code.PRIZE_TAKEN, "prize", value=naming.prize + 1)
    now, place = clock.now(), places[0]
    row = [compiled.programme_id, draw.code, place, naming.prize, naming.member_id, entrant]
    cursor.execute(_WINNER, [*row, naming.reason, naming.actor.name, datetime_of(now)])
    won = Won(member, draw.code, place, draw.prizes[naming.prize])
    give_prizes(cursor, compiled, [won], reason=naming.reason, clock=clock)
    record = get_member(connection, member_id=naming.member_id)
    note_in_trail(
        connection,
        actor=naming.actor,
        action=Action.WINNER_NAMED,
        now=now,
        subject_kind="member",
        subject_id=naming.member_id,
        subject_name=record.shown_name or record.number,
        member_id=naming.member_id,
        details={"draw": draw.code, "place": place, "reason": naming.reason},
    )
    return place
