"""Gifts by chance at the till: sealed before, told afterwards, and never to be fished for."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.chance import commitment_of, falls, number_of, seed_of
from habitue.domain.events import EventKey
from habitue.domain.programme.chances import read_chance
from habitue.kit.instants import DAY, SECOND, parse_instant
from habitue.selectors.programmes import get_one_compiled
from habitue.selectors.seals import list_seals
from habitue.services.intake.items import event_id_of
from tests.services.till import CORNER, Till, key_of

LUCKY: dict[str, Any] = CORNER | {
    "programme": "lucky",
    "points": {"points": {}},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "gift": {"on": "purchase", "chance": "1 in 2", "give": {"points": 100}, "budget": 100_000},
    },
}
CARD = "CARD000A"
# So many tosses of a coin all fall alike once in 70 billion times.
MANY = 37


@pytest.fixture
def house(till: Till) -> Till:
    """A till of a programme that gives by chance, on the first of June at noon."""
    till.programme = "lucky"
    till.publish(LUCKY)
    till.enrol(CARD)
    return till


def test_what_is_evaluated_never_says_whom_chance_will_choose(house: Till) -> None:
    for _ in range(12):
        envelope = house.purchase(CARD, "1.00")
        answer = house.evaluate(envelope)
        (gift,) = [rule for rule in answer.content["rules"] if rule["rule"] == "gift"]
        assert (gift["fired"], gift["blocked"]) == (False, "chance: not drawn")
    assert house.balance(CARD) == 0


def test_a_purchase_that_is_sent_again_has_no_second_chance(house: Till) -> None:
    sent = [house.purchase(CARD, "1.00") for _ in range(12)]
    first = [house.ok(envelope)["points"]["points"]["change"] for envelope in sent]
    assert set(first) == {1, 101}
    again = [house.ok(envelope)["points"]["points"]["change"] for envelope in sent]
    assert again == first
    assert house.balance(CARD) == sum(first)


def test_anyone_can_check_it_once_the_seed_is_told(house: Till) -> None:
    sealed = {one.month: one for one in list_seals(house.connection, code="lucky", now=_now(house))}
    assert not any(one.seed for one in sealed.values() if one.month >= "2026-04")
    answers = [house.ok(house.purchase(CARD, "1.00")) for _ in range(8)]
    house.clock.at += 100 * DAY
    told = {one.month: one for one in list_seals(house.connection, code="lucky", now=_now(house))}
    june = told["2026-06"]
    assert (
        june.commitment == sealed["2026-06"].commitment == commitment_of(bytes.fromhex(june.seed))
    )
    for answer in answers:
        number = number_of(
            bytes.fromhex(june.seed), rule="gift", event_id=answer["event"].replace("-", "")
        )
        change = answer["points"]["points"]["change"]
        assert (change == 101) == falls(number, read_chance("1 in 2"))


def test_what_is_recorded_after_the_seed_was_told_has_no_chance(house: Till) -> None:
    late = [
        house.purchase(CARD, "1.00", occurred_at="2026-06-02T12:00:00+00:00") for _ in range(12)
    ]
    # August ends the sixty days of June: 30 June and 60 days.
    house.clock.at = parse_instant("2026-08-30T00:00:00+00:00")
    answers = [house.ok(envelope) for envelope in late]
    assert {answer["points"]["points"]["change"] for answer in answers} == {1}
    # A retry is known, whatever may be told meanwhile.
    assert house.send(late[0])[0].status == "known"


def test_a_retry_after_the_seed_was_told_is_the_same_event(house: Till) -> None:
    envelope = house.purchase(CARD, "1.00")
    house.ok(envelope)
    house.clock.at = parse_instant("2026-12-01T00:00:00+00:00")
    assert house.send(envelope)[0].status == "known"


def _sold(house: Till, *amounts: str) -> Any:
    """A sale, a second after what was last done."""
    house.clock.at += SECOND
    return house.purchase(CARD, *(amounts or ("1.00",)))


def _undone(house: Till, sale: Any, **fields: Any) -> None:
    house.clock.at += SECOND
    house.ok(house.give_back(CARD, sale, **fields))


def _gift(house: Till, envelope: Any) -> bool:
    return bool(house.ok(envelope)["points"]["points"]["change"] > 100)


def test_ringing_up_again_after_an_undo_gives_the_same_answer(house: Till) -> None:
    """A cashier who undoes a sale and rings it up again until it wins gets nowhere."""
    for _ in range(4):
        sale = _sold(house)
        first, before = _gift(house, sale), house.balance(CARD)
        for _ in range(5):
            _undone(house, sale)
            assert house.balance(CARD) == before - (101 if first else 1)
            sale = _sold(house)
            assert _gift(house, sale) is first
        assert house.balance(CARD) == before


def test_each_sale_that_was_taken_back_is_stood_in_for_once(house: Till) -> None:
    sales = [_sold(house) for _ in range(MANY)]
    gifts = [_gift(house, sale) for sale in sales]
    assert set(gifts) == {True, False}
    for sale in sales:
        _undone(house, sale)
    again = [_sold(house) for _ in range(MANY)]
    assert [_gift(house, sale) for sale in again] == gifts
    # Whoever checks it takes the id of the sale that is stood in for; a further one has its own.
    fresh = [house.ok(_sold(house)) for _ in range(6)]
    house.clock.at += 100 * DAY
    told = {one.month: one for one in list_seals(house.connection, code="lucky", now=_now(house))}
    for answer in fresh:
        number = number_of(
            bytes.fromhex(told["2026-06"].seed),
            rule="gift",
            event_id=answer["event"].replace("-", ""),
        )
        assert (answer["points"]["points"]["change"] == 101) == falls(number, read_chance("1 in 2"))


def test_what_is_left_of_a_sale_keeps_its_chance(house: Till) -> None:
    """A part that comes back gives nothing up: the next sale has a number of its own."""
    answers: set[bool] = set()
    sale = _sold(house, "1.00", "1.00")
    first = _gift(house, sale)
    _undone(house, sale, lines=[{"line": "1"}])
    for _ in range(MANY):
        answers.add(_gift(house, _sold(house)))
    assert answers == {True, False}
    assert house.balance(CARD) >= 13 + 100 * first


def test_the_next_month_has_numbers_of_its_own(house: Till) -> None:
    answers: set[bool] = set()
    for _ in range(12):
        sale = _sold(house)
        _gift(house, sale)
        _undone(house, sale)
    house.clock.at = parse_instant("2026-07-01T00:00:00+00:00")
    for _ in range(MANY):
        answers.add(_gift(house, _sold(house)))
    assert answers == {True, False}


@pytest.mark.parametrize("order", [(0, 1, 3, 2), (0, 2, 3, 1), (0, 3, 1, 2)])
def test_who_stands_in_for_whom_follows_business_order(house: Till, order: tuple[int, ...]) -> None:
    """What is reported late stands where it happened: the sale after the undo has the number of
    the one that was undone, whatever arrives first (SEMANTICS 1)."""
    sale = house.purchase(CARD, "1.00", occurred_at="2026-06-01T09:00:00+00:00")
    first = _gift(house, sale)
    events = (
        sale,
        house.give_back(CARD, sale, occurred_at="2026-06-01T09:01:00+00:00"),
        house.purchase(CARD, "1.00", occurred_at="2026-06-01T09:02:00+00:00"),
        house.purchase(CARD, "1.00", occurred_at="2026-06-01T09:03:00+00:00"),
    )
    for place in order[1:]:
        house.ok(events[place])
    # Of the two sales that stand the earlier one repeats the first answer, and the later one has
    # the answer of its own id.
    seed = seed_of(_secret(house), programme="lucky", month="2026-06")
    later = event_id_of(EventKey(*key_of(events[3]).values()))
    own = falls(number_of(seed, rule="gift", event_id=later), read_chance("1 in 2"))
    assert house.balance(CARD) == 2 + 100 * first + 100 * own


def _secret(house: Till) -> bytes:
    return get_one_compiled(house.connection, code="lucky").versions[1].chance_secret


def test_a_programme_keeps_its_secret_and_shares_it_with_no_other(house: Till) -> None:
    secret = get_one_compiled(house.connection, code="lucky").versions[1].chance_secret
    assert len(secret) == 32
    house.publish(LUCKY | {"name": "Lucky"}, effective_at=_now(house) + DAY)
    versions = get_one_compiled(house.connection, code="lucky").versions
    assert versions[2].chance_secret == secret
    other = get_one_compiled(house.connection, code="corner").versions[1].chance_secret
    assert other != secret
    assert list_seals(house.connection, code="corner", now=_now(house)) == []


def _now(house: Till) -> int:
    return house.clock.now()
