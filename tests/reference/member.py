"""One member of the reference: what earns, what is spent, sent and received."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from habitue.domain.events import (
    Adjustment,
    Confirmation,
    Enrolment,
    Event,
    EventKey,
    Purchase,
    Redemption,
    TransferIn,
    TransferOut,
    Undo,
    Visit,
)
from habitue.domain.programme.model import ExpiresInactive, Programme
from habitue.kit.instants import FAR_FUTURE, Instant, datetime_of, local_day, local_minute
from habitue.kit.periods import add_period, period_start
from tests.reference.account import Account, Lot, Spending
from tests.reference.earning import (
    Basket,
    Moment,
    Share,
    basket_of,
    cap,
    shares_of,
)

Kept = dict[tuple[str, str], int]


def month_by(at: Instant, zone: str) -> str:
    """The month on the wall of a zone: ``2026-06``."""
    return f"{datetime_of(at, zone):%Y-%m}"


def _seed(event: Event, programme: Programme) -> bytes:
    """The seed of the event's month; none where nothing is given by chance."""
    if not (event.drawn and any(rule.chance is not None for rule in programme.rules)):
        return b""
    named = f"{programme.code}:{month_by(event.occurred_at, programme.zone)}".encode()
    return hmac.new(programme.chance_secret, named, hashlib.sha256).digest()


@dataclass
class Sale:
    """A purchase as it was decided, and what is left of it."""

    event: Event
    purchase: Purchase
    programme: Programme
    moment: Moment
    shares: list[Share]
    kept: Kept
    held: list[str]
    quantities: list[int]
    amounts: list[int]
    spend: int
    lots: dict[str, list[Lot]] = field(default_factory=dict)
    paid: list[Spending] = field(default_factory=list)
    void: bool = False


