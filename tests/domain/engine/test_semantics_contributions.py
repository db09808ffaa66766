"""Contributions earn as anything does, and a withdrawn one is as if it had never been (SEMANTICS 1,
8, 10, 15, 17, 34)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from habitue.domain.engine.snapshot import state_to_json
from habitue.domain.errors import Code
from habitue.domain.events import Contribution, Event, MergeIn, MergeOut, Unmerge, Withdrawal
from habitue.domain.payloads import from_payload, to_payload
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.integrations.documents import load_yaml
from tests.domain.engine.building import at, bought, event, redeemed, returned
from tests.domain.engine.harness import Member, Way

HEAD = """
programme: bookshop
money: {currency: EUR}
zone: Europe/Paris
points: {points: {expires: {after: 12 months}}}
contributions:
  review: {about: product, once: yes, text: 20}
  photo: {picture: yes}
  post: {link: yes, once: yes}
  visit-report: {about: purchase, once: yes}
"""
EARN = """
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  reviews:
    on: contribution
    when: {contribution.kind: review}
    give: {points: 30}
    limit: {per_member: 2, every: month}
  longer:
    on: contribution
    when: {all: [{contribution.kind: review}, {contribution.length: {at_least: 200}}]}
    give: {points: 20}
  with-picture: {on: contribution, when: {contribution.picture: yes}, give: {points: 10}}
  reports: {on: contribution, when: {contribution.kind: visit-report}, give: {points: 15}}
"""
TIERS = """
tiers:
  by: {points: rolling 12 months}
  silver: {enter: 50, multiply: 2}
