"""Contributions through the intake: approved ones count, withdrawn ones are as if they had never
been, also where members were merged; books and replay agree (SEMANTICS 34, 40, 41)."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.kit.instants import DAY, HOUR
from habitue.services.auditing import audit
from habitue.services.replaying import replay
from habitue.services.simulation import simulate
from habitue.services.whatif.report import WhatIf
from tests.services.merging_cast import holds, merge, stored, unmerge
from tests.services.till import CORNER, Till, key_of

TOLD: dict[str, Any] = CORNER | {
    "programme": "told",
    "contributions": {"review": {"about": "product", "once": True, "text": 10}},
    "earn": CORNER["earn"]
    | {
        "reviews": {
            "on": "contribution",
            "give": {"points": 20},
            "limit": {"per_member": 1, "every": "day"},
            "budget": 100,
        }
    },
}


@pytest.fixture
def told(till: Till) -> Till:
    """A till of a programme that takes reviews."""
    till.programme = "told"
    till.publish(TOLD)
    return till


def _review(till: Till, product: str, card: str | None = "CARD000A", **said: Any) -> Any:
    content = {"contribution": "review", "product": product, "length": 40, **said}
    return till.other("contribution", card, **content)


def _agree(till: Till) -> None:
    """The books add up, and replay gives them again."""
    report = audit(till.connection)
    assert report.ok, report.differences.first
    again = replay(till.connection)
    assert again.ok, again.differences.first


def test_a_review_counts_until_it_is_withdrawn(told: Till) -> None:
    told.enrol("CARD000A")
    rose, tulip = _review(told, "rose"), _review(told, "tulip")
    assert told.ok(rose)["points"]["points"]["earned"] == 20
    assert told.ok(tulip)["points"]["points"]["change"] == 0
    assert told.refused(_review(told, "ROSE")) == "already_contributed"
    assert told.refused(_review(told, "lily", length=9)) == "contribution_not_complete"
    assert told.refused(_review(told, "lily", length=-1)) == "negative_amount"
    assert told.refused(_review(told, "lily", card=None)) == "missing_field"
    told.clock.advance(HOUR)
    gone = told.other("withdrawal", None, contribution=key_of(rose), reason="copied")
    # The second one of the day takes its place.
    assert told.ok(gone)["points"]["points"]["change"] == 0
    assert told.balance("CARD000A") == 20
    again = told.other("withdrawal", None, contribution=key_of(rose))
    assert told.refused(again) == "already_withdrawn"
    purchase = told.purchase("CARD000A", "5.00")
    told.ok(purchase)
    wrong = told.other("withdrawal", None, contribution=key_of(purchase))
    assert told.refused(wrong) == "unknown_event"
    nobody = told.purchase(None, "5.00")
    told.ok(nobody)
    wrong = told.other("withdrawal", None, contribution=key_of(nobody))
    assert told.refused(wrong) == "unknown_event"
    assert told.rows("SELECT units_taken FROM budget WHERE key LIKE '%%reviews%%'") == [(20,)]
    _agree(told)


def test_34_what_a_duplicate_sent_is_withdrawn_at_the_survivor_and_after_an_unmerge(
    told: Till,
) -> None:
    kept, gone = told.enrol("CARD000A"), told.enrol("CARD000B")
    rose = _review(told, "rose", "CARD000B")
    told.ok(rose)
    told.ok(told.purchase("CARD000A", "7.00"))
    told.clock.advance(DAY)
    made = merge(told, gone, kept)
    assert holds(told, kept) == 27
    told.ok(told.other("withdrawal", None, contribution=key_of(rose)))
    assert holds(told, kept) == 7
    _agree(told)
    before = stored(told, kept)
    unmerge(told, made.merge_id)
    # It stays withdrawn with whom it belongs to.
    assert (holds(told, kept), holds(told, gone)) == (7, 0)
    assert stored(told, kept)["lots"] == before["lots"]
    _agree(told)
    merge(told, gone, kept)
    assert holds(told, kept) == 7
    _agree(told)


def test_41_another_document_is_tried_on_what_was_contributed(told: Till) -> None:
    kept, gone = told.enrol("CARD000A"), told.enrol("CARD000B")
    rose, lily = _review(told, "rose"), _review(told, "lily", "CARD000B")
    told.ok(rose)
    told.ok(lily)
    told.clock.advance(DAY)
    told.ok(_review(told, "tulip"))
    told.ok(told.other("withdrawal", None, contribution=key_of(rose)))
    merge(told, gone, kept)
    told.ok(told.other("withdrawal", None, contribution=key_of(lily)))

    def tried(document: dict[str, Any]) -> WhatIf:
        return simulate(told.connection, programme="told", document=document, now=told.clock.now())

    same = tried(TOLD)
    assert same.draft == same.live
    assert not same.refused
    rules = TOLD["earn"]
    richer = tried(
        TOLD | {"earn": rules | {"reviews": rules["reviews"] | {"give": {"points": 30}}}}
    )
    points = richer.draft.points["points"]
    assert points.earned - points.reversed == 30
    # Without the section none of it could have come.
    bare = {name: part for name, part in TOLD.items() if name != "contributions"}
    none = tried(bare | {"earn": {"base": rules["base"]}})
    assert none.draft.points["points"].earned == 0
    assert {one.code.value for one in none.refused} == {"unknown_contribution", "unknown_event"}
