"""The reference ledger: all events in a list, everything computed anew for every question.

It says what the engine must answer: balances, lots with their dates, debts, tiers, and what was
issued, redeemed, expired, reversed and written off.  It knows the programme, the events and the
calendar, and nothing of the engine.  What shared budgets granted is given to it as a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from habitue.domain.events import (
    Adjustment,
    Confirmation,
    Enrolment,
    Event,
    EventKey,
    Purchase,
    Redemption,
    Return,
    ReturnedLine,
    TransferIn,
    TransferOut,
    Undo,
    Visit,
)
from habitue.domain.programme.model import ExpiresInactive, Programme
from habitue.kit.instants import FAR_FUTURE, Instant, local_day, local_minute
from habitue.kit.periods import add_period, period_start
from tests.reference.account import Account, Lot, Spending
from tests.reference.earning import (
    Basket,
    Moment,
    Share,
    amount_of,
    basket_of,
    cap,
    shares_of,
    what_is_left,
)

_ACTIVITY = {
    "purchase",
    "visit",
    "enrolment",
    "redemption",
    "adjustment",
    "transfer_out",
    "transfer_in",
}
_Kept = dict[tuple[str, str], int]


@dataclass
class Sale:
    """A purchase as it was decided, and what is left of it."""

    event: Event
    purchase: Purchase
    programme: Programme
    moment: Moment
    shares: list[Share]
    kept: _Kept
    tier: str
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
    purchases: int = 0
    spent: int = 0
    earned: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = Account(self.programmes)

    @property
    def tier(self) -> str:
        """The code of the present tier."""
        programme = self.account.programme_at(self.account.clock)
        rank = self.account.standing.place.rank
        return programme.tiers.tiers[rank].code if programme.tiers and rank >= 0 else ""

    def play(self, event: Event) -> None:
        """One event, after everything that has become true by its instant."""
        account = self.account
        account.pass_time(event.occurred_at)
        programme = self.programmes[event.version_number]
        handlers: dict[str, Callable[[Event, Programme], None]] = {
            "purchase": self._earning,
            "visit": self._earning,
            "enrolment": self._earning,
            "adjustment": self._adjustment,
            "redemption": self._redemption,
            "undo": self._undo,
            "return": self._return,
            "confirmation": self._confirmation,
            "transfer_out": self._transfer_out,
            "transfer_in": self._transfer_in,
        }
        if event.kind in handlers:
            handlers[event.kind](event, programme)
        account.settle_all()
        account.standing.rise(
            programme, event.occurred_at, local_day(event.occurred_at, event.zone)
        )
        if event.kind in _ACTIVITY:
            account.activity.append((event.kind, event.occurred_at, event.zone))

    # --- earning ----------------------------------------------------------------------------------

    def _earning(self, event: Event, programme: Programme) -> None:
        standing = self.account.standing
        body = event.body
        if isinstance(body, Enrolment) and standing.enrolled is None:
            standing.enrolled = event.occurred_at
        basket = basket_of(body, programme.spend) if isinstance(body, Purchase) else ()
        moment = self._moment(event, programme, basket)
        tier = self.tier
        shares, lots = self._give(event, programme, moment)
        if isinstance(body, Purchase):
            kept: _Kept = {}
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
                tier=tier,
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
            self._credit_points(moment.day, kept)
            for part in body.points_paid:
                sale.paid.append(self._spend(programme, part.currency, part.units, "redeem"))
        if isinstance(body, Purchase | Visit):
            standing.credits.append(("visits", moment.day, 1))
            self.visit_days.append(moment.day)

    def _credit_points(self, day: int, changes: _Kept) -> None:
        for (_, currency), units in changes.items():
            self.account.standing.credits.append((f"points.{currency}", day, units))

    def _moment(self, event: Event, programme: Programme, basket: Basket) -> Moment:
        day = local_day(event.occurred_at, event.zone)
        standing = self.account.standing
        place = standing.place
        spend_before = 0
        if programme.tiers is not None and programme.tiers.metrics[0].name == "spend":
            spend_before = standing.value(programme, programme.tiers.metrics[0], day)
        return Moment(
            kind=event.kind,
            occurred_at=event.occurred_at,
            day=day,
            minute=local_minute(event.occurred_at, event.zone),
            store=event.store,
            channel=event.channel,
            staff=event.staff,
            attributes=event.attributes,
            tier=self.tier or None,
            purchases=self.purchases,
            visits=len(set(self.visit_days)),
            days_since_visit=day - self.visit_days[-1] if self.visit_days else None,
            days_since_enrolment=(
                None
                if standing.enrolled is None
                else day - local_day(standing.enrolled, event.zone)
            ),
            balances={code: self.account.balance(code) for code in programme.points},
            rank=place.rank,
            highest=place.highest,
            spend_before=spend_before,
            rooms=self._rooms(programme, day),
            basket=basket,
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
                self._use(rule.rule, len(rule.limits), moment.day, 1, units)
        lots: dict[str, list[Lot]] = {}
        for code, currency in programme.points.items():
            units = sum(share.units for share in shares if share.currency == code)
            if units:
                lot = self.account.open_earned(
                    event.event_id, currency, event.occurred_at, event.zone, tier=self.tier
                )
                lot.remaining += units
                lots[code] = [lot]
                self.account.columns[code, "earn"] += units
        return shares, lots

    def _use(self, rule: str, limits: int, day: int, times: int, units: int) -> None:
        for place in range(limits):
            self.used.append((rule, place, day, times, units))

    # --- by hand, spent, sent, received -----------------------------------------------------------

    def _spend(self, programme: Programme, currency: str, units: int, kind: str) -> Spending:
        parts, lacking = self.account.take(currency, units, kind)
        if lacking:
            self.account.owe(programme.points[currency], lacking, kind)
            parts.append((None, lacking))
        return Spending(currency, parts)

    def _redemption(self, event: Event, programme: Programme) -> None:
        body = event.body
        assert isinstance(body, Redemption)
        self.redemptions[event.key] = self._spend(programme, body.currency, body.units, "redeem")

    def _undo(self, event: Event, programme: Programme) -> None:
        body = event.body
        assert isinstance(body, Undo)
        spending = self.redemptions[body.redemption]
        left = spending.units - spending.undone
        units = left if body.units is None else min(body.units, left)
        currency = programme.points[spending.currency]
        self.account.restore(event.event_id, event.zone, spending, units, currency)

    def _adjustment(self, event: Event, programme: Programme) -> None:
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
                    tier=self.tier,
                    at_once=True,
                    name="by hand",
                )
            lot.remaining += body.units
            self.account.columns[body.currency, "adjust"] += body.units
        elif body.currency is not None and body.units < 0:
            self._spend(programme, body.currency, -body.units, "adjust")
        if body.tier is not None and programme.tiers is not None:
            day = local_day(event.occurred_at, event.zone)
            self.account.standing.by_hand(
                programme, programme.tiers, body.tier, event.occurred_at, day
            )

    def _transfer_out(self, event: Event, programme: Programme) -> None:
        body = event.body
        assert isinstance(body, TransferOut)
        self._spend(programme, body.currency, body.units, "transfer_out")

    def _transfer_in(self, event: Event, programme: Programme) -> None:
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

    def _confirmation(self, event: Event, programme: Programme) -> None:
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

    # --- returns ----------------------------------------------------------------------------------

    def _return(self, event: Event, programme: Programme) -> None:
        body = event.body
        assert isinstance(body, Return)
        if body.purchase is not None:
            sale = self.sales[body.purchase]
            if not body.lines:
                sale.quantities = [0 for _ in sale.quantities]
                sale.amounts = [0 for _ in sale.amounts]
            for returned in body.lines:
                place = next(
                    place
                    for place, line in enumerate(sale.purchase.lines)
                    if line.line == returned.line
                )
                self._line_back(sale, place, returned.quantity, returned.amount)
            self._take_back(event, sale)
        else:
            self._return_unlinked(event, programme, body.lines)
        self.account.standing.returned(
            programme, event.occurred_at, local_day(event.occurred_at, event.zone)
        )

    def _line_back(self, sale: Sale, place: int, quantity: int | None, amount: int | None) -> None:
        line = sale.purchase.lines[place]
        quantity = min(quantity or 0, sale.quantities[place])
        if amount is None:
            gone = line.quantity - sale.quantities[place]
            amount = _share(line.amount, gone + quantity, line.quantity)
            amount -= _share(line.amount, gone, line.quantity)
        sale.quantities[place] -= quantity
        sale.amounts[place] -= min(amount, sale.amounts[place])
        if quantity and not sale.quantities[place]:
            sale.amounts[place] = 0

    def _take_back(self, event: Event, sale: Sale) -> None:
        account = self.account
        total = sum(line.amount for line in sale.purchase.lines)
        for spending in sale.paid:
            due = spending.units
            if any(sale.amounts):
                due = spending.units * (total - sum(sale.amounts)) // total
            if due > spending.undone:
                currency = self.programmes[event.version_number].points.get(
                    spending.currency, sale.programme.points[spending.currency]
                )
                more = due - spending.undone
                account.restore(event.event_id, event.zone, spending, more, currency)
        before, spend_before = sale.kept, sale.spend
        sale.kept = self._earned_by_the_rest(sale)
        changes = {
            key: sale.kept.get(key, 0) - before.get(key, 0) for key in {**before, **sale.kept}
        }
        for (_, code), change in changes.items():
            self.earned[code] = self.earned.get(code, 0) + change
            account.columns[code, "reverse"] += max(0, change)
            if change > 0:
                self._add_to_own(sale, code, change)
        for (_, code), change in changes.items():
            if change < 0:
                self._take_from_own(sale, code, -change)
        for rule in sale.programme.rules:
            was = sum(units for (name, _), units in before.items() if name == rule.rule)
            now = sum(units for (name, _), units in sale.kept.items() if name == rule.rule)
            if was != now:
                fewer = int(now > 0) - int(was > 0)
                self._use(rule.rule, len(rule.limits), sale.moment.day, fewer, now - was)
        credits, day = account.standing.credits, sale.moment.day
        credits.append(("spend", day, sale.spend - spend_before))
        self._credit_points(day, changes)
        self.spent += sale.spend - spend_before
        if not any(sale.quantities) and not any(sale.amounts) and not sale.void:
            sale.void = True
            self.purchases -= 1
            credits.append(("purchases", day, -1))
            credits.append(("visits", day, -1))

    def _earned_by_the_rest(self, sale: Sale) -> _Kept:
        basket = what_is_left(sale.moment.basket, sale.quantities, sale.amounts)
        sale.spend = amount_of(basket)
        if not basket:
            return {}
        moment = replace(sale.moment, basket=basket)
        shares = shares_of(sale.programme, moment)
        grants: dict[str, int] = {}
        for rule in sale.programme.rules:
            for budget in rule.budgets:
                given = sum(share.units for share in sale.shares if share.rule == rule.rule)
                grants[budget.key] = grants.get(budget.key, 0) + given
        cap(sale.programme, moment, shares, grants)
        kept: _Kept = {}
        for share in shares:
            key = (share.rule, share.currency)
            kept[key] = kept.get(key, 0) + share.units
        self._keep_bonuses(sale, kept)
        return kept

    def _keep_bonuses(self, sale: Sale, kept: _Kept) -> None:
        """Fixed gifts stay while anything is left, and hold their group's place."""
        groups = {rule.rule: rule.group for rule in sale.programme.rules if rule.group}
        for share in sale.shares:
            if not share.fixed or sale.programme.points[share.currency].returns != "keep_bonus":
                continue
            key = (share.rule, share.currency)
            kept[key] = sale.kept.get(key, 0)
            group = groups.get(share.rule)
            if not kept[key] or group is None or sale.programme.groups[group].mode == "all":
                continue
            for rival in list(kept):
                if rival[0] != share.rule and groups.get(rival[0]) == group:
                    kept[rival] = min(kept[rival], sale.kept.get(rival, 0))

    def _add_to_own(self, sale: Sale, code: str, units: int) -> None:
        own = sale.lots.setdefault(code, [])
        if not own:
            own.append(
                self.account.open_earned(
                    sale.event.event_id,
                    sale.programme.points[code],
                    sale.event.occurred_at,
                    sale.event.zone,
                    tier=sale.tier,
                )
            )
        lot = own[-1]
        lot.remaining += units
        if lot.ended or self.account.ends(lot) <= self.account.clock:
            self.account.end(lot)

    def _take_from_own(self, sale: Sale, code: str, units: int) -> None:
        own = sale.lots.get(code, [])
        for lot in own:
            part = min(units, lot.remaining)
            lot.remaining -= part
            units -= part
            self.account.columns[code, "reverse"] -= part
        for lot in own:
            part = min(units, lot.expired - lot.absorbed)
            lot.absorbed += part
            units -= part
        self._take_from_others(sale.programme, code, units)

    def _take_from_others(self, programme: Programme, code: str, units: int) -> None:
        _, units = self.account.take(code, units, "reverse")
        for lot in self.account.lots:
            if lot.currency == code and units:
                part = min(units, lot.remaining)
                lot.remaining -= part
                units -= part
                self.account.columns[code, "reverse"] -= part
        if units:
            self.account.owe(programme.points[code], units, "reverse")

    def _return_unlinked(
        self, event: Event, programme: Programme, lines: tuple[ReturnedLine, ...]
    ) -> None:
        matching = programme.without_purchase.startswith("match")
        touched: list[Sale] = []
        rest: list[int] = []
        for returned in lines:
            quantity = left = returned.quantity or 0
            newest_first = sorted(
                self.sales.values(), key=lambda sale: sale.event.order_key, reverse=True
            )
            for sale in newest_first if matching else ():
                for place, line in enumerate(sale.purchase.lines):
                    part = min(left, sale.quantities[place])
                    if line.product == returned.product and part:
                        self._line_back(sale, place, part, None)
                        left -= part
                        if sale not in touched:
                            touched.append(sale)
            amount = returned.amount or 0
            if left or (not quantity and amount):
                rest.append(amount * left // quantity if quantity else amount)
        for sale in touched:
            self._take_back(event, sale)
        day = local_day(event.occurred_at, event.zone)
        for amount in rest:
            counted = min(amount, max(0, self.spent))
            for code, earned in list(self.earned.items()):
                if self.spent > 0 and earned > 0:
                    units = min(earned, counted * earned // self.spent)
                    self.earned[code] = earned - units
                    self._take_from_others(programme, code, units)
                    self._credit_points(day, {("", code): -units})
            self.spent -= counted
            self.account.standing.credits.append(("spend", day, -counted))


def _share(amount: int, part: int, whole: int) -> int:
    """What a part of the pieces cost: to the nearest minor unit, a half upwards."""
    return (2 * amount * part + whole) // (2 * whole)


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
                member.play(event)
        if until is not None:
            member.account.pass_time(until)
        return member
