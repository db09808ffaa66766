"""Goods that come back, by the plainest means (SEMANTICS 15-21): what each rule gave for the basket
less what it would have given for the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from habitue.domain.events import Event, Return, ReturnedLine
from habitue.domain.programme.model import Programme
from habitue.kit.instants import local_day
from tests.reference.earning import amount_of, cap, shares_of, what_is_left
from tests.reference.member import Kept, Member, Sale, month_by


@dataclass
class Returns:
    """What returns do to one member."""

    member: Member

    def apply(self, event: Event, programme: Programme) -> None:
        """A return, with or without the purchase that it names."""
        body = event.body
        assert isinstance(body, Return)
        if body.purchase is not None:
            sale = self.member.sales[body.purchase]
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
        day = local_day(event.occurred_at, event.zone)
        for tiers in programme.structures:
            self.member.account.standing.returned(programme, tiers, event.occurred_at, day)

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
        account = self.member.account
        total = sum(line.amount for line in sale.purchase.lines)
        for spending in sale.paid:
            due = spending.units
            if any(sale.amounts):
                due = spending.units * (total - sum(sale.amounts)) // total
            if due > spending.undone:
                currency = self.member.programmes[event.version_number].points.get(
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
            self.member.earned[code] = self.member.earned.get(code, 0) + change
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
                self.member.use(rule.rule, len(rule.limits), sale.moment.day, fewer, now - was)
        credited, day = account.standing.credits, sale.moment.day
        credited.append(("spend", day, sale.spend - spend_before))
        self.member.credit_points(day, changes)
        self.member.spent += sale.spend - spend_before
        if not any(sale.quantities) and not any(sale.amounts) and not sale.void:
            sale.void = True
            self.member.purchases -= 1
            if sale.moment.seed:
                month = month_by(sale.event.occurred_at, sale.programme.zone)
                self.member.given_up.append((month, sale.moment.number))
            credited.append(("purchases", day, -1))
            credited.append(("visits", day, -1))

    def _earned_by_the_rest(self, sale: Sale) -> Kept:
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
        kept: Kept = {}
        for share in shares:
            key = (share.rule, share.currency)
            kept[key] = kept.get(key, 0) + share.units
        self._keep_bonuses(sale, kept)
        return kept

    def _keep_bonuses(self, sale: Sale, kept: Kept) -> None:
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
                self.member.account.open_earned(
                    sale.event.event_id,
                    sale.programme.points[code],
                    sale.event.occurred_at,
                    sale.event.zone,
                    held=sale.held,
                )
            )
        lot = own[-1]
        lot.remaining += units
        if lot.ended or self.member.account.ends(lot) <= self.member.account.clock:
            self.member.account.end(lot)

    def _take_from_own(self, sale: Sale, code: str, units: int) -> None:
        own = sale.lots.get(code, [])
        for lot in own:
            part = min(units, lot.remaining)
            lot.remaining -= part
            units -= part
            self.member.account.columns[code, "reverse"] -= part
        for lot in own:
            part = min(units, lot.expired - lot.absorbed)
            lot.absorbed += part
            units -= part
        self._take_from_others(sale.programme, code, units)

    def _take_from_others(self, programme: Programme, code: str, units: int) -> None:
        _, units = self.member.account.take(code, units, "reverse")
        for lot in self.member.account.lots:
            if lot.currency == code and units:
                part = min(units, lot.remaining)
                lot.remaining -= part
                units -= part
                self.member.account.columns[code, "reverse"] -= part
        if units:
            self.member.account.owe(programme.points[code], units, "reverse")

    def _return_unlinked(
        self, event: Event, programme: Programme, lines: tuple[ReturnedLine, ...]
    ) -> None:
        matching = programme.without_purchase.startswith("match")
        touched: list[Sale] = []
        rest: list[int] = []
        for returned in lines:
            quantity = left = returned.quantity or 0
            newest_first = sorted(
                self.member.sales.values(), key=lambda sale: sale.event.order_key, reverse=True
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
            counted = min(amount, max(0, self.member.spent))
            for code, earned in list(self.member.earned.items()):
                if self.member.spent > 0 and earned > 0:
                    units = min(earned, counted * earned // self.member.spent)
                    self.member.earned[code] = earned - units
                    self._take_from_others(programme, code, units)
                    self.member.credit_points(day, {("", code): -units})
            self.member.spent -= counted
            self.member.account.standing.credits.append(("spend", day, -counted))


def _share(amount: int, part: int, whole: int) -> int:
    """What a part of the pieces cost: to the nearest minor unit, a half upwards."""
    return (2 * amount * part + whole) // (2 * whole)
