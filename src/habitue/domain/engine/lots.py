"""Lots and the debt of one member: opening, spending, expiring, settling (SEMANTICS 9-15).

``Books`` writes the postings.  Invariants, after every method: no lot holds less than zero; a
member has debt in a currency only while no active lot of it holds anything; the sum of the
postings of a currency is the change of its balance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from habitue.domain.engine.types import Lot, LotOpened, MemberState, Posting, PostingKind
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    NeverExpires,
    Pending,
    PendingConfirmation,
    PendingFor,
    PendingUntil,
    PointsCurrency,
    Programme,
)
from habitue.kit.ids import derived_id
from habitue.kit.instants import FAR_FUTURE, Instant, day_start, local_day
from habitue.kit.periods import add_period, next_period_start, parse_period, period_start


@dataclass(frozen=True, slots=True)
class Take:
    """A part that was taken from a lot (``lot`` is ``None``: from the debt, which grew)."""

    lot: Lot | None
    units: int


@dataclass(slots=True)
class Cause:
    """What a posting is about: the event, the version, and where there is one the rule."""

    event_id: str
    version_number: int
    at: Instant
    rule: str | None = None
    against: str | None = None
    reason: dict[str, Any] = field(default_factory=dict)


def expires_at(expiry: Expiry, opened_at: Instant, zone: str) -> Instant | None:
    """The instant at which a lot opened at ``opened_at`` expires; ``None`` where no date is set."""
    if isinstance(expiry, NeverExpires | ExpiresInactive):
        return None
    if isinstance(expiry, ExpiresAt):
        return expiry.at if opened_at < expiry.at else None
    day = local_day(opened_at, zone)
    if isinstance(expiry, ExpiresAfter):
        end = add_period(day, expiry.period)
        if expiry.round_up_to is not None and period_start(end, expiry.round_up_to) != end:
            end = next_period_start(end, expiry.round_up_to)
        return day_start(end, zone)
    return day_start(_next_fixed_day(expiry, day), zone)


def _next_fixed_day(expiry: ExpiresOnDates, day: int) -> int:
    from_year = period_start(day, "year")
    candidates = []
    for month, day_of_month in expiry.days:
        for years in (0, 1):
            january = add_period(from_year, _YEAR, years)
            start = add_period(january, _MONTH, month - 1)
            latest = add_period(start, _MONTH) - 1
            candidates.append(min(start + day_of_month - 1, latest))
    return min(candidate for candidate in candidates if candidate > day)


_YEAR = parse_period("1 year")
_MONTH = parse_period("1 month")


def activates_at(pending: Pending, opened_at: Instant, zone: str) -> Instant:
    """The instant from which a lot can be spent; ``FAR_FUTURE`` while a confirmation is awaited."""
    if isinstance(pending, PendingFor):
        return day_start(add_period(local_day(opened_at, zone), pending.period), zone)
    if isinstance(pending, PendingUntil):
        return max(opened_at, pending.at)
    if isinstance(pending, PendingConfirmation):
        return FAR_FUTURE
    return opened_at


@dataclass(slots=True)
class Books:
    """The lots and debts of one member, and the postings that one decision makes.

    ``headers`` and ``expired`` are kept only while the whole history is at hand: what every lot
    looked like when it was opened, and how much of it expired.  ``foreign`` are the headers of lots
    that were gone at a duplicate before they could come along.
    """

    state: MemberState
    postings: list[Posting] = field(default_factory=list)
    opened: list[LotOpened] = field(default_factory=list)
    remember: bool = False
    headers: dict[str, Lot] = field(default_factory=dict)
    expired: dict[str, int] = field(default_factory=dict)
    unfilled: set[str] = field(default_factory=set)
    foreign: dict[str, Lot] = field(default_factory=dict)

    def post(
        self, kind: PostingKind, currency: str, lot_id: str | None, amount: int, cause: Cause
    ) -> None:
        """Add one ledger line."""
        self.postings.append(
            Posting(
                currency=currency,
                lot_id=lot_id,
                kind=kind,
                amount=amount,
                effective_at=cause.at,
                event_id=cause.event_id,
                version_number=cause.version_number,
                rule=cause.rule,
                against=cause.against,
                reason=cause.reason,
            )
        )

    def open_lot(
        self,
        currency: str,
        activates: Instant,
        expires: Instant | None,
        cause: Cause,
        inactive: str = "",
        name: str = "",
        opened_at: Instant | None = None,
    ) -> Lot:
        """A new, still empty lot; fill it with ``put``.

        ``name`` tells apart lots of one event; ``opened_at`` is given where the points are older
        than the event.
        """
        opened_at = cause.at if opened_at is None else opened_at
        lot_id = derived_id(cause.event_id, currency, str(activates), str(expires), name)
        lot = Lot(lot_id, currency, 0, opened_at, activates, expires, inactive)
        self.state.lots.append(lot)
        self.unfilled.add(lot_id)
        self.opened.append(
            LotOpened(lot_id, currency, opened_at, activates, expires, cause.event_id)
        )
        if self.remember:
            self.headers[lot_id] = lot
        return lot

    def header(self, lot_id: str) -> Lot:
        """What a lot looked like when it was opened, here or at a duplicate."""
        return self.headers[lot_id] if lot_id in self.headers else self.foreign[lot_id]

    def at_home(self, lot: Lot, cause: Cause) -> Lot:
        """The lot itself, or, where it was gone at a duplicate before the merge, one like it."""
        if lot.lot_id in self.headers:
            return lot
        name = f"merged {lot.lot_id}"
        return self.open_lot(
            lot.currency,
            lot.activates_at,
            lot.expires_at,
            cause,
            lot.inactive,
            name,
            lot.opened_at,
        )

    def open_earned_lot(
        self,
        currency: PointsCurrency,
        zone: str,
        cause: Cause,
        *,
        at_once: bool = False,
        name: str = "",
        held: tuple[str, ...] | None = None,
    ) -> Lot:
        """A lot with the dates that the programme gives to what is earned now, at these tiers.

        ``at_once`` leaves out the time of waiting; ``held`` is given where it is not the present.
        """
        held = self.state.held_tiers if held is None else held
        expiry = _expiry_by_tier(currency, held) or currency.expiry
        inactive = ""
        if isinstance(expiry, ExpiresInactive):
            inactive = str(expiry.period)
        elif isinstance(currency.expiry, ExpiresInactive) and isinstance(expiry, NeverExpires):
            # The tier protects the lot while it lasts; afterwards inactivity counts again.
            inactive = str(currency.expiry.period)
        return self.open_lot(
            currency.code,
            cause.at if at_once else activates_at(currency.pending, cause.at, zone),
            expires_at(expiry, cause.at, zone),
            cause,
            inactive,
            name,
        )

    def put(self, lot_id: str, units: int) -> None:
        """Change what a lot holds; an exhausted lot leaves the state."""
        lots = self.state.lots
        self.unfilled.discard(lot_id)
        # New lots stand at the end, and they are what most events touch.
        for index in range(len(lots) - 1, -1, -1):
            lot = lots[index]
            if lot.lot_id == lot_id:
                remaining = lot.remaining + units
                assert remaining >= 0, "a lot never holds less than zero"
                if remaining:
                    lots[index] = _holding(lot, remaining)
                else:
                    del lots[index]
                return
        header = self.headers[lot_id]
        assert units > 0, "an exhausted lot can only be refilled"
        lots.append(_holding(header, units))

    def drop_empty(self) -> None:
        """Forget lots that were opened and then not filled."""
        if self.unfilled:
            self.state.lots[:] = [lot for lot in self.state.lots if lot.remaining]
            self.unfilled.clear()

    # --- spending ---------------------------------------------------------------------------------

    def in_spending_order(self, programme: Programme, currency: str, at: Instant) -> list[Lot]:
        """Active lots, soonest expiry first, then oldest (SEMANTICS 11)."""
        lots = [
            lot
            for lot in self.state.lots
            if lot.currency == currency and lot.activates_at <= at and lot.remaining
        ]
        if len(lots) > 1:
            lots.sort(
                key=lambda lot: (
                    effective_expiry(programme, self.state, lot),
                    lot.opened_at,
                    lot.lot_id,
                )
            )
        return lots

    def take(
        self, programme: Programme, currency: str, units: int, kind: PostingKind, cause: Cause
    ) -> tuple[list[Take], int]:
        """Take up to ``units`` from active lots; answers the parts and what was lacking."""
        takes: list[Take] = []
        for lot in self.in_spending_order(programme, currency, cause.at):
            if not units:
                break
            part = min(units, lot.remaining)
            self.take_from(lot, part, kind, cause)
            takes.append(Take(lot, part))
            units -= part
        return takes, units

    def take_from(self, lot: Lot, units: int, kind: PostingKind, cause: Cause) -> None:
        """Take ``units`` from one lot, which holds them."""
        self.put(lot.lot_id, -units)
        self.post(kind, lot.currency, lot.lot_id, -units, cause)

    def owe(self, currency: PointsCurrency, units: int, kind: PostingKind, cause: Cause) -> Take:
        """Book a shortfall by the currency's policy: as debt, or as a loss (SEMANTICS 15)."""
        self.post(kind, currency.code, None, -units, cause)
        if currency.negative == "book_loss":
            self.post("write_off", currency.code, None, units, cause)
        else:
            debts = self.state.debts
            debts[currency.code] = debts.get(currency.code, 0) + units
        return Take(None, units)

    def settle(self, programme: Programme, currency: str, cause: Cause) -> None:
        """Pay debt from active lots."""
        debt = self.state.debts.get(currency, 0)
        if not debt:
            return
        _, left = self.take(programme, currency, debt, "settle", cause)
        if left < debt:
            self.post("settle", currency, None, debt - left, cause)
            self._set_debt(currency, left)

    def forgive(self, currency: str, units: int, kind: PostingKind, cause: Cause) -> None:
        """Lower the debt by ``units``."""
        self.post(kind, currency, None, units, cause)
        self._set_debt(currency, self.state.debts.get(currency, 0) - units)

    def _set_debt(self, currency: str, debt: int) -> None:
        if debt:
            self.state.debts[currency] = debt
        else:
            self.state.debts.pop(currency, None)

    # --- expiry -----------------------------------------------------------------------------------

    def expire(self, lot: Lot, cause: Cause) -> None:
        """Everything that the lot still holds is gone."""
        if not lot.remaining:
            return
        if self.remember:
            self.expired[lot.lot_id] = self.expired.get(lot.lot_id, 0) + lot.remaining
        self.take_from(lot, lot.remaining, "expire", cause)


