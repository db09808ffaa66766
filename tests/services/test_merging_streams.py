"""Merges in the midst of everything else: random streams, and two hands at once (SEMANTICS 34)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import SystemClock
from habitue.kit.instants import DAY, HOUR, datetime_of
from habitue.selectors.merges import MergeRecord
from habitue.services.auditing import audit
from habitue.services.intake import Envelope, record
from habitue.services.merging import merge_members, undo_merge
from habitue.services.replaying import replay
from tests.services.merging_cast import merge, stored, unmerge
from tests.services.till import CORNER, PHONES, Till, key_of
from tests.support.database import DatabaseForTests

# Everything that one member's history can depend on.
FULL: dict[str, Any] = {
    **CORNER,
    "points": {"points": {"expires": {"after": "2 months"}, "pending": "3 days"}},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "welcome": {"on": "purchase", "give": {"points": 40}, "limit": {"per_member": 1}},
        "weekly": {
            "on": "purchase",
            "give": {"points": 15},
            "limit": {"per_member": 2, "every": "week"},
        },
        "shared": {"on": "purchase", "give": {"points": 25}, "budget": 400},
        "come": {"on": "visit", "give": {"points": 2}},
    },
    "tiers": {
        "by": {"spend": "rolling 12 months"},
        "silver": {"enter": "150.00"},
        "gold": {"enter": "400.00"},
    },
}
CARDS = ("CARD0001", "CARD0002", "CARD0003")


class Stream:
    """Random events of some members, some of them late, some about what others bought."""

    def __init__(self, till: Till, seed: int) -> None:
        self._till = till
        self._chance = random.Random(seed)
        self._bought: list[Envelope] = []
        self._spent: list[Envelope] = []

    def run(self, events: int, cards: tuple[str, ...] = CARDS) -> int:
        """Send some events; answers how many of them were accepted."""
        return sum(self._one(self._chance.choice(cards)) for _ in range(events))

    def _one(self, card: str) -> bool:
        till, chance = self._till, self._chance
        till.clock.advance(chance.randrange(1, 40) * HOUR)
        late = chance.randrange(0, 20) * DAY if chance.random() < 0.3 else 0
        when = {"occurred_at": datetime_of(till.clock.now() - late).isoformat()}
        kind = chance.random()
        if kind < 0.5 or not self._bought:
            amounts = [f"{chance.randrange(1, 60)}.00" for _ in range(chance.randrange(1, 4))]
            envelope = till.purchase(card, *amounts, **when)
            self._bought.append(envelope)
        elif kind < 0.65:
            part = {"lines": [{"line": "1"}]} if chance.random() < 0.5 else {}
            envelope = till.give_back(None, chance.choice(self._bought), **part, **when)
        elif kind < 0.8:
            units = str(chance.randrange(1, 60))
            envelope = till.other("redemption", card, currency="points", units=units, **when)
            self._spent.append(envelope)
        elif kind < 0.9 and self._spent:
            undone = key_of(chance.choice(self._spent))
            envelope = till.other("undo", None, redemption=undone, **when)
        else:
            envelope = till.other("visit", card, **when)
        (answer,) = till.send(envelope)
        return answer.status == "recorded"


def _proved(till: Till) -> None:
    """The books agree with themselves and with the events, with merges that stand and others."""
    found, replayed = audit(till.connection), replay(till.connection)
    assert found.ok, [one.as_json() for one in found.differences.first[:3]]
    assert replayed.ok, [one.as_json() for one in replayed.differences.first[:3]]


@pytest.mark.parametrize("seed", range(8))
def test_34_any_stream_around_a_merge_is_proved_and_replayed(till: Till, seed: int) -> None:
    till.publish(FULL, effective_at=till.clock.now())
    kept, gone, other = (till.enrol(card) for card in CARDS)
    stream = Stream(till, seed)
    assert stream.run(30) > 10
    first = merge(till, gone, kept)
    assert stream.run(20) > 5
    _proved(till)
    second = merge(till, kept, other) if seed % 2 else merge(till, other, kept)
    stream.run(15)
    _proved(till)
    unmerge(till, second.merge_id)
    stream.run(5)
    unmerge(till, first.merge_id)
    stream.run(10)
    _proved(till)
    merge(till, kept, gone)
    assert stream.run(10) > 2


@pytest.mark.parametrize("seed", range(6))
def test_34_undoing_at_once_restores_both_whatever_they_did(till: Till, seed: int) -> None:
    till.publish(FULL, effective_at=till.clock.now())
    kept, gone, _ = (till.enrol(card) for card in CARDS)
    Stream(till, seed).run(40)
    till.clock.advance(HOUR)
    # Time is let pass for both before, as a merge does itself.
    for card in CARDS[:2]:
        till.ok(till.other("visit", card))
    before = [stored(till, kept), stored(till, gone)]
    made = merge(till, gone, kept)
    assert [stored(till, kept), stored(till, gone)] != before
    unmerge(till, made.merge_id)
    assert [stored(till, kept), stored(till, gone)] == before


@pytest.mark.parametrize("seed", range(4))
def test_34_what_comes_meanwhile_ends_where_it_would_have(till: Till, seed: int) -> None:
    """The duplicate ends as if nothing had come, and the survivor as if it all had come there."""
    till.publish(FULL, effective_at=till.clock.now())
    kept, gone, _ = (till.enrol(card) for card in CARDS)
    Stream(till, seed).run(30, CARDS[:2])
    till.clock.advance(HOUR)
    till.ok(till.other("visit", CARDS[1]))
    before = stored(till, gone)
    made = merge(till, gone, kept)
    later = Stream(till, seed + 100)
    assert later.run(12, CARDS[:1]) > 4
    unmerge(till, made.merge_id)
    after = stored(till, gone)
    # Only time has passed for the duplicate: what it spent and counted is as it was.
    assert {name: after[name] for name in _TIMELESS if name in after} == {
        name: before[name] for name in _TIMELESS if name in before
    }
    _proved(till)


_TIMELESS = ("spent", "purchases", "visits", "latest_visit_day", "earned", "usage", "enrolled_at")


# --- two hands at once ----------------------------------------------------------------------------


def _together(*deeds: Callable[[], object]) -> list[object]:
    """What each deed answers or is refused with, all begun at the same moment."""
    outcomes: list[object] = [None] * len(deeds)
    begin = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        begin.wait()
        try:
            outcomes[place] = deeds[place]()
        except Refusal as refusal:
            outcomes[place] = refusal.code

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _sum(till: Till, member_id: UUID) -> int:
    """All lines of a member, from the lines alone."""
    ((total,),) = till.rows(
        "SELECT coalesce(sum(amount), 0)::bigint FROM entry WHERE member_id = %s", [member_id]
    )
    return int(total)


def _merging(connection: psycopg.Connection[Any], gone: UUID, kept: UUID) -> Callable[[], object]:
    return lambda: merge_members(
        connection, actor=SYSTEM, duplicate=gone, into=kept, clock=SystemClock()
    )


def test_34_two_crossing_merges_at_once_end_with_one(
    till: Till, database: DatabaseForTests
) -> None:
    for turn in range(6):
        one, other = till.enrol(f"CARD1{turn:03}"), till.enrol(f"CARD2{turn:03}")
        till.ok(till.purchase(f"CARD1{turn:03}", "10.00"))
        till.ok(till.purchase(f"CARD2{turn:03}", "20.00"))
        with (
            database.connect(autocommit=True) as left,
            database.connect(autocommit=True) as right,
        ):
            outcomes = _together(_merging(left, one, other), _merging(right, other, one))
        merges = [outcome for outcome in outcomes if isinstance(outcome, MergeRecord)]
        assert len(merges) == 1
        assert Code.ALREADY_MERGED in outcomes
        assert {_sum(till, one), _sum(till, other)} == {0, 30}


def test_34_the_same_merge_twice_at_once_is_one(till: Till, database: DatabaseForTests) -> None:
    kept, gone = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.ok(till.purchase("CARD0002", "20.00"))
    with database.connect(autocommit=True) as left, database.connect(autocommit=True) as right:
        first, second = _together(_merging(left, gone, kept), _merging(right, gone, kept))
        assert isinstance(first, MergeRecord)
        assert first == second

        def undo(connection: psycopg.Connection[Any]) -> Callable[[], object]:
            return lambda: undo_merge(
                connection, actor=SYSTEM, merge_id=first.merge_id, clock=SystemClock()
            )

        outcomes = _together(undo(left), undo(right))
    assert Code.UNKNOWN_MERGE in outcomes
    assert (_sum(till, kept), _sum(till, gone)) == (0, 20)


def test_34_purchases_during_a_merge_are_never_left_behind(
    till: Till, database: DatabaseForTests
) -> None:
    """Whoever has found the duplicate before the merge and comes to the books after it, serves the
    survivor: also in a programme in which the duplicate is new."""
    till.publish({**CORNER, "programme": "later"})
    for turn in range(8):
        card = f"CARD2{turn:03}"
        kept, gone = till.enrol(f"CARD1{turn:03}"), till.enrol(card)
        till.ok(till.purchase(card, "20.00"))
        sales = [till.purchase(card, "1.00") for _ in range(6)]
        till.programme = "later"
        sales += [till.purchase(card, "1.00") for _ in range(6)]
        till.programme = "corner"

        def sell(connection: psycopg.Connection[Any], mine: list[Envelope]) -> Callable[[], object]:
            def deed() -> object:
                return [
                    record(connection, [sale], clock=till.clock, phones=PHONES) for sale in mine
                ]

            return deed

        with (
            database.connect(autocommit=True) as first,
            database.connect(autocommit=True) as second,
            database.connect(autocommit=True) as third,
        ):
            outcomes = _together(
                sell(first, sales[::2]), _merging(second, gone, kept), sell(third, sales[1::2])
            )
        assert Code.BUSY not in outcomes
        assert (_sum(till, kept), _sum(till, gone)) == (32, 0)
