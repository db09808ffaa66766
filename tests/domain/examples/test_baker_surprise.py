"""The baker's surprise: gifts by chance fall where the published recipe says, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from fractions import Fraction

from habitue.domain.events import Event
from habitue.domain.payloads import from_payload, to_payload
from tests.domain.engine.building import bought, returned
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import example

SECRET = bytes(range(32))
BAKER = replace(example("baker-surprise"), chance_secret=SECRET)


def fell(event: Event, rule: str, chance: Fraction) -> bool:
    """The recipe of ``domain.chance``, step by step, for an event of September 2026."""
    seed = hmac.new(SECRET, b"baker-surprise:2026-09", hashlib.sha256).digest()
    text = f"{rule}\n{event.event_id}".encode()
    number = int.from_bytes(hmac.new(seed, text, hashlib.sha256).digest()[:8], "big")
    return number * chance.denominator < chance.numerator * 2**64


def sale(number: int, amount: str = "3.00") -> Event:
    """A purchase on one of the days of September."""
    when = f"2026-09-{number % 30 + 1:02d} 09:{number // 30:02d}"
    return bought(when, amount, name=f"sale {number}")


TREAT = Fraction(1, 20)
LARGE = Fraction(1, 8)
LUCKY = next(sale(n) for n in range(600) if fell(sale(n), "treat", TREAT))
UNLUCKY = next(sale(n) for n in range(600) if not fell(sale(n), "treat", TREAT))


def test_of_six_hundred_guests_those_get_a_treat_whom_the_numbers_name() -> None:
    found = []
    for number in range(600):
        member = Member(BAKER)
        member.post(sale(number))
        expected = fell(sale(number), "treat", TREAT)
        assert member.balance("voucher:pastry") == int(expected), number
        found.append(expected)
    # One in twenty of 600 is 30, give or take three standard deviations (5.3 each).
    assert 14 <= sum(found) <= 46


def test_points_by_chance_only_where_the_condition_holds() -> None:
    lucky = next(n for n in range(100) if fell(sale(n), "large", LARGE))
    member = Member(BAKER)
    member.post(sale(lucky, "14.99"))
    assert member.balance() == 14
    other = Member(BAKER)
    other.post(sale(lucky, "15.00"))
    assert other.balance() == 15 + 50


def test_what_chance_did_is_explained() -> None:
    member = Member(BAKER)
    outcomes = {one.rule: one for one in member.post(UNLUCKY).outcomes}
    assert (outcomes["treat"].fired, outcomes["treat"].blocked) == (False, "chance")


def test_a_treat_goes_back_with_the_purchase_and_the_limit_with_it() -> None:
    member = Member(BAKER)
    member.post(LUCKY)
    member.post(returned(LUCKY.occurred_at + 1, LUCKY))
    assert member.balance("voucher:pastry") == 0
    later = (sale(n) for n in range(600) if sale(n).occurred_at > LUCKY.occurred_at + 1)
    again = next(one for one in later if fell(one, "treat", TREAT))
    member.post(again)
    assert member.balance("voucher:pastry") == 1


def test_the_order_of_arrival_changes_nothing() -> None:
    events = [sale(n, "16.00") for n in range(24)]
    one, other = Member(BAKER), Member(BAKER)
    one.post(*events)
    other.post(*reversed(events))
    assert snapshot(one.state) == snapshot(other.state)


def test_an_event_that_is_not_drawn_gets_nothing_by_chance() -> None:
    member = Member(BAKER)
    decision = member.post(replace(LUCKY, drawn=False))
    assert member.balance("voucher:pastry") == 0
    outcome = next(one for one in decision.outcomes if one.rule == "treat")
    assert outcome.blocked == "chance: not drawn"


def test_without_a_secret_nothing_falls_to_anybody() -> None:
    member = Member(replace(BAKER, chance_secret=b""))
    member.post(LUCKY)
    assert member.balance("voucher:pastry") == 0


def test_whether_an_event_is_drawn_is_stored_with_it() -> None:
    for drawn in (True, False):
        event = replace(LUCKY, drawn=drawn)
        stored = from_payload(
            event_id=event.event_id,
            key=event.key,
            kind=event.kind,
            occurred_at=event.occurred_at,
            version_number=event.version_number,
            payload=to_payload(event),
        )
        assert stored == event
