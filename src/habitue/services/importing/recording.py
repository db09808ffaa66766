"""Receipts into the intake, and its answers in the terms of an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import psycopg

from habitue.domain.errors import Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock
from habitue.services.importing.receipts import Receipt, Sort
from habitue.services.intake import Answer, Envelope, record

Connection: TypeAlias = psycopg.Connection[Any]
Matching: TypeAlias = Literal["matched", "partly", "unlinked"]

# What the engine calls the purchase of goods for which it found none.
_NO_PURCHASE: Final = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a receipt: recorded, ``known`` from before, or refused.

    ``matching`` says of a return that names no purchase whether its goods were found among the
    member's purchases.
    """

    known: bool = False
    refusal: Refusal | None = None
    member_created: bool = False
    matching: Matching | None = None


def record_receipts(  # the parts of one call to the intake
    connection: Connection,
    receipts: Sequence[Receipt],
    *,
    programme: str,
    clock: Clock,
    phones: PhoneReader,
    country: str,
) -> list[Recorded]:
    """Record receipts in one transaction; one answer for each, in the same order.

    Customers that nobody has heard of become members.  Nothing is announced: what an import tells
    is history.  Locks and raises as ``intake.record``.
    """
    if not receipts:
        return []
    envelopes = []
    for receipt in receipts:
        assert receipt.event is not None, "only events are recorded"
        envelopes.append(Envelope(programme, receipt.event.kind, receipt.event))
    answers = record(
        connection,
        envelopes,
        clock=clock,
        phones=phones,
        country=country,
        enrol_unknown=True,
        announce=False,
    )
    return [_recorded(receipt, answer) for receipt, answer in zip(receipts, answers, strict=True)]


def _recorded(receipt: Receipt, answer: Answer) -> Recorded:
    if answer.refusal is not None:
        return Recorded(refusal=answer.refusal)
    if answer.status == "known":
        return Recorded(known=True)
    matching = _matching(answer.content.get("matched")) if receipt.sort is Sort.RETURN else None
    return Recorded(member_created=answer.enrolled, matching=matching)


def _matching(matched: list[dict[str, Any]] | None) -> Matching | None:
    if not matched:
        return None
    found = {part["purchase"] != _NO_PURCHASE for part in matched}
    if found == {True}:
        return "matched"
    return "unlinked" if found == {False} else "partly"
