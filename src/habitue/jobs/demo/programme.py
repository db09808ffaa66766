"""The programme of the demonstration's café-restaurant, written for its opening day."""

from __future__ import annotations

from typing import Any

from habitue.analytics.simulation.history import ZONE, Business

CODE = "corner-cafe"


def demo_document(business: Business) -> dict[str, Any]:
    """The programme document, with the two past promotions at the dates that this business had."""
    beer, cake = business.promotions
    return {
        "programme": CODE,
        "name": {
            "en": "Corner Café Club",
            "fr": "Le Club du Café du coin",
            "de": "Club im Café an der Ecke",
            "ro": "Clubul Cafenelei din colț",
        },
        "money": {"currency": "EUR"},
        "zone": ZONE,
        "languages": ["fr", "en", "de", "ro"],
        "points": {
            "points": {
                "expires": {"after": "12 months", "round_up_to": "month"},
                "pending": "1 day",
            },
            "coffee": {"kind": "stamps"},
        },
        "attributes": {"table": "number", "party": "number"},
        "stacking": {"promotion": "best"},
        "earn": {
            "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
            "coffee": {
                "on": "purchase",
                "each": {"line.category": "coffee"},
                "give": {"coffee": 1},
            },
            "welcome": {"on": "enrolment", "give": {"points": 50}},
            beer.code: {
                "on": "purchase",
                "when": {"all": [{"weekday": ["fri"]}, {"line.category": "beer"}]},
                "multiply": 2,
                "of": "points",
                "group": "promotion",
                "limit": {"per_member": 1, "every": "day"},
                "budget": 50_000,
                "from": beer.starts.isoformat(),
                "until": beer.ends.isoformat(),
            },
            cake.code: {
                "on": "purchase",
                "when": {"all": [{"line.category": "cake"}, {"line.category": "coffee"}]},
                "give": {"points": 15},
                "group": "promotion",
                "limit": {"per_member": 2, "every": "week"},
                "from": cake.starts.isoformat(),
                "until": cake.ends.isoformat(),
            },
        },
        "tiers": {
            "by": {"spend": "rolling 12 months"},
            "grace": "30 days",
            "downgrade": "soft_landing",
            "of": "points",
            "silver": {"enter": "600.00", "keep": "450.00", "multiply": "1.2"},
            "gold": {
                "enter": "1800.00",
                "keep": "1400.00",
                "multiply": "1.5",
                "perks": ["priority_service"],
            },
        },
        "returns": {"without_purchase": "match_or_refuse"},
        "claims": {"within": "30 days"},
    }
