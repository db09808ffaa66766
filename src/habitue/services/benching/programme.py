"""The programme that benchmarks run: a café's, with what most programmes have.

Two currencies of points, a date on every lot, pending points, a multiplier with a cap per day and a
budget that all members share, and a tier with a multiplier of its own.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from habitue.kit.instants import DAY, SECOND, Instant
from habitue.services.benching.purchases import STORE
from habitue.services.programmes import publish_version
from habitue.services.stores import put_store

PROGRAMME: Final = "bench-cafe"
ZONE: Final = "Europe/Paris"

DOCUMENT: Final[dict[str, Any]] = {
    "programme": PROGRAMME,
    "money": {"currency": "EUR"},
    "zone": ZONE,
    "languages": ["en"],
    "points": {
        "points": {"expires": {"after": "12 months"}, "pending": "14 days"},
        "coffee": {"kind": "stamps"},
    },
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "friday": {
            "on": "purchase",
            "when": {"all": [{"weekday": ["fri"]}, {"line.category": "beer"}]},
            "multiply": 2,
            "of": "points",
            "limit": {"per_member": 1, "every": "day"},
            "budget": 1_000_000_000,
        },
        "coffee": {"on": "purchase", "each": {"line.category": "coffee"}, "give": {"coffee": 1}},
        "welcome": {"on": "enrolment", "give": {"points": 50}},
    },
    "tiers": {
        "by": {"spend": "rolling 12 months"},
        "gold": {"enter": "500.00", "keep": "400.00", "multiply": "1.5"},
    },
}

# The same programme for a shop that sells in pounds and whose till does not say what is returned.
RETAIL: Final = "bench-retail"
RETAIL_DOCUMENT: Final[dict[str, Any]] = {
    **DOCUMENT,
    "programme": RETAIL,
    "money": {"currency": "GBP"},
    "zone": "Europe/London",
    "returns": {"without_purchase": "match_or_average"},
}

# And without the budget: its lines form a chain, which copies of a ledger would break.
UNSHARED_DOCUMENT: Final[dict[str, Any]] = {
    **DOCUMENT,
    "earn": {
        name: {part: value for part, value in rule.items() if part != "budget"}
        for name, rule in DOCUMENT["earn"].items()
    },
}

# 1 January 2009: before the first purchase that any benchmark knows.
EFFECTIVE_AT: Final[Instant] = 1_230_768_000 * SECOND
LONGEST_PAST: Final[Instant] = 365 * DAY


def prepare_programme(
    connection: Connection[Any], *, now: Instant, document: dict[str, Any] = DOCUMENT
) -> None:
    """Publish a programme and open its store; a repetition changes nothing.  Commits."""
    publish_version(
        connection, document=document, now=now, actor="bench", effective_at=EFFECTIVE_AT
    )
    put_store(connection, code=STORE, zone=document["zone"])
    connection.commit()
