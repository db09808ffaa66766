"""The forms of balances and ledger lines."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from habitue.interfaces.api.event_forms import EventId
from habitue.interfaces.api.forms import Form, Instant

EntryKind = Literal[
    "earn",
    "reverse",
    "redeem",
    "restore",
    "expire",
    "activate",
    "settle",
    "adjust",
    "transfer_out",
    "transfer_in",
    "write_off",
]


class Expiring(Form):
    """Points that end at an instant."""

    at: Instant
    units: int


class Activating(Form):
    """Pending points; `at` is null where a confirmation is awaited."""

    at: Instant | None
    units: int


class PointsBalance(Form):
    """What a member holds of one currency of points, in its smallest unit."""

    decimals: int = Field(description="Places of the currency: 2 means that 250 stands for 2.50.")
    balance: int = Field(description="Everything, pending included, less the debt.")
    spendable: int
    pending: int
    debt: int
    expiring: list[Expiring]
    activating: list[Activating]


class ProgrammeBalances(Form):
    """Where a member stands in one programme."""

    programme: str
    tier: str = Field(description="Code of the tier; empty where there is none.")
    tiers: dict[str, str] = Field(
        default={},
        description="Where the programme has several structures of tiers: the tier by structure.",
    )
    points: dict[str, PointsBalance]


class BalancesForm(Form):
    """Where a member stands at an instant."""

    member_id: EventId
    as_of: Instant
    items: list[ProgrammeBalances]


class EntryEvent(Form):
    """The event that a line is about."""

    event: EventId
    kind: str | None
    source: str | None
    external_id: str | None


class EntryForm(Form):
    """One ledger line and why it is there.

    `event` is null where only time passed. `recorded_by` is the event whose recording posted the
    line; where it is another one, the line is a correction. `reason` holds the values that the
    rule saw.
    """

    entry_id: EventId
    programme: str
    currency: str
    kind: EntryKind
    amount: int
    effective_at: Instant
    recorded_at: Instant
    event: EntryEvent | None
    recorded_by: EventId
    version: int
    rule: str | None
    against: EventId | None
    lot: EventId | None
    reason: dict[str, Any]


class EntryList(Form):
    """A page of ledger lines, the latest first."""

    items: list[EntryForm]
    next_cursor: str | None
