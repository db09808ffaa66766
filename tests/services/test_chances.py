"""Gifts by chance at the till: sealed before, told afterwards, and never to be fished for."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.chance import commitment_of, falls, number_of
from habitue.domain.programme.chances import read_chance
from habitue.kit.instants import DAY, parse_instant
from habitue.selectors.programmes import get_one_compiled
from habitue.selectors.seals import list_seals
from tests.services.till import CORNER, Till

LUCKY: dict[str, Any] = CORNER | {
    "programme": "lucky",
    "points": {"points": {}},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "gift": {"on": "purchase", "chance": "1 in 2", "give": {"points": 100}, "budget": 100_000},
    },
}
CARD = "CARD000A"


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
