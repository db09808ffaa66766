"""A programme's recorded history under another document (SEMANTICS 41): with the document that was
in force it is the ledger itself, whatever happened; with another one, what is counted by hand."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.faults import InvalidDocument
from habitue.kit.instants import DAY, parse_instant
from habitue.services.simulation import simulate
from habitue.services.stores import put_store
from habitue.services.transfers import transfer_points
from habitue.services.whatif.report import WhatIf
from tests.services.intake.test_any_order import DOCUMENT, Story, deliver
from tests.services.merging_cast import merge, unmerge
from tests.services.test_discounts import LOWERING, named
from tests.services.test_merging_streams import CARDS, FULL, Stream
from tests.services.test_rewards import OFFERING, take
from tests.services.till import CORNER, Till

DOUBLE: dict[str, Any] = {
    **CORNER,
    "earn": {"base": {"on": "purchase", "give": {"points": 2, "per": "1.00"}}},
}


def simulated(till: Till, document: dict[str, Any], **options: Any) -> WhatIf:
    """A simulation of the till's programme until now."""
    options.setdefault("now", till.clock.now())
    return simulate(till.connection, programme=till.programme, document=document, **options)


def sums(till: Till) -> dict[tuple[str, str], int]:
    """What the ledger's lines come to, by currency and kind."""
    return {
        (currency, kind): total
        for currency, kind, total in till.rows(
            "SELECT e.currency, e.kind, sum(e.amount)::bigint FROM entry e"
            " JOIN programme p USING (programme_id) WHERE p.code = %s GROUP BY 1, 2",
            [till.programme],
        )
    }


@pytest.mark.parametrize("seed", range(4))
def test_41_the_unchanged_document_is_the_ledger_with_returns_budgets_and_merges(
    till: Till, seed: int
) -> None:
    """Late events, returns, undoings, a budget that runs out, merges that stand and others."""
    till.programme = "full"
    document = FULL | {"programme": "full"}
    till.publish(document)
    kept, gone, other = (till.enrol(card) for card in CARDS)
    stream = Stream(till, seed)
    stream.run(30)
    first = merge(till, gone, kept)
    stream.run(20)
    merge(till, kept, other) if seed % 2 else merge(till, other, kept)
    if seed == 2:
        unmerge(till, first.merge_id)
    stream.run(10)
    found = simulated(till, document)
    assert found.draft == found.live
    assert not found.refused
    assert {change.more + change.less for change in found.changes} == {0}
    written, points = sums(till), found.live.points["points"]
    assert points.earned == written[("points", "earn")]
    assert points.reversed == -written.get(("points", "reverse"), 0)
    given_back = written.get(("points", "restore"), 0)
    assert points.redeemed == -written.get(("points", "redeem"), 0) - given_back


@pytest.mark.parametrize("seed", [1, 2])
def test_41_the_unchanged_document_is_the_ledger_page_by_page(till: Till, seed: int) -> None:
    """Nothing is shared here: members are folded each by themselves, with tiers and lapsing."""
    document = DOCUMENT | {"programme": "first"}
    till.publish(document)
    for number in range(3):
        till.enrol(f"CARD{number:04d}")
    choose = random.Random(seed)
    deliver(till, Story(choose, "first", till).tell(60), choose)
    till.programme = "first"
    till.clock.advance(45 * DAY)
    found = simulated(till, document)
    assert found.draft == found.live
    assert not found.refused
    assert found.members == 3
    assert found.events == 60
    # Time passed since the latest event: what expired meanwhile is counted, booked or not.
    assert found.live.points["stars"].expired > 0
    for month in found.live.months:
        assert sum(month.tiers.values()) == 3
    assert found.live.months[-1].points["points"].outstanding == (
        found.live.points["points"].outstanding
    )
    assert dict(found.live.months[-1].tiers) == dict(found.live.tiers)


def test_another_rate_is_counted_by_hand(till: Till) -> None:
    """10.00 + 5.50 in April, a return of the 5.50 in May: 10 + 5 - 5, and twice that."""
    put_store(till.connection, code="centre", zone="UTC")
    till.enrol("CARD0001")
    till.enrol("CARD0002")
    till.clock.at = parse_instant("2026-04-10T12:00:00+00:00")
    till.ok(till.purchase("CARD0001", "10.00", store="centre"))
    second = till.purchase("CARD0002", "5.50")
    till.ok(second)
    till.clock.at = parse_instant("2026-05-02T12:00:00+00:00")
    till.ok(till.give_back(None, second))
    found = simulated(till, DOUBLE)
    live, draft = found.live.points["points"], found.draft.points["points"]
    assert (live.earned, live.reversed, live.outstanding) == (15, 5, 10)
    # 11 for 5.50 at two points a euro.
    assert (draft.earned, draft.reversed, draft.outstanding) == (31, 11, 20)
    assert [(one.rule, one.units, one.times) for one in found.draft.rules] == [("base", 20, 2)]
    assert [(one.month, one.purchases, one.turnover) for one in found.takings] == [
        (date(2026, 4, 1), 2, 1550)
    ]
    april, may = found.draft.months
    assert (april.points["points"].earned, april.points["points"].outstanding) == (31, 31)
    assert (may.points["points"].opening, may.points["points"].reversed) == (31, 11)
    assert [(one.code, one.points["points"].earned) for one in found.draft.by_store] == [
        ("centre", 20)
    ]
    (changes,) = found.changes
    assert (changes.more, changes.less, changes.same) == (1, 0, 1)
    assert [one.difference for one in changes.gain_most] == [10]