"""


def shop(*more: str) -> Programme:
    """A programme that takes contributions."""
    return parse_document(load_yaml("\n".join((HEAD, EARN, *more))))


def sent(when: str, kind: str = "review", *, name: str | None = None, **said: Any) -> Event:
    """A contribution; a review is of some book, and just long enough."""
    if kind == "review":
        said = {"product": "dune", "length": 20, **said}
    return event(when, Contribution(kind, **said), name=name or f"{kind} {when}")


def withdrawn(when: str, of: Event, *, name: str | None = None) -> Event:
    """The approval of a contribution is withdrawn."""
    return event(when, Withdrawal(of.key, "copied"), name=name or f"withdrawn {of.key.external_id}")


def test_each_kind_earns_what_its_rules_say() -> None:
    member = Member(shop())
    decision = member.post(sent("2026-03-02", length=200, picture=True))
    assert member.balance() == 30 + 20 + 10
    fired = {outcome.rule for outcome in decision.outcomes if outcome.fired}
    assert fired == {"reviews", "longer", "with-picture"}
    seen = next(one for one in decision.outcomes if one.rule == "reports").seen
    assert seen[0]["seen"] == "review"


def test_limits_hold_and_a_withdrawn_one_gives_its_place_back() -> None:
    member = Member(shop())
    first = sent("2026-03-02", product="a")
    member.post(first, sent("2026-03-03", product="b"), sent("2026-03-04", product="c"))
    assert member.balance() == 60
    member.post(withdrawn("2026-03-20", first))
    # The third one stood behind the limit; now it is the second one of the month.
    assert member.balance() == 60
    assert member.balance_on("2026-03-02") == 0


def test_a_product_is_reviewed_once_and_again_after_a_withdrawal() -> None:
    member = Member(shop())
    first = sent("2026-03-02")
    member.post(first)
    member.refuses(sent("2026-03-05", product="DUNE"), Code.ALREADY_CONTRIBUTED)
    # Also where it comes late, before the one that is there.
    member.refuses(sent("2026-03-01"), Code.ALREADY_CONTRIBUTED)
    member.post(withdrawn("2026-03-06", first), sent("2026-03-05", product="DUNE"))
    assert member.balance() == 30


def test_what_is_not_complete_is_refused() -> None:
    member = Member(shop())
    member.refuses(sent("2026-03-02", length=19), Code.CONTRIBUTION_NOT_COMPLETE)
    member.refuses(sent("2026-03-02", "photo"), Code.CONTRIBUTION_NOT_COMPLETE)
    member.refuses(sent("2026-03-02", "post"), Code.CONTRIBUTION_NOT_COMPLETE)
    member.refuses(sent("2026-03-02", product=None), Code.MISSING_FIELD)
    member.refuses(sent("2026-03-02", "visit-report"), Code.MISSING_FIELD)
    member.refuses(sent("2026-03-02", "song"), Code.UNKNOWN_CONTRIBUTION)


def test_a_purchase_is_reported_on_by_its_buyer_once() -> None:
    member = Member(shop())
    purchase = bought("2026-03-01", "10.00")
    about = sent("2026-03-02", "visit-report", purchase=purchase.key)
    member.refuses(about, Code.PURCHASE_NOT_FOUND)
    member.post(purchase, about)
    again = sent("2026-03-03", "visit-report", purchase=purchase.key)
    member.refuses(again, Code.ALREADY_CONTRIBUTED)
    assert member.balance() == 25


def test_a_withdrawal_happens_once_and_needs_a_contribution() -> None:
    member = Member(shop())
    first = sent("2026-03-02")
    member.refuses(withdrawn("2026-03-03", first), Code.UNKNOWN_EVENT)
    purchase = bought("2026-03-01", "10.00")
    member.post(purchase, first, withdrawn("2026-03-03", first))
    again = withdrawn("2026-03-04", first, name="again")
    member.refuses(again, Code.ALREADY_WITHDRAWN)
    member.refuses(withdrawn("2026-03-04", purchase), Code.UNKNOWN_EVENT)


def test_what_was_spent_stays_spent_and_the_shortfall_is_a_debt() -> None:
    member = Member(shop())
    first = sent("2026-03-02")
    member.post(first, redeemed("2026-03-03", 30), withdrawn("2026-03-04", first))
    assert member.balance() == -30
    assert member.state.debts == {"points": 30}


def test_where_no_debt_is_allowed_the_withdrawal_is_refused() -> None:
    made = shop()
    points = {"points": replace(made.points["points"], negative="refuse")}
    member = Member(replace(made, points=points))
    first = sent("2026-03-02")
    member.post(first, redeemed("2026-03-03", 30))
    member.refuses(withdrawn("2026-03-04", first), Code.RETURN_EXCEEDS_BALANCE)


def test_a_tier_that_it_led_to_is_as_if_it_had_not_been() -> None:
    member = Member(shop(TIERS))
    first = sent("2026-03-02", length=200)
    member.post(first, bought("2026-03-03", "10.00"))
    assert (member.state.standing.tier, member.balance()) == ("silver", 70)
    member.post(withdrawn("2026-03-04", first))
    assert (member.state.standing.tier, member.balance()) == ("", 10)


def test_a_budget_has_its_units_back_and_what_was_settled_stays() -> None:
    budgeted = parse_document(
        load_yaml(HEAD + EARN.replace("limit: {per_member: 2, every: month}", "budget: 40"))
    )
    member = Member(budgeted)
    first, second = sent("2026-03-02", product="a"), sent("2026-03-03", product="b")
    member.post(first, second)
    assert member.balance() == 40
    member.post(withdrawn("2026-03-04", first))
    # First come, first served: the second one was granted 10 when the budget held no more.
    assert member.balance() == 10
    [left] = member.shared.remaining_units.values()
    assert left == 30
    member.post(sent("2026-03-05", product="c"))
    assert (member.balance(), *member.shared.remaining_units.values()) == (40, 0)


_A = sent("2026-03-02", product="a", length=200)
_STREAM = (
    _A,
    bought("2026-03-03", "25.00", name="sale"),
    sent("2026-03-04", product="b"),
    redeemed("2026-03-05", 20),
    withdrawn("2026-03-06", _A),
    sent("2026-03-07", product="c"),
)


def _possible(order: tuple[Event, ...]) -> bool:
    """A withdrawal comes after what it withdraws."""
    return all(
        any(earlier.key == one.body.contribution for earlier in order[:place])
        for place, one in enumerate(order)
        if isinstance(one.body, Withdrawal)
    )


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(_STREAM), way=st.sampled_from(("straight", "history", "chronicle")))
def test_s01_any_order_of_arrival_ends_as_if_it_had_never_been(
    order: list[Event], way: Way
) -> None:
    assume(_possible(tuple(order)))
    spent_last = [one for one in order if one.kind == "redemption"]
    arrived = [one for one in order if one.kind != "redemption"] + spent_last
    assume(_possible(tuple(arrived)))
    member = Member(shop(TIERS), way=way)
    member.post(*arrived)
    without = Member(shop(TIERS))
    without.post(*(one for one in _STREAM if one.kind != "withdrawal" and one.key != _A.key))
    mine, theirs = state_to_json(member.on("2026-04-01")), state_to_json(without.on("2026-04-01"))
    assert {**mine, "latest": None} == {**theirs, "latest": None}


def test_s01_every_order_of_a_short_stream() -> None:
    first = sent("2026-03-02")
    stream = (first, bought("2026-03-03", "60.00"), withdrawn("2026-03-04", first))
    back = returned("2026-03-05", stream[1])
    ends = set()
    for order in permutations((*stream, back)):
        places = {one.event_id: place for place, one in enumerate(order)}
        if _possible(order) and places[back.event_id] > places[stream[1].event_id]:
            member = Member(shop(TIERS), way="chronicle")
            member.post(*order)
            ends.add(str(state_to_json(member.state)))
            assert member.balance() == 0
    assert len(ends) == 1


def _merge(into: Member, duplicate: Member, when: str, name: str = "m1") -> None:
    decision = duplicate.post(event(when, MergeOut(name, "kept"), name=f"{name}/out"))
    into.shared.duplicates["duplicate"] = list(duplicate.events)
    assert decision.handed_over is not None
    into.post(event(when, MergeIn(name, "duplicate", decision.handed_over), name=f"{name}/in"))


def test_s34_once_holds_across_a_merge_and_what_a_duplicate_sent_can_be_withdrawn() -> None:
    kept, duplicate = Member(shop()), Member(shop())
    first = sent("2026-03-02", length=200)
    duplicate.post(bought("2026-03-01", "10.00"), first)
    _merge(kept, duplicate, "2026-03-10")
    assert kept.balance() == 60
    kept.refuses(sent("2026-03-11"), Code.ALREADY_CONTRIBUTED)
    kept.post(withdrawn("2026-03-12", first))
    assert kept.balance() == 10
    assert {lot.remaining for lot in kept.state.lots} == {10}
    # What the duplicate used of the limit is free again.
    kept.post(sent("2026-03-13"), sent("2026-03-14", product="b"))
    assert kept.balance() == 70
    # In the books of the survivor everything arrived, and was taken back.
    moved = [line.amount for line in kept.postings if line.kind == "transfer_in"]
    assert (sum(moved), kept.balance_on("2026-03-09")) == (60, 0)


def test_s34_what_the_duplicate_had_spent_of_it_is_a_debt_here() -> None:
    kept, duplicate = Member(shop()), Member(shop())
    first = sent("2026-03-02")
    duplicate.post(first, redeemed("2026-03-03", 30))
    _merge(kept, duplicate, "2026-03-10")
    kept.post(withdrawn("2026-03-12", first))
    assert (kept.balance(), duplicate.balance()) == (-30, 0)
    kept.post(event("2026-03-13", Unmerge("m1"), name="undone"))
    assert kept.balance() == 0


def test_payloads_come_back_as_they_were() -> None:
    purchase = bought("2026-03-01", "10.00")
    for one in (
        sent("2026-03-02", picture=True),
        sent("2026-03-02", "visit-report", purchase=purchase.key),
        withdrawn("2026-03-03", purchase),
    ):
        again = from_payload(
            event_id=one.event_id,
            key=one.key,
            kind=one.kind,
            occurred_at=at("2026-03-02"),
            version_number=1,
            payload=to_payload(one),
        )
        assert again.body == one.body
