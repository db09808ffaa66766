"""The fixed cast: two programmes, two stores, two members, and the keys of every kind."""

from dataclasses import dataclass
from typing import Any

import psycopg

from habitue.integrations.phones import Phones
from habitue.kit.instants import DAY, parse_instant
from habitue.selectors.keys import READING, Permission
from habitue.services.keys import create_key, revoke_key
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.programmes import publish_version
from habitue.services.stores import put_store

NOW = parse_instant("2026-03-14T12:00:00+00:00")
START = parse_instant("2026-01-01T00:00:00+00:00")
PHONES = Phones("FR")
ALL = [one.value for one in Permission]

CORNER: dict[str, Any] = {
    "programme": "corner",
    "money": {"currency": "EUR"},
    "zone": "Europe/Paris",
    "points": {
        "points": {"expires": {"after": "12 months"}},
        "nights": {"pending": "confirmation"},
        "cash": {"kind": "cashback", "decimals": 2},
    },
    "member_attributes": {"vegan": "yes_no"},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "vegan": {
            "on": "visit",
            "when": {"member.attributes.vegan": True},
            "give": {"cash": "0.50"},
        },
        "stay": {"on": "purchase", "each": {"line.category": "room"}, "give": {"nights": 1}},
        "door": {"on": "visit", "give": {"points": 2}},
        "welcome": {"on": "enrolment", "give": {"points": 50}},
        "reviews": {"on": "contribution", "give": {"points": 7}},
    },
    "contributions": {
        "review": {"about": "product", "once": True, "text": 10},
        "photo": {"picture": True},
    },
    "tiers": {"by": {"spend": "rolling 12 months"}, "gold": {"enter": "500.00", "keep": "400.00"}},
    "rewards": {
        "dessert": {"cost": {"points": 10}, "gives": {"free_product": "dessert"}, "stock": 1},
        "spa": {"cost": {"points": 9_000}, "gives": {"access": "spa"}},
    },
    "claims": {"within": "30 days"},
}
YEN: dict[str, Any] = {
    "programme": "tokyo",
    "money": {"currency": "JPY"},
    "zone": "Asia/Tokyo",
    "points": {"miles": {"expires": {"after": "24 months"}}},
    "earn": {"base": {"on": "purchase", "give": {"miles": 1, "per": 100}}},
}


@dataclass
class World:
    """What the tests know of the cast."""

    tokens: dict[str, str]
    key_ids: dict[str, str]
    ana: str
    ana_card: str
    bob: str
    bob_card: str

    def purchase(self, external_id: str, /, **changes: Any) -> dict[str, Any]:
        """A purchase of Ana's for 12.50, with changes; a change to ``...`` leaves a field out."""
        plain: dict[str, Any] = {
            "programme": "corner",
            "source": "till",
            "external_id": external_id,
            "occurred_at": "2026-03-14T12:30:00+01:00",
            "member": {"kind": "card", "value": self.ana_card},
            "currency": "EUR",
            "lines": [
                {"product": "espresso", "quantity": "2", "amount": "5.00"},
                {"product": "cake", "amount": "7.50"},
            ],
            **changes,
        }
        return {name: value for name, value in plain.items() if value is not ...}

    def event(self, external_id: str, /, **changes: Any) -> dict[str, Any]:
        """The fields that every event of Ana's has, with changes."""
        plain: dict[str, Any] = {
            "programme": "corner",
            "source": "till",
            "external_id": external_id,
            "occurred_at": "2026-03-14T12:45:00+01:00",
            "member": {"kind": "card", "value": self.ana_card},
            **changes,
        }
        return {name: value for name, value in plain.items() if value is not ...}


def settle(connection: psycopg.Connection[Any]) -> World:
    """Write the cast into an empty database."""
    for document in (CORNER, YEN):
        publish_version(connection, document=document, now=START, actor="cast", effective_at=START)
    put_store(connection, code="lyon", zone="Europe/Paris")
    put_store(connection, code="oslo", zone="Europe/Oslo")
    ana = enrol_member(
        connection,
        now=START,
        phones=PHONES,
        details={"given_name": "Ana", "family_name": "Lefèvre", "language": "fr"},
        identifiers=[
            NewIdentifier("email", "ana@example.org"),
            NewIdentifier("phone", "0612345678"),
        ],
    )
    bob = enrol_member(
        connection,
        now=START,
        phones=PHONES,
        details={"given_name": "Bob", "family_name": "Braun"},
        identifiers=[NewIdentifier("email", "bob@example.org")],
    )
    tokens: dict[str, str] = {}
    key_ids: dict[str, str] = {}

    def make(name: str, scopes: list[str], **options: Any) -> None:
        key, tokens[name] = create_key(connection, name=name, scopes=scopes, now=START, **options)
        key_ids[name] = key.key_id

    make("full", ALL, requests_per_minute=0)
    make("reader", sorted(READING))
    make("oslo", ALL, stores=["oslo"])
    make("nordic", ALL, stores=["oslo", "bergen"])
    make("tokyo", ALL, programmes=["tokyo"])
    make("slow", ALL, requests_per_minute=3)
    make("expired", ALL, expires_at=START + DAY)
    make("revoked", ALL)
    revoke_key(connection, key_id=key_ids["revoked"], now=START + DAY)
    return World(tokens, key_ids, ana.member_id.hex, ana.number, bob.member_id.hex, bob.number)