def test_within_a_period_the_rest_stays_as_it_was(till: Till) -> None:
    """The document holds in May only: April's 10 stay, May's 10 become 20, June is left out."""
    till.enrol("CARD0001")
    for month in (4, 5, 6):
        till.clock.at = parse_instant(f"2026-0{month}-10T12:00:00+00:00")
        till.ok(till.purchase("CARD0001", "10.00"))
    may = {"since_date": date(2026, 5, 1), "until_date": date(2026, 5, 31)}
    found = simulated(till, DOUBLE, **may)
    live, draft = found.live.points["points"], found.draft.points["points"]
    assert (live.opening, live.earned, live.outstanding) == (10, 10, 20)
    assert (draft.opening, draft.earned, draft.outstanding) == (10, 20, 30)
    assert [one.month for one in found.draft.months] == [date(2026, 5, 1)]
    assert found.until == parse_instant("2026-06-01T00:00:00+00:00") - 1


def test_rules_with_dates_apply_as_their_dates_say(till: Till) -> None:
    till.enrol("CARD0001")
    for day in (10, 20):
        till.clock.at = parse_instant(f"2026-05-{day}T12:00:00+00:00")
        till.ok(till.purchase("CARD0001", "10.00"))
    autumn = {"on": "purchase", "give": {"points": 7}, "from": "2026-05-15"}
    found = simulated(till, {**CORNER, "earn": {**CORNER["earn"], "autumn": autumn}})
    assert [(one.rule, one.times) for one in found.draft.rules] == [("autumn", 1), ("base", 2)]


def test_what_could_not_have_been_redeemed_is_counted(till: Till) -> None:
    """Half the points: the cake for 10 could be had once, and the rest was spent in vain."""
    till.programme = "treats"
    till.publish(OFFERING)
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "20.00"))
    till.ok(take(till, "CARD0001", "cake"))
    till.ok(take(till, "CARD0001", "cake"))
    half = {"base": {"on": "purchase", "give": {"points": 1, "per": "2.00"}}}
    found = simulated(till, OFFERING | {"earn": half})
    cake = {one.reward: (one.times, one.refused) for one in found.draft.rewards}["cake"]
    assert cake == (1, 1)
    assert {one.reward: one.times for one in found.live.rewards}["cake"] == 2
    assert [(one.kind, one.code, one.times) for one in found.refused] == [
        ("redemption", Code.NOT_ENOUGH_POINTS, 1)
    ]
    assert found.draft.points["points"].outstanding == 0
    # What the cake costs the house is not in the document, and is not invented.
    assert (found.draft.cost, found.draft.without_cost) == (0, ("cake",))


def test_another_price_is_the_price_and_a_known_cost_is_added_up(till: Till) -> None:
    till.programme = "treats"
    till.publish(OFFERING)
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "20.00"))
    till.ok(take(till, "CARD0001", "cake"))
    cheaper = {"cake": {"cost": {"points": 4}, "gives": {"amount": "2.50"}}}
    found = simulated(till, OFFERING | {"rewards": cheaper})
    assert found.draft.points["points"].redeemed == 4
    assert (found.draft.cost, found.draft.without_cost) == (250, ())


