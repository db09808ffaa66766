"""Paid plans through the intake: said by whoever took the money, answered with where one stands."""

from __future__ import annotations

from typing import Any

from habitue.kit.instants import DAY
from tests.services.till import CORNER, Till

CLUB: dict[str, Any] = CORNER | {
    "programme": "club",
    "plans": {
        "gold": {
            "price": "49.00",
            "every": "1 year",
            "trial": "30 days",
            "refund": {"within": "14 days"},
        }
    },
    "earn": CORNER["earn"]
    | {"twice": {"on": "purchase", "when": {"member.plan": "gold"}, "multiply": 2}},
}


def test_a_plan_is_joined_used_and_paid_back(till: Till) -> None:
    till.programme = "club"
    till.publish(CLUB)
    till.enrol("CARD000A")

    def said(action: str, **more: Any) -> dict[str, Any]:
        envelope = till.other("membership", "CARD000A", plan="gold", action=action, **more)
        plan: dict[str, Any] = till.ok(envelope)["plan"]
        return plan

    assert said("joined", trial=True) == {"plan": "gold", "state": "trial", "until": "2026-07-01"}
    till.ok(till.purchase("CARD000A", "10.00"))
    assert till.balance("CARD000A") == 20
    till.clock.advance(DAY)
    assert said("renewed") == {"plan": "gold", "state": "active", "until": "2027-07-01"}
    again = till.other("membership", "CARD000A", plan="gold", action="joined")
    assert till.refused(again) == "plan_not_possible"
    wrong = till.other("membership", "CARD000A", plan="silver", action="joined")
    assert till.refused(wrong) == "unknown_plan"
    odd = till.other("membership", "CARD000A", plan="gold", action="renewed", trial=True)
    assert till.refused(odd) == "inconsistent"
    assert said("refunded")["refund"] == "49.00"
    till.ok(till.purchase("CARD000A", "10.00"))
    assert till.balance("CARD000A") == 30
