"""A till for tests: a published programme, members with cards, and short ways to send events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.integrations.phones import Phones
from habitue.kit.clock import FixedClock
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of, parse_instant
from habitue.services.auditing import audit
from habitue.services.intake import Answer, Envelope, evaluate, record
from habitue.services.programmes import publish_version
from habitue.services.replaying import replay
from tests.support.database import DatabaseForTests

Connection = psycopg.Connection[Any]

PHONES = Phones("FR")
START = parse_instant("2026-01-01T00:00:00+00:00")

CORNER: dict[str, Any] = {
    "programme": "corner",
    "money": {"currency": "EUR"},
    "zone": "UTC",
    "points": {"points": {"expires": {"after": "12 months"}}},
    "earn": {"base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}}},
    "claims": {"within": "30 days"},
}


@dataclass
class Till:
    """Sends events for one programme at a clock that the test moves."""

    connection: Connection
    programme: str = "corner"
    clock: FixedClock = field(
        default_factory=lambda: FixedClock(parse_instant("2026-06-01T12:00:00+00:00"))
    )
    sent: int = 0
    audited: bool = True

    def publish(
        self, document: Mapping[str, Any] | None = None, *, effective_at: Instant = START
    ) -> None:
        """Publish a version of the programme."""
        publish_version(
            self.connection,
            document=document or CORNER,
            now=self.clock.now(),
            actor="tests",
            effective_at=effective_at,
        )

    def enrol(self, card: str, *, kind: str = "card", trust: int = 3) -> UUID:
        """A member with an identifier."""
        member_id = new_id(self.clock.now())
        now = datetime_of(self.clock.now())
        with self.connection.transaction():
            self.connection.execute(
                "INSERT INTO member (member_id, number, joined_at) VALUES (%s, %s, %s)",
                [member_id, f"N{member_id.hex}", now],
            )
            self.connection.execute(
                "INSERT INTO identifier (identifier_id, kind, value, member_id, trust, added_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [new_id(self.clock.now()), kind, card, member_id, trust, now],
            )
        return member_id

    def content(self, card: str | None, **fields: Any) -> dict[str, Any]:
        """The fields that every event has."""
        self.sent += 1
        content: dict[str, Any] = {
            "source": "till",
            "external_id": f"r{self.sent}",
            "occurred_at": datetime_of(self.clock.now()).isoformat(),
        }
        if card is not None:
            content["member"] = {"kind": "card", "value": card}
        return content | fields

    def purchase(self, card: str | None, *amounts: str, **fields: Any) -> Envelope:
        """A purchase with one line for each amount."""
        lines = [
            {"product": f"p{place}", "amount": amount} for place, amount in enumerate(amounts, 1)
        ]
        content = self.content(card, currency="EUR", lines=lines, **fields)
        return Envelope(self.programme, "purchase", content)

    def give_back(self, card: str | None, purchase: Envelope | None, **fields: Any) -> Envelope:
        """A return, of all that remains of a purchase unless lines are given."""
        named = {} if purchase is None else {"purchase": key_of(purchase)}
        return Envelope(
            self.programme, "return", self.content(card, currency="EUR", **named, **fields)
        )

    def other(self, kind: str, card: str | None, **fields: Any) -> Envelope:
        """An event of another kind."""
        return Envelope(self.programme, kind, self.content(card, **fields))

    def send(self, *envelopes: Envelope, **options: Any) -> list[Answer]:
        """Record envelopes in one batch."""
        return record(self.connection, envelopes, clock=self.clock, phones=PHONES, **options)

    def ok(self, envelope: Envelope, **options: Any) -> dict[str, Any]:
        """Record one envelope that must be accepted; its content."""
        (answer,) = self.send(envelope, **options)
        assert answer.refusal is None, answer.refusal
        return answer.content

    def refused(self, envelope: Envelope, **options: Any) -> str:
        """Record one envelope that must be refused; the code."""
        (answer,) = self.send(envelope, **options)
        assert answer.refusal is not None, answer.content
        return answer.refusal.code.value

    def evaluate(self, envelope: Envelope) -> Answer:
        """Evaluate an envelope without recording it."""
        return evaluate(self.connection, envelope, now=self.clock.now(), phones=PHONES)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query answers."""
        with self.connection.transaction():
            return self.connection.execute(statement, parameters).fetchall()

    def balance(self, card: str, currency: str = "points") -> int:
        """The sum of the entries of a member, from the lines alone."""
        ((total,),) = self.rows(
            "SELECT coalesce(sum(e.amount), 0)::bigint FROM entry e JOIN identifier i"
            " USING (member_id) WHERE i.value = %s AND e.currency = %s",
            [card, currency],
        )
        return int(total)


def key_of(envelope: Envelope) -> dict[str, str]:
    """The natural key of an envelope."""
    content = envelope.content
    assert isinstance(content, Mapping), "tests send plain data"
    return {"source": content["source"], "external_id": content["external_id"]}


@pytest.fixture
def till(database: DatabaseForTests) -> Iterator[Till]:
    """A till of the programme ``corner`` (1 point per euro, 12 months), effective 2026."""
    with database.connect(autocommit=True) as connection:
        made = Till(connection)
        made.publish()
        yield made
        # Whatever a test did, the books agree with themselves and with the events.
        if made.audited:
            found = audit(connection)
            assert found.ok, [one.as_json() for one in found.differences.first[:3]]
            replayed = replay(connection)
            assert replayed.ok, [one.as_json() for one in replayed.differences.first[:3]]
