"""Who would move if a document took effect, and moving all of them or nobody (SEMANTICS 30)."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY
from habitue.services.foreseeing import foresee_tiers, move_members, publish_and_move
from tests.services.till import CORNER, Till

GOLD = {"by": {"spend": "rolling 12 months"}, "gold": {"enter": "500.00", "keep": "300.00"}}


def with_gold(enter: str, keep: str = "300.00", **others: Any) -> dict[str, Any]:
    """A programme with gold at some threshold, and perhaps other tiers."""
    return {**CORNER, "tiers": {**GOLD, "gold": {"enter": enter, "keep": keep}, **others}}


@pytest.fixture
def shop(till: Till) -> Till:
    """Members who spent 100, 460, 480, 520 and 700 euros; the last two are gold."""
    till.publish(with_gold("500.00"), effective_at=till.clock.now())
    for number, amount in enumerate((100, 460, 480, 520, 700)):
        till.enrol(f"CARD{number:04d}")
        till.ok(till.purchase(f"CARD{number:04d}", f"{amount}.00"))
    till.clock.advance(DAY)
    return till


def tiers(till: Till) -> list[str]:
    """The tier of each member, in the order of what they spent."""
    return [
        tier
        for (tier,) in till.rows(
            "SELECT tier FROM member_state JOIN identifier USING (member_id) ORDER BY value"
        )
    ]


def test_30_a_lower_threshold_shows_who_moves_up_and_then_moves_them(shop: Till) -> None:
    """From 500.00 to 450.00: those with 460 and 480 move up; the one with 100 does not."""
    draft = with_gold("450.00")
    seen = foresee_tiers(shop.connection, document=draft, at=shop.clock.now())
    assert (seen.up, seen.down, seen.stay) == (2, 0, 3)
    assert seen.moves == {("", ""): 1, ("", "gold"): 2, ("gold", "gold"): 2}
    named = shop.rows(
        "SELECT member_id FROM identifier WHERE value IN ('CARD0001', 'CARD0002') ORDER BY 1"
    )
    assert seen.first == {("", "gold"): tuple(member for (member,) in named)}
    assert tiers(shop) == ["", "", "", "gold", "gold"]
    published, moved = publish_and_move(
        shop.connection,
        document=draft,
        clock=shop.clock,
        actor="tests",
        expected_number=seen.latest_number,
    )
    assert (published.number, moved) == (3, 2)
    assert tiers(shop) == ["", "gold", "gold", "gold", "gold"]
    # Published again, it is the same version, and nobody moves.
    again, moved = publish_and_move(
        shop.connection, document=draft, clock=shop.clock, actor="tests"
    )
    assert (again.number, again.created, moved) == (3, False, 0)


def test_30_a_higher_threshold_moves_nobody_down_but_says_who_will_not_keep_it(
    shop: Till,
) -> None:
    """Gold is held to the end of its validity; keeping it then takes 600.00."""
    draft = with_gold("900.00", keep="600.00")
    seen = foresee_tiers(shop.connection, document=draft, at=shop.clock.now())
    assert (seen.up, seen.down, seen.stay) == (0, 0, 5)
    assert (seen.lose_keep, seen.gain_keep) == ({"gold": 1}, {})
    _, moved = publish_and_move(shop.connection, document=draft, clock=shop.clock, actor="tests")
    assert moved == 0
    assert tiers(shop) == ["", "", "", "gold", "gold"]


def test_a_tier_that_is_no_more_is_lost_and_a_new_one_is_reached(shop: Till) -> None:
    draft = {**CORNER, "tiers": {"by": GOLD["by"], "silver": {"enter": "400.00"}}}
    seen = foresee_tiers(shop.connection, document=draft, at=shop.clock.now())
    assert seen.moves == {("", ""): 1, ("", "silver"): 2, ("gold", "silver"): 2}
    assert (seen.up, seen.down) == (2, 2)
    nothing = foresee_tiers(shop.connection, document=CORNER, at=shop.clock.now())
    assert (nothing.down, nothing.stay) == (2, 3)


def test_time_passes_before_it_is_asked(shop: Till) -> None:
    """After 400 days nobody has anything in the window, and gold was lost with it."""
    later = shop.clock.now() + 800 * DAY
    seen = foresee_tiers(shop.connection, document=with_gold("450.00"), at=later)
    assert seen.moves == {("", ""): 5}


def test_what_was_published_meanwhile_is_not_overwritten(shop: Till) -> None:
    seen = foresee_tiers(shop.connection, document=with_gold("450.00"), at=shop.clock.now())
    shop.publish(with_gold("480.00"), effective_at=shop.clock.now())
    with pytest.raises(Refusal) as refused:
        publish_and_move(
            shop.connection,
            document=with_gold("450.00"),
            clock=shop.clock,
            actor="tests",
            expected_number=seen.latest_number,
        )
    assert refused.value.code is Code.VERSION_CONFLICT
    assert tiers(shop) == ["", "", "", "gold", "gold"]


def test_a_version_of_tomorrow_moves_nobody_today(shop: Till) -> None:
    published, moved = publish_and_move(
        shop.connection,
        document=with_gold("450.00"),
        clock=shop.clock,
        actor="tests",
        effective_at=shop.clock.now() + DAY,
    )
    assert (published.created, moved) == (True, 0)
    assert tiers(shop) == ["", "", "", "gold", "gold"]
    shop.clock.advance(2 * DAY)
    shop.ok(shop.purchase("CARD0001", "1.00"))
    assert tiers(shop) == ["", "gold", "", "gold", "gold"]


def test_30_a_version_of_later_moves_everybody_once_it_has_taken_effect(shop: Till) -> None:
    """Nobody has to come for it, and it is done once."""
    assert move_members(shop.connection, clock=shop.clock) == 0
    later = shop.clock.now() + DAY
    shop.publish(with_gold("450.00"), effective_at=later)
    assert move_members(shop.connection, clock=shop.clock) == 0
    shop.clock.advance(DAY)
    # One of them comes before the worker does, and is not moved again.
    shop.ok(shop.purchase("CARD0001", "1.00"))
    assert move_members(shop.connection, clock=shop.clock) == 1
    assert tiers(shop) == ["", "gold", "gold", "gold", "gold"]
    assert shop.rows("SELECT moved_number FROM programme") == [(3,)]
    assert move_members(shop.connection, clock=shop.clock) == 0


def test_a_version_that_leaves_the_tiers_as_they_are_looks_at_nobody(shop: Till) -> None:
    move_members(shop.connection, clock=shop.clock)
    before = shop.rows("SELECT count(*) FROM ledger_event")
    document = with_gold("500.00") | {
        "earn": {"base": {"on": "purchase", "give": {"points": 2, "per": "1.00"}}}
    }
    published, moved = publish_and_move(
        shop.connection, document=document, clock=shop.clock, actor="tests"
    )
    assert (published.created, moved) == (True, 0)
    assert shop.rows("SELECT count(*) FROM ledger_event") == before
    assert shop.rows("SELECT moved_number FROM programme") == [(published.number,)]