def test_a_purchase_stands_where_points_cannot_pay_for_it(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00"))
    paid = [{"currency": "points", "units": 8, "amount": "2.00"}]
    till.ok(till.purchase("CARD0001", "10.00", points_paid=paid))
    nothing = {**CORNER, "earn": {"base": {"on": "visit", "give": {"points": 1}}}}
    found = simulated(till, nothing)
    assert [(one.kind, one.times) for one in found.refused] == [("points_paid", 1)]
    assert found.takings[0].purchases == 2


def test_stock_and_budgets_are_settled_in_the_order_of_recording(till: Till) -> None:
    """A budget of 15: the first purchase gets 10, the one recorded next 5, whoever bought first."""
    for card in ("CARD0001", "CARD0002", "CARD0003"):
        till.enrol(card)
    till.ok(till.purchase("CARD0002", "10.00"))
    till.ok(till.purchase("CARD0001", "10.00", occurred_at="2026-03-01T10:00:00+00:00"))
    till.ok(till.purchase("CARD0003", "10.00"))
    few = {"base": {**CORNER["earn"]["base"], "budget": 15}}
    found = simulated(till, {**CORNER, "earn": few})
    (change,) = found.changes
    lost = {one.difference for one in change.lose_most}
    assert found.draft.points["points"].earned == 15
    assert (change.less, change.same, lost) == (2, 1, {-5, -10})


def test_what_is_sent_is_what_is_held_here(till: Till) -> None:
    """20 are held here instead of 10: the sender keeps 10.  Who holds nothing sends nothing."""
    first, second = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.ok(till.purchase("CARD0001", "10.00"))
    transfer_points(
        till.connection,
        programme="corner",
        source="app",
        external_id="1",
        from_member=first,
        to_member=second,
        currency="points",
        units=10,
        clock=till.clock,
    )
    till.clock.advance(DAY)
    found = simulated(till, DOUBLE)
    assert found.draft.points["points"].outstanding == 20
    nothing = {**CORNER, "earn": {"base": {"on": "visit", "give": {"points": 1}}}}
    found = simulated(till, nothing)
    assert found.draft.points["points"].outstanding == 0
    assert [(one.kind, one.times) for one in found.refused] == [
        ("transfer_in", 1),
        ("transfer_out", 1),
    ]


def test_a_sample_is_stable_and_scaled(till: Till) -> None:
    for number in range(40):
        till.enrol(f"CARD{number:04d}")
    till.send(*(till.purchase(f"CARD{number:04d}", "10.00") for number in range(40)))
    whole = simulated(till, DOUBLE)
    part = simulated(till, DOUBLE, sample=Fraction(1, 2))
    assert part == simulated(till, DOUBLE, sample=Fraction(1, 2))
    assert part.sample is not None
    assert 0 < part.sample.members < part.sample.everybody == 40
    # Everybody bought the same, so that the scaled sums are the whole's.
    assert part.draft.points == whole.draft.points
    assert part.takings == whole.takings
    assert whole.sample is None


def test_tiers_are_counted_as_they_would_be(till: Till) -> None:
    tiers = {"by": {"spend": "rolling 12 months"}, "gold": {"enter": "50.00"}}
    for card, amount in (("CARD0001", "60.00"), ("CARD0002", "45.00"), ("CARD0003", "1.00")):
        till.enrol(card)
        till.ok(till.purchase(card, amount))
    till.clock.advance(DAY)
    till.publish({**CORNER, "tiers": tiers}, effective_at=till.clock.now())
    easier = {**tiers, "gold": {"enter": "40.00"}}
    found = simulated(till, {**CORNER, "tiers": easier})
    assert dict(found.draft.tiers) == {"": 1, "gold": 2}
    assert dict(found.live.tiers) == {"": 3}
    assert found.moved == (2, 0, 1)


def test_what_cannot_be_simulated_is_refused(till: Till) -> None:
    with pytest.raises(InvalidDocument):
        simulated(till, {**CORNER, "earn": {"base": {"on": "moon"}}})
    with pytest.raises(Refusal) as refused:
        simulated(till, {**CORNER, "money": {"currency": "USD"}})
    assert refused.value.code is Code.VERSION_CONFLICT
    till.programme = "nowhere"
    with pytest.raises(Refusal) as refused:
        simulated(till, CORNER)
    assert refused.value.code is Code.UNKNOWN_PROGRAMME


def test_a_purchase_stands_without_a_discount_that_would_not_have_been(till: Till) -> None:
    """A discount was given twice: unchanged it is the ledger; with one for each member
    the second purchase is one without it."""
    till.programme = "prices"
    till.publish(LOWERING)
    till.enrol("CARD000A")
    for _ in range(2):
        till.ok(named(till, "CARD000A", regular="1.00"))
    assert (found := simulated(till, LOWERING)).draft == found.live
    discounts = {"regular": {"discount": "10 %", "limit": {"per_member": 1}}}
    found = simulated(till, LOWERING | {"discounts": discounts})
    assert [(one.kind, one.code, one.times) for one in found.refused] == [
        ("discount", Code.DISCOUNT_LIMIT_REACHED, 1)
    ]
    assert found.takings[0].purchases == 2
    assert found.draft.points == found.live.points


def test_what_is_noted_of_a_member_and_not_declared_is_nothing(till: Till) -> None:
    till.programme = "notes"
    document = CORNER | {"programme": "notes"}
    vegans = {"on": "purchase", "give": {"points": 5}, "when": {"member.attributes.diet": "vegan"}}
    asking = document | {
        "member_attributes": {"diet": "text", "children": "number"},
        "earn": {**CORNER["earn"], "vegans": vegans},
    }
    till.publish(asking)
    till.enrol("CARD0001")
    noted = {"diet": "vegan", "children": 2}
    till.ok(till.other("profile", "CARD0001", attributes=noted))
    till.ok(till.purchase("CARD0001", "10.00"))
    fewer = simulated(till, asking | {"member_attributes": {"diet": "text"}})
    assert (fewer.draft.points["points"].earned, fewer.refused) == (15, ())
    none = simulated(till, document)
    assert (none.draft.points["points"].earned, none.refused) == (10, ())
