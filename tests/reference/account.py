"""Lots, debts and time for the reference: every lot is kept for ever and walked every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    PendingConfirmation,
    PendingFor,
    PendingUntil,
    PointsCurrency,
    Programme,
)
from habitue.kit.ids import derived_id
from habitue.kit.instants import FAR_FUTURE, Instant, day_start, local_day
from habitue.kit.periods import Period, add_period, next_period_start
from tests.reference.standing import Standing


@dataclass
class Lot:
    """Points of one origin.  ``idle`` is the inactivity after which they lapse; ``expired`` is what
    has expired of them, ``absorbed`` how much of that a return has counted as taken back."""

    lot_id: str
    currency: str
    opened: Instant
    activates: Instant
    expires: Instant | None
    idle: ExpiresInactive | None
    zone: str
    remaining: int = 0
    expired: int = 0
    absorbed: int = 0
    ended: bool = False


@dataclass
class Spending:
    """Points spent by one event, lot by lot (``None``: what lacked), and how many came back."""

    currency: str
    parts: list[tuple[Lot | None, int]]
    undone: int = 0

    @property
    def units(self) -> int:
        """How many were spent."""
        return sum(units for _, units in self.parts)


@dataclass
class Account:
    """What one member has.  ``columns`` sums the books by (currency, kind of line)."""

    programmes: Mapping[int, Programme]
    lots: list[Lot] = field(default_factory=list)
    debts: Counter[str] = field(default_factory=Counter)
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    standing: Standing = field(default_factory=Standing)
    activity: list[tuple[str, Instant, str]] = field(default_factory=list)
    clock: Instant = 0

    # --- balances ---------------------------------------------------------------------------------

    def balance(self, currency: str) -> int:
        """All that is held, less the debt."""
        held = sum(lot.remaining for lot in self.lots if lot.currency == currency)
        return held - self.debts[currency]

    def spendable(self, currency: str) -> int:
        """What could be spent now."""
        return sum(lot.remaining for lot in self.active(currency)) - self.debts[currency]

    def active(self, currency: str) -> list[Lot]:
        """Lots that can be spent now: soonest end first, then oldest."""
        lots = [
            lot
            for lot in self.lots
            if lot.currency == currency and lot.activates <= self.clock and lot.remaining
        ]
        return sorted(lots, key=lambda lot: (self.ends(lot), lot.opened, lot.lot_id))

    # --- time -------------------------------------------------------------------------------------

    def programme_at(self, instant: Instant) -> Programme:
        """The version in force."""
        started = [n for n, one in self.programmes.items() if one.effective_at <= instant]
        return self.programmes[max(started, default=min(self.programmes))]

    def ends(self, lot: Lot) -> Instant:
        """When a lot ends as things stand."""
        return min(FAR_FUTURE if lot.expires is None else lot.expires, self._lapse(lot))

    def _lapse(self, lot: Lot) -> Instant:
        if lot.idle is None:
            return FAR_FUTURE
        programme = self.programme_at(self.clock)
        idle, currency = lot.idle, programme.points.get(lot.currency)
        if currency is not None:
            said = [currency.expiry_by_tier.get(tier) for tier in self.held_in(programme)]
            override = next((one for one in said if one is not None), None)
            if isinstance(override, ExpiresInactive):
                idle = override
            elif override is not None:
                return FAR_FUTURE
        by_kind = {kind: (instant, zone) for kind, instant, zone in self.activity}
        moments = [moment for kind, moment in by_kind.items() if kind in idle.activity]
        latest, zone = max(moments, default=(lot.opened, programme.zone))
        if latest < lot.opened:
            # No activity since: the lot's own opening counts, on the programme's calendar.
            latest, zone = lot.opened, programme.zone
        return day_start(add_period(local_day(latest, zone), idle.period), zone)

    def held_in(self, programme: Programme) -> list[str]:
        """The codes of the tiers held, structure by structure."""
        ranks = [(tiers, self.standing.place(tiers.key).rank) for tiers in programme.structures]
        return [tiers.tiers[rank].code for tiers, rank in ranks if rank >= 0]

    def pass_time(self, until: Instant) -> None:
        """Everything that becomes true by itself, in the order in which it does."""
        while True:
            programme = self.programme_at(self.clock)
            dues = [FAR_FUTURE]
            for tiers in programme.structures:
                dues.append(self.standing.next_tenure(programme, tiers, self.clock))
                dues.append(self.standing.place(tiers.key).valid_until)
            for lot in self.lots:
                if lot.remaining and lot.activates > self.clock:
                    dues.append(lot.activates)
                if not lot.ended:
                    dues.append(self.ends(lot))
            due = max(self.clock, min(dues))
            if due > until or due == FAR_FUTURE:
                break
            self.clock = due
            self._become_true(due)
        self.clock = max(self.clock, until)

    def _become_true(self, now: Instant) -> None:
        programme = self.programme_at(now)
        self.settle_all()
        for lot in self.lots:
            if not lot.ended and self.ends(lot) <= now:
                self.end(lot)
        for tiers in programme.structures:
            if self.standing.place(tiers.key).valid_until <= now:
                self.standing.end(programme, tiers)
            if any(metric.name == "tenure" for metric in tiers.metrics):
                self.standing.rise(programme, tiers, local_day(now, programme.zone))

    def end(self, lot: Lot) -> None:
        """A lot is over; what it holds is gone."""
        lot.ended = True
        self.columns[lot.currency, "expire"] -= lot.remaining
        lot.expired += lot.remaining
        lot.remaining = 0

    # --- opening, taking, giving back -------------------------------------------------------------

    def open(
        self,
        event_id: str,
        currency: str,
        at: Instant,
        zone: str,
        activates: Instant,
        expires: Instant | None,
        idle: ExpiresInactive | None = None,
        name: str = "",
    ) -> Lot:
        """A lot, new or already there under the same id."""
        lot_id = derived_id(event_id, currency, str(activates), str(expires), name)
        for known in self.lots:
            if known.lot_id == lot_id:
                return known
        lot = Lot(lot_id, currency, at, activates, expires, idle, zone)
        self.lots.append(lot)
        return lot

    def open_earned(
        self,
        event_id: str,
        currency: PointsCurrency,
        at: Instant,
        zone: str,
        *,
        held: list[str],
        at_once: bool = False,
        name: str = "",
    ) -> Lot:
        """A lot with the dates that the programme gives to what is earned at an instant."""
        said = [currency.expiry_by_tier[tier] for tier in held if tier in currency.expiry_by_tier]
        expiry = said[0] if said else currency.expiry
        activates = at if at_once else activation(currency, at, zone)
        idle = expiry if isinstance(expiry, ExpiresInactive) else None
        ends = expiration(expiry, at, zone)
        return self.open(event_id, currency.code, at, zone, activates, ends, idle, name)

    def take(
        self, currency: str, units: int, kind: str
    ) -> tuple[list[tuple[Lot | None, int]], int]:
        """Take from active lots; the parts, and what lacked."""
        parts: list[tuple[Lot | None, int]] = []
        for lot in self.active(currency):
            part = min(lot.remaining, units)
            if part:
                lot.remaining -= part
                units -= part
                parts.append((lot, part))
                self.columns[currency, kind] -= part
        return parts, units

    def owe(self, currency: PointsCurrency, units: int, kind: str) -> None:
        """What lacked follows the policy of SEMANTICS 15."""
        self.columns[currency.code, kind] -= units
        if currency.negative == "book_loss":
            self.columns[currency.code, "write_off"] += units
        else:
            self.debts[currency.code] += units

    def settle_all(self) -> None:
        """Debts are paid as soon as anything active is there."""
        for currency in [code for code, debt in self.debts.items() if debt]:
            _, left = self.take(currency, self.debts[currency], "settle")
            self.columns[currency, "settle"] += self.debts[currency] - left
            self.debts[currency] = left

    def restore(
        self, event_id: str, zone: str, spending: Spending, units: int, currency: PointsCurrency
    ) -> None:
        """Give back what was spent, last taken first (SEMANTICS 12)."""
        pieces = [lot for lot, part in spending.parts for _ in range(part)]
        pieces.reverse()
        piece_by_piece = pieces[spending.undone : spending.undone + units]
        spending.undone += units
        self.columns[currency.code, "restore"] += units
        in_order: list[Lot | None] = []
        for lot in piece_by_piece:
            if lot not in in_order:
                in_order.append(lot)
        for lot in in_order:
            part = sum(1 for piece in piece_by_piece if piece is lot)
            if lot is None:
                self._restore_lack(event_id, zone, part, currency)
            elif not (lot.ended or self.ends(lot) <= self.clock):
                lot.remaining += part
            elif currency.reinstate_days is not None:
                days = Period(currency.reinstate_days, "day")
                until = expiration(ExpiresAfter(days), self.clock, zone)
                name = f"reinstated {lot.lot_id}"
                again = self.open(
                    event_id, currency.code, self.clock, zone, self.clock, until, name=name
                )
                again.remaining += part
            else:
                self.columns[currency.code, "expire"] -= part
                lot.expired += part

    def _restore_lack(self, event_id: str, zone: str, units: int, currency: PointsCurrency) -> None:
        """What was spent without cover: the loss is undone, or the debt, or points come back."""
        if currency.negative == "book_loss":
            self.columns[currency.code, "write_off"] -= units
            return
        owed = min(units, self.debts[currency.code])
        self.debts[currency.code] -= owed
        if units > owed:
            held = self.held_in(self.programme_at(self.clock))
            lot = self.open_earned(event_id, currency, self.clock, zone, held=held, at_once=True)
            lot.remaining += units - owed


def activation(currency: PointsCurrency, at: Instant, zone: str) -> Instant:
    """From when points earned now can be spent."""
    pending = currency.pending
    if isinstance(pending, PendingFor):
        return day_start(add_period(local_day(at, zone), pending.period), zone)
    if isinstance(pending, PendingUntil):
        return max(pending.at, at)
    return FAR_FUTURE if isinstance(pending, PendingConfirmation) else at


def expiration(expiry: Expiry, at: Instant, zone: str) -> Instant | None:
    """When points earned now end, where that has a date."""
    today = local_day(at, zone)
    if isinstance(expiry, ExpiresAt):
        return expiry.at if expiry.at > at else None
    if isinstance(expiry, ExpiresAfter):
        end = add_period(today, expiry.period)
        if expiry.round_up_to is not None:
            # The end of the calendar period that holds the last day.
            end = next_period_start(end - 1, expiry.round_up_to)
        return day_start(end, zone)
    if isinstance(expiry, ExpiresOnDates):
        day = today + 1
        while not any(_falls_on(day, month, number) for month, number in expiry.days):
            day += 1
        return day_start(day, zone)
    return None


def _falls_on(day: int, month: int, number: int) -> bool:
    on = date.fromordinal(day)
    last = date.fromordinal(day + 1).day == 1
    return on.month == month and (on.day == number or (last and number > on.day))
