"""Any order of arrival and any split into batches ends in the same balances, tiers and lots
(SEMANTICS 1)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from habitue.kit.instants import DAY, HOUR, datetime_of
from habitue.services.intake import Envelope
from tests.services.till import CORNER, Till, key_of

DOCUMENT = CORNER | {
    "points": {
        "points": {"expires": {"after": "2 months"}, "pending": "3 days"},
        "stars": {"decimals": 2, "rounding": "half_even", "expires": {"inactive": "1 month"}},
    },
    "earn": {
        "base": {
            "on": "purchase",
            "give": {"points": 1, "per": "1.00"},
            "limit": {"per_member": 60, "every": "week"},
        },
        "stars": {"on": "purchase", "give": {"stars": "0.07", "per": "1.00"}},
        "come": {"on": "visit", "give": {"points": 2}, "limit": {"per_member": 1, "every": "day"}},
    },
    "tiers": {
        "by": {"spend": "rolling 2 months"},
        "silver": {"enter": "80.00", "keep": "40.00", "multiply": "1.5"},
        "gold": {"enter": "200.00", "keep": "150.00", "multiply": 2},
    },
}


@dataclass
class Story:
    """What happened to a few members, in the order in which it happened."""

    choose: random.Random
    programme: str
    till: Till
    told: list[Envelope] = field(default_factory=list)
    parts: list[tuple[Envelope, str]] = field(default_factory=list)

    def tell(self, events: int) -> list[Envelope]:
        """Make the events."""
        start = self.till.clock.now() - 100 * DAY
        for number in range(events):
            at = datetime_of(start + self.choose.randrange(100 * 24) * HOUR)
            self.told.append(self._event(number, at.isoformat()))
        return self.told

    def _event(self, number: int, at: str) -> Envelope:
        card = f"CARD{self.choose.randrange(3):04d}"
        content: dict[str, Any] = {
            "source": self.programme,
            "external_id": str(number),
            "occurred_at": at,
        }
        kind = self.choose.choice(["purchase"] * 5 + ["visit"] + ["return"] * 3)
        if kind == "return" and self.parts:
            bought, part = self.parts.pop(self.choose.randrange(len(self.parts)))
            assert isinstance(bought.content, dict)
            after = max(at, bought.content["occurred_at"])
            lines = [{"line": "1", "quantity": part}]
            content |= {"purchase": key_of(bought), "currency": "EUR", "lines": lines}
            return Envelope(self.programme, kind, content | {"occurred_at": after})
        content["member"] = {"kind": "card", "value": card}
        if kind == "visit":
            return Envelope(self.programme, kind, content)
        lines = [
            {"product": f"p{n}", "amount": f"{self.choose.randrange(100, 6000) / 100:.2f}"}
            for n in range(self.choose.randrange(1, 4))
        ]
        envelope = Envelope(
            self.programme, "purchase", content | {"currency": "EUR", "lines": lines}
        )
        self.parts += [(envelope, "0.25"), (envelope, "0.25"), (envelope, "0.5")]
        return envelope


def deliver(till: Till, told: list[Envelope], choose: random.Random) -> None:
    """Send everything in some order and some split; a return that came too early is sent again."""
    waiting = list(told)
    while waiting:
        choose.shuffle(waiting)
        early: list[Envelope] = []
        while waiting:
            size = choose.randrange(1, 12)
            batch, waiting = waiting[:size], waiting[size:]
            for envelope, answer in zip(batch, till.send(*batch), strict=True):
                if answer.refusal is not None:
                    assert answer.refusal.code.value == "purchase_not_found"
                    early.append(envelope)
        waiting = early


def standing(till: Till, programme: str) -> list[tuple[Any, ...]]:
    """Where everybody stands, without the ids that differ between the two programmes."""
    return till.rows(
        """
        SELECT i.value, m.tier, m.next_due_at, (m.state->'standing'->1)::text, e.currency,
               l.opened_at, l.activates_at, l.expires_at, sum(e.amount)::int
        FROM member_state m
        JOIN programme p USING (programme_id)
        JOIN identifier i USING (member_id)
        JOIN entry e USING (member_id, programme_id)
        LEFT JOIN lot l USING (member_id, lot_id)
        WHERE p.code = %s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(e.amount) <> 0
        ORDER BY 1, 5, 6, 7, 8
        """,
        [programme],
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_s01_any_order_and_any_split_end_the_same(till: Till, seed: int) -> None:
    for card in range(3):
        till.enrol(f"CARD{card:04d}")
    found = []
    for attempt, programme in enumerate(("left", "right")):
        till.publish(DOCUMENT | {"programme": programme})
        told = Story(random.Random(seed), programme, till).tell(60)
        deliver(till, told, random.Random(100 * seed + attempt))
        found.append(standing(till, programme))
    assert found[0]
    assert found[0] == found[1]
