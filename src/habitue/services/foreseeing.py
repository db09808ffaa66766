"""Who would move if a document took effect (SEMANTICS 30), and moving them with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.domain.engine.foreseeing import Foresight
from habitue.domain.engine.foreseeing import foresee_tiers as foresee_member
from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme, Tiers
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.bookings import advance_members
from habitue.services.intake.transacting import HOLD_STILL, Connection, transact
from habitue.services.programmes import Published, publish_version

_PAGE: Final = 500
# How many members of each move are named before anybody moves.
FIRST_MEMBERS: Final = 5
_STATES: Final = """
SELECT member_id, state::text FROM member_state
WHERE programme_id = %s AND member_id > %s AND state IS NOT NULL
ORDER BY member_id LIMIT %s
"""


@dataclass(frozen=True)
class ForeseenMoves:
    """Members by the tier of one structure that they have and the one they would have at once, and
    how many of a tier would no longer keep it at its end with what they have today (or would only
    now).  ``tiers`` are those of the document, the lowest first.  ``first`` names a few members of
    each move, by id, the oldest first.
    """

    moves: Mapping[tuple[str, str], int]
    lose_keep: Mapping[str, int]
    gain_keep: Mapping[str, int]
    tiers: tuple[str, ...]
    first: Mapping[tuple[str, str], tuple[UUID, ...]]

    @property
    def up(self) -> int:
        """How many members would move up at once."""
        return self._moved(1)

    @property
    def down(self) -> int:
        """How many members would lose their tier at once, since the document has it no more."""
        return self._moved(-1)

    @property
    def stay(self) -> int:
        """How many members would stay where they are."""
        return self._moved(0)

    def _moved(self, direction: int) -> int:
        ranks = {tier: place for place, tier in enumerate(self.tiers, start=1)}
        moved = 0
        for (before, after), members in self.moves.items():
            # A tier that the document has no more counts as one that was left downwards.
            one, other = ranks.get(before, len(ranks) + 1 if before else 0), ranks.get(after, 0)
            moved += members if (other > one) - (other < one) == direction else 0
        return moved

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "up": self.up,
            "down": self.down,
            "stay": self.stay,
            "moves": [
                {"from": before, "to": after, "members": members}
                for (before, after), members in self.moves.items()
                if before != after
            ],
            "lose_keep": dict(self.lose_keep),
            "gain_keep": dict(self.gain_keep),
        }


@dataclass(frozen=True)
class ForeseenTiers(ForeseenMoves):
    """The same of the main structure, and of the further ones (``beside``) by name.

    ``latest_number`` is the newest version when it was asked: whoever publishes on the strength of
    this says that it is still that one.
    """

    latest_number: int
    beside: Mapping[str, ForeseenMoves]

    def as_json(self) -> dict[str, Any]:
        """The same as plain data; further structures only where there are some."""
        several = {name: one.as_json() for name, one in self.beside.items()}
        return super().as_json() | ({"structures": several} if several else {})


@dataclass
class _Counts:
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    lose: Counter[str] = field(default_factory=Counter)
    gain: Counter[str] = field(default_factory=Counter)
    first: dict[tuple[str, str], tuple[UUID, ...]] = field(default_factory=dict)

    def add(self, member: str, seen: Foresight) -> None:
        move = (seen.before, seen.after)
        self.moves[move] += 1
        if seen.before != seen.after and self.moves[move] <= FIRST_MEMBERS:
            self.first[move] = (*self.first.get(move, ()), UUID(member))
        if seen.after == seen.before and seen.kept != seen.keeps:
            (self.gain if seen.keeps else self.lose)[seen.before] += 1

    def found(self, tiers: Tiers | None) -> ForeseenMoves:
        return ForeseenMoves(
            dict(sorted(self.moves.items())),
            dict(sorted(self.lose.items())),
            dict(sorted(self.gain.items())),
            () if tiers is None else tuple(tier.code for tier in tiers.tiers),
            self.first,
        )


def foresee_tiers(
    connection: Connection, *, document: Mapping[str, Any], at: Instant
) -> ForeseenTiers:
    """Who would move if the document took effect at ``at``; changes nothing, takes no locks.

    Refuses a faulty document (``InvalidDocument``) and an unknown programme
    (``UNKNOWN_PROGRAMME``).  Reads every member of the programme, in bounded memory.
    """
    draft = parse_document(document, number=1)
    compiled = get_one_compiled(connection, code=draft.code)
    counts = {"": _Counts()}
    for member, seen in _foresights(connection, compiled, draft, at):
        for one in seen:
            counts.setdefault(one.structure, _Counts()).add(member, one)
    beside = {tiers.key: tiers for tiers in draft.beside}
    return ForeseenTiers(
        **vars(counts.pop("").found(draft.tiers)),
        latest_number=compiled.latest_number,
        beside={name: one.found(beside.get(name)) for name, one in sorted(counts.items())},
    )


def _foresights(
    connection: Connection, compiled: Compiled, draft: Programme, at: Instant
) -> Iterator[tuple[str, list[Foresight]]]:
    """Everybody, with what would become of them."""
    number = compiled.number_at(at) or compiled.latest_number
    current = compiled.versions[number]
    after = UUID(int=0)
    with connection.cursor(row_factory=tuple_row) as cursor:
        while rows := cursor.execute(
            _STATES, [compiled.programme_id, after, _PAGE], prepare=True
        ).fetchall():
            for member, text in rows:
                state = state_from_json(orjson.loads(text))
                yield member.hex, foresee_member(compiled.versions, current, draft, state, at)
            after = rows[-1][0]


def publish_and_move(
    connection: psycopg.Connection[Any],
    *,
    document: Mapping[str, Any],
    clock: Clock,
    actor: str,
    effective_at: Instant | None = None,
    expected_number: int | None = None,
    written: str | None = None,
) -> tuple[Published, int]:
    """Publish a document, and let everybody who deserves a higher tier by it have it at once.

    All of them move, or nothing happens: one transaction.  A version that takes effect later moves
    nobody now: ``move_members`` does, once it has.  Answers the version and how many moved.
    Refuses and locks what ``publish_version`` does, then the members in the order of their ids.
    """
    now = clock.now()
    with connection.transaction():
        published = publish_version(
            connection,
            document=document,
            now=now,
            actor=actor,
            effective_at=effective_at,
            expected_number=expected_number,
            written=written,
        )
        if not published.created or published.effective_at > clock.now():
            return published, 0
        compiled = get_one_compiled(connection, code=published.code)
        return published, _move(connection, compiled, published.number, clock)


def move_members(connection: psycopg.Connection[Any], *, clock: Clock) -> int:
    """Let everybody who deserves a higher tier by a version that has taken effect since have it.

    Of each programme all of them move, or nobody: one transaction for each.  Answers how many
    moved; there is nothing to do for a version by which members were moved already.  Holds the
    programme's versions still while others record; locks the programme's row, then the members in
    the order of their ids.
    """
    moved = 0
    for code in _rows(connection, "SELECT code FROM programme WHERE moved_number < latest_number"):
        compiled = get_one_compiled(connection, code=code)
        number = compiled.number_at(clock.now())
        if number is None or number <= _moved_number(connection, compiled):
            continue
        with connection.transaction():
            # First what intakes hold, then the row: in the order of whoever publishes.
            connection.execute(HOLD_STILL, [code])
            connection.execute(
                "SELECT 1 FROM programme WHERE programme_id = %s FOR UPDATE",
                [UUID(compiled.programme_id)],
            )
            # Somebody else may have moved them, or published another version, before that.
            compiled = get_one_compiled(connection, code=code)
            number = compiled.number_at(clock.now())
            assert number is not None, "a version in force stays so or is replaced"
            if number > _moved_number(connection, compiled):
                moved += _move(connection, compiled, number, clock)
    return moved


def _move(
    connection: psycopg.Connection[Any], compiled: Compiled, number: int, clock: Clock
) -> int:
    """Move everybody whom a version in force moves, and note that it has; how many they are."""
    moved = 0
    if _moves_anybody(compiled, _moved_number(connection, compiled), number):
        version = compiled.versions[number]
        risen = [
            (member, compiled.programme_id)
            for member, seen in _foresights(connection, compiled, version, clock.now())
            if any(one.after != one.before and one.after for one in seen)
        ]
        for place in range(0, len(risen), _PAGE):
            part = dict.fromkeys(risen[place : place + _PAGE], compiled)
            moved += transact(
                connection, partial(advance_members, part, clock), programmes=[compiled.code]
            )
    connection.execute(
        "UPDATE programme SET moved_number = %s WHERE programme_id = %s",
        [number, UUID(compiled.programme_id)],
    )
    return moved


def _moves_anybody(compiled: Compiled, before: int, number: int) -> bool:
    """Whether a version can move anybody whom the one before it has not: the first one finds no
    members, and most others leave the tiers as they are."""
    if not before:
        return number > 1
    older, newer = compiled.versions[before], compiled.versions[number]
    known = (older.structures, older.zone)
    return bool(newer.structures) and known != (newer.structures, newer.zone)


def _moved_number(connection: psycopg.Connection[Any], compiled: Compiled) -> int:
    statement = "SELECT moved_number FROM programme WHERE programme_id = %s"
    return int(_rows(connection, statement, UUID(compiled.programme_id))[0])


def _rows(connection: psycopg.Connection[Any], statement: str, *values: object) -> list[Any]:
    """The only column of some rows."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [row[0] for row in cursor.execute(statement.encode(), values).fetchall()]
