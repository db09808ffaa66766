"""The reference ledger: all events in a list, everything computed anew for every question.

It says what the engine must answer: balances, lots with their dates, debts, tiers, and what was
issued, redeemed, expired, reversed and written off.  It knows the programme, the events and the
calendar, and nothing of the engine.  What shared budgets granted is given to it as a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from habitue.domain.events import Event
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, local_day
from tests.reference.member import Member
from tests.reference.returns import Returns

_ACTIVITY = {
    "purchase",
    "visit",
    "enrolment",
    "redemption",
    "adjustment",
    "transfer_out",
    "transfer_in",
}


def play(member: Member, event: Event) -> None:
    """One event, after everything that has become true by its instant."""
    account = member.account
    account.pass_time(event.occurred_at)
    programme = member.programmes[event.version_number]
    handlers: dict[str, Callable[[Event, Programme], None]] = {
        "purchase": member.earning,
        "visit": member.earning,
        "enrolment": member.earning,
        "adjustment": member.adjustment,
        "redemption": member.redemption,
        "undo": member.undo,
        "return": Returns(member).apply,
        "confirmation": member.confirmation,
        "transfer_out": member.transfer_out,
        "transfer_in": member.transfer_in,
    }
    if event.kind in handlers:
        handlers[event.kind](event, programme)
    account.settle_all()
    day = local_day(event.occurred_at, event.zone)
    for tiers in programme.structures:
        account.standing.rise(programme, tiers, day)
    if event.kind in _ACTIVITY:
        account.activity.append((event.kind, event.occurred_at, event.zone))


class Reference:
    """The list of events of one member; every answer plays all of them again."""

    def __init__(
        self,
        programmes: Mapping[int, Programme],
        grants: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self.programmes = programmes
        self.grants: dict[tuple[str, str], int] = dict(grants or {})
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """One more event, whenever it happened."""
        self.events.append(event)

    def played(self, until: Instant | None = None) -> Member:
        """The member after all events (or after those until an instant, and at that instant)."""
        member = Member(self.programmes, self.grants)
        for event in sorted(self.events, key=lambda one: one.order_key):
            if until is None or event.occurred_at <= until:
                play(member, event)
        if until is not None:
            member.account.pass_time(until)
        return member