@dataclass
class Member:
    """One member, played from the first event to the last."""

    programmes: Mapping[int, Programme]
    grants: Mapping[tuple[str, str], int]
    account: Account = field(init=False)
    sales: dict[EventKey, Sale] = field(default_factory=dict)
    redemptions: dict[EventKey, Spending] = field(default_factory=dict)
    used: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    visit_days: list[int] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    purchases: int = 0
    spent: int = 0
    earned: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = Account(self.programmes)

    @property
    def held(self) -> list[str]:
        """The codes of the present tiers."""
        return self.account.held_in(self.account.programme_at(self.account.clock))

    def tier(self, key: str = "") -> str:
        """The code of the present tier in a structure, the main one where none is named."""
        programme = self.account.programme_at(self.account.clock)
        ranks = {tiers.key: tiers.ranks for tiers in programme.structures}.get(key, {})
        return next((tier for tier in self.held if tier in ranks), "")

    # --- earning ----------------------------------------------------------------------------------

    def earning(self, event: Event, programme: Programme) -> None:
        """A purchase, a visit or an enrolment: everything that rules are asked about."""
        standing = self.account.standing
        body = event.body
        if isinstance(body, Enrolment) and standing.enrolled is None:
            standing.enrolled = event.occurred_at
        basket = basket_of(body, programme.spend) if isinstance(body, Purchase) else ()
        moment = self._moment(event, programme, basket)
        if isinstance(body, Purchase):
            moment = self._standing_in(event, programme, moment)
        held = self.held
        shares, lots = self._give(event, programme, moment)
        if isinstance(body, Purchase):
            kept: Kept = {}
            for share in shares:
                key = (share.rule, share.currency)
                kept[key] = kept.get(key, 0) + share.units
                self.earned[share.currency] = self.earned.get(share.currency, 0) + share.units
            sale = Sale(
                event=event,
                purchase=body,
                programme=programme,
                moment=moment,
                shares=shares,
                kept=kept,
                held=held,
                quantities=[line.quantity for line in body.lines],
                amounts=[line.amount for line in body.lines],
                spend=moment.basket_amount,
                lots=lots,
            )
            self.sales[event.key] = sale
            self.purchases += 1
            self.spent += sale.spend
            standing.credits.append(("spend", moment.day, sale.spend))
            standing.credits.append(("purchases", moment.day, 1))
            for part in body.points_paid:
                sale.paid.append(self._spend(programme, part.currency, part.units, "redeem"))
        if isinstance(body, Purchase | Visit):
            standing.credits.append(("visits", moment.day, 1))
            self.visit_days.append(moment.day)

    def _standing_in(self, event: Event, programme: Programme, moment: Moment) -> Moment:
        """The moment with the number of the first sale of the month that was taken back whole and
        that no other sale stands in for."""
        if not moment.seed:
            return moment
        month = month_by(event.occurred_at, programme.zone)
        for one in self.given_up:
            if one[0] == month:
                self.given_up.remove(one)
                return replace(moment, number=one[1])
        return moment

    def credit_points(self, day: int, changes: Kept) -> None:
        """Count points towards the metrics of tiers."""
        for (_, currency), units in changes.items():
            self.account.standing.credits.append((f"points.{currency}", day, units))

    def _moment(self, event: Event, programme: Programme, basket: Basket) -> Moment:
        day = local_day(event.occurred_at, event.zone)
        standing = self.account.standing
        places = []
        for tiers in programme.structures:
            place, first = standing.place(tiers.key), tiers.metrics[0]
            spend = standing.value(programme, first, day) if first.name == "spend" else 0
            places.append((place.rank, place.highest, spend))
        return Moment(
            kind=event.kind,
            occurred_at=event.occurred_at,
            day=day,
            minute=local_minute(event.occurred_at, event.zone),
            store=event.store,
            channel=event.channel,
            staff=event.staff,
            attributes=event.attributes,
            tier=self.tier() or None,
            beside={one.key: self.tier(one.key) for one in programme.beside if self.tier(one.key)},
            purchases=self.purchases,
            visits=len(set(self.visit_days)),
            days_since_visit=day - self.visit_days[-1] if self.visit_days else None,
            days_since_enrolment=(
                None
                if standing.enrolled is None
                else day - local_day(standing.enrolled, event.zone)
            ),
            balances={code: self.account.balance(code) for code in programme.points},
            places=tuple(places),
            rooms=self._rooms(programme, day),
            basket=basket,
            seed=_seed(event, programme),
            number=event.root,
        )

    def _rooms(
        self, programme: Programme, today: int
    ) -> dict[tuple[str, int], tuple[int | None, int | None]]:
        rooms: dict[tuple[str, int], tuple[int | None, int | None]] = {}
        for rule in programme.rules:
            for place, limit in enumerate(rule.limits):
                if limit.every is None:
                    continue
                times = units = 0
                for name, at_place, day, more_times, more_units in self.used:
                    if (name, at_place) != (rule.rule, place):
                        continue
                    if limit.every.calendar is not None:
                        unit = limit.every.calendar
                        counts = period_start(day, unit) == period_start(today, unit)
                    elif limit.every.rolling is not None:
                        counts = add_period(today, limit.every.rolling, -1) < day
                    else:
                        counts = True
                    if counts:
                        times, units = times + more_times, units + more_units
                rooms[rule.rule, place] = (
                    None if limit.times is None else max(0, limit.times - times),
                    None if limit.units is None else max(0, limit.units - units),
                )
        return rooms

    def _give(
        self, event: Event, programme: Programme, moment: Moment
    ) -> tuple[list[Share], dict[str, list[Lot]]]:
        shares = shares_of(programme, moment)
        grants = {key: self.grants.get((event.event_id, key), 0) for key in programme.budgets}
        cap(programme, moment, shares, grants)
        for rule in programme.rules:
            units = sum(share.units for share in shares if share.rule == rule.rule)
            if units > 0:
                self.use(rule.rule, len(rule.limits), moment.day, 1, units)
        for share in shares:
            self.credit_points(moment.day, {(share.rule, share.currency): share.units})
        lots: dict[str, list[Lot]] = {}
        for code, currency in programme.points.items():
            units = sum(share.units for share in shares if share.currency == code)
            if units:
                lot = self.account.open_earned(
                    event.event_id, currency, event.occurred_at, event.zone, held=self.held
                )
                lot.remaining += units
                lots[code] = [lot]
                self.account.columns[code, "earn"] += units
        return shares, lots

    def use(self, rule: str, limits: int, day: int, times: int, units: int) -> None:
        """Note the use of each cap of a rule (or that it was given back)."""
        for place in range(limits):
            self.used.append((rule, place, day, times, units))

    # --- by hand, spent, sent, received -----------------------------------------------------------

    def _spend(self, programme: Programme, currency: str, units: int, kind: str) -> Spending:
        parts, lacking = self.account.take(currency, units, kind)
        if lacking:
            self.account.owe(programme.points[currency], lacking, kind)
            parts.append((None, lacking))
        return Spending(currency, parts)

    def redemption(self, event: Event, programme: Programme) -> None:
        """Redemption, as reported."""
        body = event.body
        assert isinstance(body, Redemption)
        self.redemptions[event.key] = self._spend(programme, body.currency, body.units, "redeem")

    def undo(self, event: Event, programme: Programme) -> None:
        """Undo, as reported."""
        body = event.body
        assert isinstance(body, Undo)
        spending = self.redemptions[body.redemption]
        left = spending.units - spending.undone
        units = left if body.units is None else min(body.units, left)
        currency = programme.points[spending.currency]
        self.account.restore(event.event_id, event.zone, spending, units, currency)

    def adjustment(self, event: Event, programme: Programme) -> None:
        """Adjustment, as reported."""
        body = event.body
        assert isinstance(body, Adjustment)
        self._give(event, programme, self._moment(event, programme, ()))
        if body.currency is not None and body.units > 0:
            if body.expires_at is not None:
                at = event.occurred_at
                lot = self.account.open(
                    event.event_id, body.currency, at, event.zone, at, body.expires_at,
                    name="by hand",
                )  # fmt: skip
            else:
                lot = self.account.open_earned(
                    event.event_id,
                    programme.points[body.currency],
                    event.occurred_at,
                    event.zone,
                    held=self.held,
                    at_once=True,
                    name="by hand",
                )
            lot.remaining += body.units
            self.account.columns[body.currency, "adjust"] += body.units
        elif body.currency is not None and body.units < 0:
            self._spend(programme, body.currency, -body.units, "adjust")
        for tiers in programme.structures:
            meant = body.tier in tiers.ranks if body.tier else tiers.name == (body.structure or "")
            if body.tier is not None and meant:
                day = local_day(event.occurred_at, event.zone)
                self.account.standing.by_hand(programme, tiers, body.tier, day)

    def transfer_out(self, event: Event, programme: Programme) -> None:
        """Transfer out, as reported."""
        body = event.body
        assert isinstance(body, TransferOut)
        self._spend(programme, body.currency, body.units, "transfer_out")

    def transfer_in(self, event: Event, programme: Programme) -> None:
        """Transfer in, as reported."""
        body = event.body
        assert isinstance(body, TransferIn)
        expiry = programme.points[body.currency].expiry
        for number, portion in enumerate(body.portions):
            lapses = isinstance(expiry, ExpiresInactive) and portion.expires_at is None
            lot = self.account.open(
                event.event_id,
                body.currency,
                event.occurred_at,
                event.zone,
                portion.activates_at,
                portion.expires_at,
                expiry if lapses and isinstance(expiry, ExpiresInactive) else None,
                f"portion {number}",
            )
            lot.remaining += portion.units
            self.account.columns[body.currency, "transfer_in"] += portion.units

    def confirmation(self, event: Event, programme: Programme) -> None:
        """Confirmation, as reported."""
        del programme
        body = event.body
        assert isinstance(body, Confirmation)
        for own in self.sales[body.purchase].lots.values():
            for lot in list(own):
                if lot.activates == FAR_FUTURE and lot.remaining:
                    now = event.occurred_at
                    ready = self.account.open(
                        event.event_id, lot.currency, now, event.zone, now, lot.expires, lot.idle,
                        lot.lot_id,
                    )  # fmt: skip
                    ready.remaining, lot.remaining = lot.remaining, 0
                    own.append(ready)
