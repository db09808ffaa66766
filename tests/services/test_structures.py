"""Several structures of tiers on a real database: answers, moves, lists, files, replay."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.member_filters import MemberFilters
from habitue.kit.instants import DAY
from habitue.selectors.balances import get_balances
from habitue.selectors.member_list import iterate_member_rows
from habitue.services.auditing import audit
from habitue.services.figures import settle_figures
from habitue.services.foreseeing import foresee_tiers
from habitue.services.replaying import replay
from tests.services.figures_cast import OWNER
from tests.services.till import CORNER, Till

STATUS = {"by": {"spend": "rolling 12 months"}, "gold": {"enter": "500.00", "multiply": "1.5"}}


def with_regular(visits: int) -> dict[str, Any]:
    """Gold by what is spent, and beside it regular by visits."""
    bar = {
        "by": {"visits": "rolling 1 month"},
        "valid": "1 month",
        "regular": {"enter": visits, "multiply": "1.2"},
    }
    return {**CORNER, "tiers": {"main": "status", "structures": {"status": STATUS, "bar": bar}}}


@pytest.fixture
def shop(till: Till) -> Till:
    """One who spends, gold under a programme of one structure that has two since, and one who
    comes often."""
    till.publish({**CORNER, "tiers": STATUS}, effective_at=till.clock.now())
    for card in ("CARD0001", "CARD0002"):
        till.enrol(card)
    till.ok(till.purchase("CARD0001", "600.00"))
    till.clock.advance(DAY)
    till.publish(with_regular(3), effective_at=till.clock.now())
    for _ in range(3):
        till.clock.advance(DAY)
        till.ok(till.purchase("CARD0002", "10.00"))
    return till


def test_answers_moves_lists_and_replay_tell_the_structures_apart(shop: Till) -> None:
    shop.clock.advance(DAY)
    answer = shop.ok(shop.purchase("CARD0001", "10.00"))
    assert (answer["tier"], answer["tiers"]) == ("gold", {"status": "gold", "bar": ""})
    answer = shop.ok(shop.purchase("CARD0002", "10.00"))
    assert (answer["tier"], answer["tiers"]) == ("", {"status": "", "bar": "regular"})
    assert "tiers_before" not in answer
    # 10.00 at 1.2 of the regular.
    assert answer["points"]["points"]["change"] == 12
    moves = shop.rows("SELECT structure, to_tier FROM tier_move ORDER BY at")
    assert moves == [("", "gold"), ("bar", "regular")]
    for settled in (False, True):
        if settled:
            settle_figures(shop.connection, now=shop.clock.now() + DAY)
        found = {}
        for name, filters in (
            ("gold", MemberFilters(tier="gold")),
            ("regular", MemberFilters(beside="regular")),
            ("none", MemberFilters(tier="", beside="gold")),
        ):
            rows = iterate_member_rows(
                shop.connection,
                actor=OWNER,
                programme=shop.programme,
                now=shop.clock.now(),
                filters=filters,
            )
            found[name] = [(row.tier, row.tiers_beside) for row in rows]
        assert found["none"] == []
        assert [(tier, list(beside)) for tier, beside in found["gold"]] == [("gold", [])]
        assert [(tier, list(beside)) for tier, beside in found["regular"]] == [("", ["regular"])]
    assert audit(shop.connection).ok
    assert replay(shop.connection).ok


def test_the_tiers_of_an_earlier_instant_are_those_of_each_structure(shop: Till) -> None:
    ((member,),) = shop.rows("SELECT member_id FROM identifier WHERE value = 'CARD0002'")
    now = shop.clock.now()
    tiers = [
        get_balances(
            shop.connection, member_id=member, programme=shop.programme, as_of=now + days * DAY
        ).tiers
        for days in (-1, 0, 40)
    ]
    nobody = {"status": "", "bar": ""}
    assert tiers == [nobody, {"status": "", "bar": "regular"}, nobody]


def test_30_a_lower_threshold_beside_the_main_structure_shows_who_moves(shop: Till) -> None:
    shop.clock.advance(DAY)
    shop.ok(shop.purchase("CARD0001", "10.00"))
    draft = with_regular(1)
    seen = foresee_tiers(shop.connection, document=draft, at=shop.clock.now())
    assert (seen.up, seen.stay) == (0, 2)
    assert seen.beside["bar"].moves == {("", "regular"): 1, ("regular", "regular"): 1}
