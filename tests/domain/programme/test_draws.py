"""Draws in the document: what they mean, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from habitue.domain.programme.draw_model import Prize
from habitue.domain.programme.model import ExpiresAt, Fixed, Rate
from habitue.kit.instants import format_instant
from tests.domain.programme.faulty import the_error
from tests.domain.programme.samples import programme, rule

DRAW = """
rewards: {dessert: {gives: {free_product: dessert}}}
draws:
  summer:
    from: 2027-03-01
    until: 2027-03-26
    waits: 3 days
    most_per_member: 5
    terms: Adults.
    free_entry: Write to us.
    prizes: [{gives: {voucher: dessert}, count: 2}, {gives: {points: 50}}, {gives: {amount: 10.00}}]
"""


def test_a_draw_has_its_time_its_prizes_and_a_currency_of_entries() -> None:
    version = programme(DRAW)
    draw = version.draws["summer"]
    assert draw.prizes == (
        Prize(2, "voucher", currency="voucher:dessert", units=1),
        Prize(1, "points", currency="points", units=50),
        Prize(1, "amount", amount=1000),
    )
    assert draw.places == 4
    entries = version.points["draw:summer"]
    assert (entries.kind, entries.max_balance) == ("entries", 5)
    assert entries.expiry == ExpiresAt(draw.ends_at)


def test_a_draw_is_due_at_the_beginning_of_a_local_day() -> None:
    """The clocks go forward in between: three days have 71 hours."""
    draw = programme(DRAW).draws["summer"]
    assert format_instant(draw.ends_at, "Europe/Paris") == "2027-03-27T00:00:00+01:00"
    assert format_instant(draw.due_at, "Europe/Paris") == "2027-03-30T00:00:00+02:00"


@pytest.mark.parametrize(
    ("give", "meant"),
    [
        ("{entry: summer}", Fixed("draw:summer", 1)),
        ("{entry: {summer: 3}}", Fixed("draw:summer", 3)),
        ("{entry: summer, per: 20.00}", Rate("draw:summer", Fraction(1), 2000)),
        ("{entry: {summer: 3}, per: 20.00}", Rate("draw:summer", Fraction(3), 2000)),
    ],
)
def test_rules_give_entries(give: str, meant: Fixed | Rate) -> None:
    made = rule(f"on: purchase, give: {give}", DRAW)
    assert made.gives == (meant,)
    draw = programme(DRAW).draws["summer"]
    assert (made.starts_at, made.ends_at) == (draw.starts_at, draw.ends_at)


def test_a_rule_may_give_entries_for_a_part_of_the_time() -> None:
    made = rule("on: purchase, give: {entry: summer}, from: 2027-03-10, until: 2027-12-31", DRAW)
    assert made.starts_at is not None
    assert format_instant(made.starts_at, "Europe/Paris") == "2027-03-10T00:00:00+01:00"
    assert made.ends_at == programme(DRAW).draws["summer"].ends_at


def test_points_that_are_called_entry_stay_points() -> None:
    overlay = "points: {points: {}, entry: {}}"
    assert rule("on: purchase, give: {entry: 1}", overlay).gives == (Fixed("entry", 1),)


def test_a_reward_that_gives_an_entry_is_to_be_had_while_one_can_enter() -> None:
    version = programme(DRAW.replace("{dessert:", "{lot: {gives: {draw_entry: summer}}, dessert:"))
    reward, draw = version.rewards["lot"], version.draws["summer"]
    assert (reward.starts_at, reward.ends_at) == (draw.starts_at, draw.ends_at)


def test_a_draw_that_is_held_elsewhere_is_but_a_name() -> None:
    version = programme("rewards: {lot: {gives: {draw_entry: elsewhere}}}")
    assert version.rewards["lot"].gift.value == "elsewhere"
    assert version.rewards["lot"].ends_at is None


def changed(old: str, new: str) -> str:
    assert old in DRAW
    return DRAW.replace(old, new)


@pytest.mark.parametrize(
    ("overlay", "path", "problem"),
    [
        (changed("from: 2027-03-01", "name: x"), "draws.summer.from", "missing_field"),
        (changed("until: 2027-03-26", "name: x"), "draws.summer.until", "missing_field"),
        (changed("terms: Adults.", "name: x"), "draws.summer.terms", "missing_field"),
        (changed("until: 2027-03-26", "until: 2027-02-01"), "draws.summer.until", "impossible"),
        (changed("waits: 3 days", "waits: 61 days"), "draws.summer.waits", "too_large"),
        (changed("most_per_member: 5", "most_per_member: 0"), "draws.summer.most", "too_small"),
        (changed("count: 2", "count: 0"), "draws.summer.prizes[0].count", "too_small"),
        (changed("count: 2", "count: 9999"), "draws.summer.prizes", "too_large"),
        (changed("voucher: d", "voucher: e"), "draws.summer.prizes[0].gives.vou", "unknown_reward"),
        (changed("points: 50", "points: 0"), "draws.summer.prizes[1].gives", "not_positive"),
        (changed("points: 50", "stars: 50"), "draws.summer.prizes[1].gives", "unknown_field"),
        (changed("points: 50", "draw_entry: a"), "draws.summer.prizes[1].gives", "unknown_field"),
        (
            "draws: {a: {from: 2027-01-01, until: 2027-01-02, terms: a}}",
            "draws.a.prizes",
            "missing",
        ),
    ],
    ids=lambda value: value if value.isidentifier() else None,
)
def test_a_faulty_draw_is_refused(overlay: str, path: str, problem: str) -> None:
    found_path, found = the_error(overlay)
    assert found_path.startswith(path)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("give", "problem"),
    [
        ("{entry: winter}", "unknown_draw"),
        ("{entry: {summer: 1, winter: 1}}", "unknown_draw"),
        ("{entry: {summer: 0}}", "too_small"),
        ("{entry: {summer: 1001}}", "too_large"),
        ("{entry: summer, points: 5}", "conflicting_fields"),
    ],
)
def test_entries_that_make_no_sense_are_refused(give: str, problem: str) -> None:
    base = "base: {on: purchase, give: {points: 1, per: 1.00}}"
    path, found = the_error(f"{DRAW}earn: {{{base}, r: {{on: purchase, give: {give}}}}}")
    assert path.startswith("earn.r.give.entry")
    assert found == problem
