"""Loads the simulated business: stores, programme, members, and everything that happened.

Members come in groups, each with its whole history, so that memory is bounded by the group and not
by the business.  Everything goes through the services that a till would use, under the natural keys
of the source ``demo``; a load that was interrupted is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.analytics.simulation.history import (
    STORES,
    ZONE,
    BroughtBack,
    Business,
    Receipt,
    customers,
    history_of,
    open_business,
)
from habitue.analytics.simulation.people import Customer
from habitue.domain.identity.normal import PhoneReader
from habitue.jobs.demo.programme import CODE, DESSERT_POINTS, demo_document
from habitue.kit.clock import Clock
from habitue.kit.instants import MINUTE, Instant, day_start, format_instant
from habitue.kit.money import format_decimal
from habitue.services.intake import Envelope, record
from habitue.services.members import NewIdentifier, enrol_member, resolve_members
from habitue.services.programmes import publish_version
from habitue.services.stores import put_store

Connection: TypeAlias = psycopg.Connection[Any]

SOURCE = "demo"
GROUP = 250
BATCH = 1_000


@dataclass(slots=True)
class DemoReport:
    """What was loaded."""

    seed: int
    members: int = 0
    purchases: int = 0
    returns: int = 0
    redemptions: int = 0
    known: int = 0
    refused: int = 0

    def as_json(self) -> dict[str, int]:
        """The report as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Loader:
    """What a load needs; ``watch`` is called with the number of customers done and their total."""

    connection: Connection
    clock: Clock
    phones: PhoneReader
    watch: Callable[[int, int], None]

    def load(self, *, seed: int, members: int, years: int) -> DemoReport:
        """Record the whole business; what is recorded already is left as it is."""
        business = open_business(seed=seed, members=members, years=years, now=self.clock.now())
        opened_at = day_start(business.start.toordinal(), ZONE)
        for store in STORES:
            put_store(self.connection, code=store, zone=ZONE, name=_STORE_NAMES[store])
        publish_version(
            self.connection,
            document=demo_document(business),
            now=self.clock.now(),
            actor=SOURCE,
            effective_at=opened_at,
        )
        report = DemoReport(seed)
        people = customers(business)
        while group := list(islice(people, GROUP)):
            ids = self._enrol(group)
            report.members += len(ids)
            self._record(business, group, ids, report)
            self.watch(report.members, members)
        return report

    def _enrol(self, group: Sequence[Customer]) -> dict[int, UUID]:
        """The members of the group, made where they are not known yet, in one transaction."""
        ids: dict[int, UUID] = {}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            known = resolve_members(cursor, [("email", customer.email) for customer in group])
            for customer in group:
                holder = known.get(("email", customer.email))
                ids[customer.number] = (
                    self._enrol_one(customer) if holder is None else holder.member_id
                )
        return ids

    def _enrol_one(self, customer: Customer) -> UUID:
        return enrol_member(
            self.connection,
            now=self.clock.now(),
            phones=self.phones,
            identifiers=[
                NewIdentifier("email", customer.email),
                NewIdentifier("phone", customer.phone),
            ],
            details={
                "given_name": customer.given_name,
                "family_name": customer.family_name,
                "language": customer.language,
                "birth_date": customer.birth_date.isoformat(),
                "store": customer.store,
            },
            joined_at=_opening_instant(customer),
        ).member_id

    def _record(
        self,
        business: Business,
        group: Sequence[Customer],
        ids: dict[int, UUID],
        report: DemoReport,
    ) -> None:
        happened: list[tuple[Instant, Envelope]] = []
        for customer in group:
            happened.extend(_events(business, customer, ids[customer.number]))
        happened.sort(key=lambda timed: timed[0])
        for place in range(0, len(happened), BATCH):
            envelopes = [envelope for _, envelope in happened[place : place + BATCH]]
            answers = record(
                self.connection,
                envelopes,
                clock=self.clock,
                phones=self.phones,
                announce=False,
            )
            for envelope, answer in zip(envelopes, answers, strict=True):
                _count(report, envelope, answer.status)


_STORE_NAMES = {"quai": "Café du Quai", "marche": "Café du Marché"}


def _count(report: DemoReport, envelope: Envelope, status: str) -> None:
    if status == "refused":
        report.refused += 1
    elif status == "known":
        report.known += 1
    elif envelope.kind == "purchase":
        report.purchases += 1
    elif envelope.kind == "return":
        report.returns += 1
    elif envelope.kind == "redemption":
        report.redemptions += 1


def _opening_instant(customer: Customer) -> Instant:
    return day_start(customer.joined_date.toordinal(), ZONE) + 7 * 60 * MINUTE


def _events(
    business: Business, customer: Customer, member_id: UUID
) -> Iterator[tuple[Instant, Envelope]]:
    """The customer's history as envelopes, with points spent now and then along the way."""
    random = Random(f"{business.seed}/spending/{customer.number}")  # noqa: S311 - seeded on purpose
    member = {"kind": "member_id", "value": member_id.hex}
    joined_at = _opening_instant(customer)
    yield joined_at, _envelope("enrolment", f"joined-{customer.number}", joined_at, member)
    points = 0
    for event in history_of(business, customer):
        if isinstance(event, BroughtBack):
            yield event.at, _return(event, member)
            continue
        yield event.at, _purchase(event, member)
        # Points of the same day wait; some members keep theirs, others spend as soon as they can.
        if points >= DESSERT_POINTS and random.random() < 0.12:
            points -= DESSERT_POINTS
            at = event.at + MINUTE
            yield (
                at,
                _envelope(
                    "redemption",
                    f"dessert-{event.number}",
                    at,
                    member,
                    store=event.store,
                    staff=event.staff,
                    currency="points",
                    reward="dessert",
                ),
            )
        points += event.amount // 100


def _envelope(
    kind: str, number: str, at: Instant, member: dict[str, str], **content: Any
) -> Envelope:
    return Envelope(
        CODE,
        kind,
        {
            "source": SOURCE,
            "external_id": number,
            "occurred_at": format_instant(at, ZONE),
            "member": member,
            **content,
        },
    )


def _purchase(receipt: Receipt, member: dict[str, str]) -> Envelope:
    return _envelope(
        "purchase",
        receipt.number,
        receipt.at,
        member,
        store=receipt.store,
        staff=receipt.staff,
        channel="till",
        currency="EUR",
        attributes={"table": receipt.table, "party": receipt.party},
        lines=[
            {
                "product": line.product.code,
                "name": line.product.name,
                "category": line.product.category,
                **({"brand": line.product.brand} if line.product.brand else {}),
                "quantity": line.pieces,
                "amount": format_decimal(line.amount, 2),
                "discount": format_decimal(line.discount, 2),
            }
            for line in receipt.lines
        ],
    )


def _return(event: BroughtBack, member: dict[str, str]) -> Envelope:
    return _envelope(
        "return",
        event.number,
        event.at,
        member,
        store=event.receipt.store,
        currency="EUR",
        purchase={"source": SOURCE, "external_id": event.receipt.number},
        lines=[{"line": str(event.line), "quantity": event.pieces}],
    )
