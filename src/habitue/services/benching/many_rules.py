"""Programmes with many rules, for measuring what a rule costs: mixed conditions, or mostly idle."""

from __future__ import annotations

from typing import Any, Final

from habitue.services.benching.programme import DOCUMENT, PROGRAMME
from habitue.services.benching.purchases import STORE

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CATEGORIES: Final = ("coffee", "beer", "cake", "lunch", "wine", "gifts")


def document_of(rules: int, *, idle: bool = False) -> dict[str, Any]:
    """A programme with so many rules on purchases: what a chain may come to in some years.

    A tenth gives points for money or pieces, the rest asks for days, hours, stores, lines, tiers
    and counters; some have limits, some compete.  ``idle``: nine in ten are over, to come,
    switched off, or for other stores.
    """
    earn: dict[str, Any] = {"base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}}}
    for number in range(rules - 1):
        rule = _rule(number)
        if idle and number % 10:
            rule |= _idle(number, rule.get("when"))
        earn[f"rule-{number:03d}"] = rule
    return {
        "programme": PROGRAMME,
        "money": DOCUMENT["money"],
        "zone": DOCUMENT["zone"],
        "languages": ["en"],
        "points": DOCUMENT["points"],
        "stacking": {"best-of": "best", "first-of": "first"},
        "earn": earn,
        "tiers": DOCUMENT["tiers"],
    }


def _rule(number: int) -> dict[str, Any]:
    category = _CATEGORIES[number % len(_CATEGORIES)]
    day, hour = _DAYS[number % 7], 7 + number % 12
    time = {"from": f"{hour:02d}:00", "until": f"{hour + 2:02d}:00"}
    points = {"points": 1 + number % 20}
    kinds: tuple[dict[str, Any], ...] = (
        {"each": {"category": category}, "give": {"points": 1}},
        {"when": {"weekday": [day], "time": time}, "give": points},
        {"when": {"store": f"store-{number}"}, "give": points},
        {"when": {"any_line": {"category": category, "quantity": {"at_least": 2}}}, "give": points},
        {
            "when": {"weekday": [day]},
            "lines": {"category": category},
            "multiply": 2,
            "of": "points",
            "group": "best-of",
        },
        {"when": {"member.purchases": {"every": 5 + number % 7}}, "give": points},
        {
            "when": {
                "member.tier": "gold",
                "basket.amount": {"at_least": f"{10 + number % 50}.00"},
            },
            "give": points,
            "limit": {"per_member": 1, "every": "day"},
        },
        {"when": {"store": STORE, "time": time}, "give": points, "group": "first-of"},
        {
            "when": {"count_lines": {"match": {"category": category}, "at_least": 2}},
            "give": points,
            "limit": {"per_member_units": 50, "every": "rolling 30 days"},
        },
        {
            "when": {
                "any": [{"weekday": [day]}, {"not": {"member.days_since_visit": {"below": 60}}}]
            },
            "give": points,
            "limit": {"per_member": 1, "every": "week"},
        },
    )
    return {"on": "purchase", **kinds[number % len(kinds)]}


def _idle(number: int, when: Any) -> dict[str, Any]:
    elsewhere = {"store": f"store-{number}"}
    reasons: tuple[dict[str, Any], ...] = (
        {"until": "2015-12-31"},
        {"from": "2090-01-01"},
        {"enabled": "no"},
        {"when": elsewhere if when is None else {"all": [elsewhere, when]}},
    )
    return reasons[number % len(reasons)]