def _holding(lot: Lot, remaining: int) -> Lot:
    return Lot(
        lot.lot_id,
        lot.currency,
        remaining,
        lot.opened_at,
        lot.activates_at,
        lot.expires_at,
        lot.inactive,
    )


def lapse_at(programme: Programme, state: MemberState, lot: Lot) -> Instant | None:
    """When a lot that depends on activity lapses, as things stand; ``None``: it does not."""
    override = _override(programme, state, lot)
    if override is not None and not isinstance(override, ExpiresInactive):
        return None
    period = parse_period(lot.inactive) if override is None else override.period
    activity = activity_kinds(programme, state, lot)
    latest, zone = max(
        (state.activity[kind] for kind in activity if kind in state.activity),
        default=(lot.opened_at, programme.zone),
    )
    if latest < lot.opened_at:
        latest, zone = lot.opened_at, programme.zone
    return day_start(add_period(local_day(latest, zone), period), zone)


def _override(programme: Programme, state: MemberState, lot: Lot) -> Expiry | None:
    currency = programme.points.get(lot.currency)
    return None if currency is None else _expiry_by_tier(currency, state.held_tiers)


def _expiry_by_tier(currency: PointsCurrency, held: Iterable[str]) -> Expiry | None:
    """What the first of the tiers that says something says."""
    by_tier = currency.expiry_by_tier
    return next((by_tier[tier] for tier in held if tier in by_tier), None) if by_tier else None


def activity_kinds(programme: Programme, state: MemberState, lot: Lot) -> frozenset[str]:
    """The kinds of events that keep a lot alive, as things stand."""
    currency = programme.points.get(lot.currency)
    for expiry in (_override(programme, state, lot), currency.expiry if currency else None):
        if isinstance(expiry, ExpiresInactive):
            return expiry.activity
    return frozenset({"purchase"})


def effective_expiry(programme: Programme, state: MemberState, lot: Lot) -> Instant:
    """When the lot ends as things stand: its own date, the lapse by inactivity, or never."""
    ends = lot.expires_at if lot.expires_at is not None else FAR_FUTURE
    if lot.inactive:
        lapse = lapse_at(programme, state, lot)
        if lapse is not None and lapse < ends:
            return lapse
    return ends
