"""SEMANTICS 38: committed to before anybody enters, held once, and provable by anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from habitue.domain.access import SYSTEM
from habitue.domain.draws.proof import proof_of, verify
from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY, parse_instant
from habitue.selectors.draws import DrawRecord, get_own_entries, get_proof, list_draws
from habitue.services.drawing.holding import hold_due_draws
from habitue.services.drawing.judging import name_winner
from habitue.services.merging import merge_members
from tests.services.till import CORNER, Till

TERMS = {"terms": "For everybody.", "from": "2026-06-01"}
FAIR: dict[str, Any] = CORNER | {
    "programme": "fair",
    "points": {"points": {}},
    "rewards": {"cake": {"gives": {"free_product": "cake"}}},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "lots": {"on": "purchase", "give": {"entry": "lots", "per": "10.00"}},
        "song": {"on": "visit", "give": {"entry": "songs"}},
    },
    "draws": {
        "lots": TERMS
        | {
            "until": "2026-06-10",
            "waits": "2 days",
            "most_per_member": 5,
            "prizes": [{"gives": {"voucher": "cake"}}, {"gives": {"points": 7}, "count": 9}],
        },
        "songs": TERMS
        | {"until": "2026-06-10", "judged": True, "prizes": [{"gives": {"points": 9}}]},
    },
}
BEFORE = parse_instant("2026-06-12T23:59:59+00:00")
DUE = parse_instant("2026-06-13T00:00:00+00:00")


@pytest.fixture
def fair(till: Till) -> Till:
    """A till of a programme with a draw and a contest, on the first of June at noon."""
    till.programme = "fair"
    till.publish(FAIR)
    return till


def draws(fair: Till) -> dict[str, DrawRecord]:
    found = list_draws(fair.connection, programme="fair", now=fair.clock.now())
    return {one.draw.code: one for one in found}


def held(fair: Till) -> int:
    return hold_due_draws(fair.connection, clock=fair.clock)


def test_s38_the_secret_is_committed_to_once_and_kept_to_oneself(fair: Till) -> None:
    before = draws(fair)["lots"]
    assert before.stage == "open"
    fair.publish({**FAIR, "name": "Fair"}, effective_at=fair.clock.now() + DAY)
    assert draws(fair)["lots"].commitment == before.commitment
    assert len({one.commitment for one in draws(fair).values()}) == 2
    with pytest.raises(Refusal, match="unknown_draw"):
        get_proof(fair.connection, programme="fair", draw="lots")


def test_s38_odds_are_there_as_entries_stand(fair: Till) -> None:
    anna = fair.enrol("CARD000A")
    fair.enrol("CARD000B")
    sale = fair.purchase("CARD000A", "30.00")
    fair.ok(sale)
    fair.ok(fair.purchase("CARD000B", "20.00"))
    assert (draws(fair)["lots"].entrants, draws(fair)["lots"].entries) == (2, 5)
    own = get_own_entries(fair.connection, programme="fair", member_id=anna, now=fair.clock.now())
    assert own["lots"].entries == 3
    fair.ok(fair.give_back("CARD000A", sale))
    assert (draws(fair)["lots"].entrants, draws(fair)["lots"].entries) == (1, 2)


def test_s38_a_draw_is_held_once_when_it_is_due_and_proves_itself(fair: Till) -> None:
    members = {f"CARD00{place:02}": fair.enrol(f"CARD00{place:02}") for place in range(12)}
    for place, card in enumerate(members):
        fair.ok(fair.purchase(card, f"{10 * (place % 4)}.00"))
    fair.clock.at = BEFORE
    assert held(fair) == 1  # The contest's list is closed; the draw waits.
    fair.clock.at = DUE
    assert (held(fair), held(fair)) == (1, 0)
    record = draws(fair)["lots"]
    # Nine of the twelve bought for 10.00 or more: all of them win, the first one a cake.
    assert (record.stage, record.entrants, record.entries) == ("held", 9, 18)
    assert [one.place for one in record.winners] == list(range(1, 10))
    assert [one.prize.kind for one in record.winners] == ["voucher", *["points"] * 8]
    published = get_proof(fair.connection, programme="fair", draw="lots")
    assert published.commitment == record.commitment
    assert verify(proof_of(json.loads(json.dumps(published.as_json())))) == []
    assert not any(member.hex in str(published.as_json()) for member in members.values())
    assert sum(fair.balance(card, "voucher:cake") for card in members) == 1
    assert sum(fair.balance(card) for card in members) == 180 + 8 * 7


def test_s38_what_happened_before_the_end_counts_until_the_draw_is_held(fair: Till) -> None:
    for card in ("CARD000A", "CARD000B", "CARD000C"):
        fair.enrol(card)
    late: dict[str, Any] = {"occurred_at": "2026-06-10T20:00:00+00:00"}
    fair.clock.at = BEFORE
    fair.ok(fair.purchase("CARD000A", "20.00", **late))
    fair.ok(fair.purchase("CARD000B", "20.00"))
    fair.clock.at = DUE
    held(fair)
    fair.ok(fair.purchase("CARD000C", "20.00", **late))
    record = draws(fair)["lots"]
    assert (record.entrants, record.entries) == (1, 2)
    assert [one.number for one in record.winners] == [
        number
        for (number,) in fair.rows(
            "SELECT number FROM member JOIN identifier USING (member_id) WHERE value = 'CARD000A'"
        )
    ]


def test_s38_a_duplicate_and_the_survivor_are_one_entrant_with_no_more_than_others(
    fair: Till,
) -> None:
    anna, again = fair.enrol("CARD000A"), fair.enrol("CARD000B")
    for card in ("CARD000A", "CARD000B"):
        fair.ok(fair.purchase(card, "40.00"))
    fair.clock.at = BEFORE
    merge_members(fair.connection, actor=SYSTEM, duplicate=again, into=anna, clock=fair.clock)
    fair.clock.at = DUE
    held(fair)
    record = draws(fair)["lots"]
    assert (record.entrants, record.entries) == (1, 5)
    assert [one.member_id for one in record.winners] == [anna]


@pytest.mark.parametrize("undone_at", ["before the end", "after it", "after the draw"])
def test_s38_what_is_undone_counts_by_when_it_was_undone(fair: Till, undone_at: str) -> None:
    """A purchase that comes back before the end takes its entries along; the list that is closed
    stays closed, and who has won has won."""
    fair.enrol("CARD000A")
    sale = fair.purchase("CARD000A", "30.00")
    fair.ok(sale)
    end = parse_instant("2026-06-11T00:00:00+00:00")
    fair.clock.at = {"before the end": end - 1, "after it": BEFORE, "after the draw": DUE}[
        undone_at
    ]
    if undone_at == "after the draw":
        held(fair)
    fair.ok(fair.give_back("CARD000A", sale))
    fair.clock.at = DUE
    held(fair)
    record = draws(fair)["lots"]
    stands = undone_at != "before the end"
    assert (record.entrants, record.entries, len(record.winners)) == (
        (1, 3, 1) if stands else (0, 0, 0)
    )
    published = get_proof(fair.connection, programme="fair", draw="lots")
    assert verify(proof_of(json.loads(json.dumps(published.as_json())))) == []
    assert fair.balance("CARD000A", "voucher:cake") == int(stands)
    # What the purchase earned is gone, and no debt of entries is left behind.
    assert fair.balance("CARD000A") == 0
    assert fair.balance("CARD000A", "draw:lots") == 0


def test_s38_an_undo_that_is_reported_after_the_draw_changes_no_list(fair: Till) -> None:
    fair.enrol("CARD000A")
    sale = fair.purchase("CARD000A", "30.00")
    fair.ok(sale)
    fair.clock.at = DUE
    held(fair)
    before = get_proof(fair.connection, programme="fair", draw="lots").as_json()
    fair.ok(fair.give_back("CARD000A", sale, occurred_at="2026-06-09T12:00:00+00:00"))
    assert get_proof(fair.connection, programme="fair", draw="lots").as_json() == before
    assert (draws(fair)["lots"].entries, fair.balance("CARD000A", "voucher:cake")) == (3, 1)
    assert fair.balance("CARD000A", "draw:lots") == 0


def test_s38_who_left_does_not_take_part(fair: Till) -> None:
    fair.enrol("CARD000A")
    fair.ok(fair.purchase("CARD000A", "40.00"))
    fair.connection.execute("UPDATE member SET status = 'closed'")
    fair.clock.at = DUE
    assert held(fair) == 2
    assert (draws(fair)["lots"].entrants, draws(fair)["lots"].winners) == (0, ())


def test_s38_a_draw_that_a_later_version_leaves_out_is_held_all_the_same(fair: Till) -> None:
    fair.enrol("CARD000A")
    fair.ok(fair.purchase("CARD000A", "40.00"))
    without = {key: value for key, value in FAIR.items() if key != "draws"}
    without["earn"] = {"base": FAIR["earn"]["base"]}
    fair.publish(without, effective_at=fair.clock.now() + DAY)
    fair.clock.at = DUE
    assert held(fair) == 2
    assert fair.balance("CARD000A", "voucher:cake") == 1


def test_a_draw_that_was_held_cannot_be_held_again_under_its_name(fair: Till) -> None:
    fair.clock.at = DUE
    held(fair)
    again = {
        **FAIR,
        "draws": {**FAIR["draws"], "lots": FAIR["draws"]["lots"] | {"until": "2027-06-10"}},
    }
    with pytest.raises(Refusal, match=r"version_conflict at draws\.lots\.until"):
        fair.publish(again, effective_at=DUE)


def judge(fair: Till, member: Any, **changes: Any) -> int:
    said: dict[str, Any] = {"draw": "songs", "prize": 0, "reason": "The loudest.", **changes}
    return name_winner(
        fair.connection,
        actor=SYSTEM,
        programme="fair",
        member_id=member,
        clock=fair.clock,
        **said,
    )


def test_a_winner_of_a_contest_is_named_with_a_reason(fair: Till) -> None:
    anna, ben = fair.enrol("CARD000A"), fair.enrol("CARD000B")
    for card in ("CARD000A", "CARD000B"):
        fair.ok(fair.other("visit", card))
    with pytest.raises(Refusal, match="draw_not_due"):
        judge(fair, anna)
    fair.clock.at = DUE
    assert judge(fair, anna) == 1
    [winner] = draws(fair)["songs"].winners
    assert (winner.member_id, winner.reason, winner.ticket) == (anna, "The loudest.", None)
    assert fair.balance("CARD000A") == 9
    ((action,),) = fair.rows("SELECT action FROM trail WHERE member_id = %s", [anna])
    assert action == "winner_named"
    with pytest.raises(Refusal, match="already_won"):
        judge(fair, anna)
    with pytest.raises(Refusal, match="prize_taken"):
        judge(fair, ben)
    with pytest.raises(Refusal, match="unknown_draw"):
        get_proof(fair.connection, programme="fair", draw="songs")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "missing_field"),
        ({"reason": "a" * 201}, "too_long"),
        ({"draw": "lots"}, "unknown_draw"),
        ({"draw": "none"}, "unknown_draw"),
        ({"prize": 1}, "unknown_draw"),
        ({}, "no_entry"),
    ],
    ids=["reason", "long", "by lot", "none", "prize", "entry"],
)
def test_a_winner_that_cannot_be_named(fair: Till, changes: dict[str, Any], code: str) -> None:
    member = fair.enrol("CARD000A")
    fair.clock.at = DUE
    with pytest.raises(Refusal, match=code):
        judge(fair, member, **changes)
    assert fair.rows("SELECT count(*) FROM draw_winner") == [(0,)]
