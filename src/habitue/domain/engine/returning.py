"""Goods that come back: what was earned is taken back line by line, exactly (SEMANTICS 15-21).

    taken back now = earned(original) − earned(original less all that has been returned)
                     − taken back before

The rules are asked again in the context of the purchase, under its own version, so that neither the
split of a return nor a later change of the rules matters.
"""

from __future__ import annotations

from dataclasses import replace

from habitue.domain.engine.caps import BudgetDesk, apply_caps
from habitue.domain.engine.challenging import count_towards, tallies_of
from habitue.domain.engine.chancing import give_up
from habitue.domain.engine.context import context_of, limit_key, usage_key
from habitue.domain.engine.discounted import give_back_discounts, kept_of
from habitue.domain.engine.earning import earn
from habitue.domain.engine.folding import (
    Fold,
    cause_of,
    check_currency,
    credit,
    credit_points,
    give,
)
from habitue.domain.engine.lots import Cause
from habitue.domain.engine.plan_standing import use_plan
from habitue.domain.engine.records import PurchaseRecord
from habitue.domain.engine.restoring import has_lapsed, restore
from habitue.domain.engine.spend import EMPTY_BASKET, remaining_basket
from habitue.domain.engine.taking import take_back
from habitue.domain.engine.types import Allotment, SharedFacts
from habitue.domain.engine.usage import add_usage
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Return, ReturnedLine
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import PointsCurrency, Programme
from habitue.kit.instants import local_day


def apply_return(fold: Fold, event: Event) -> None:
    """A return, with or without a purchase that it names."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Return), "only returns are applied here"
    check_currency(programme, body.currency)
    if body.purchase is not None:
        _return_linked(fold, event, body)
    else:
        _return_unlinked(fold, programme, event, body)
    day = local_day(event.occurred_at, event.zone)
    for ladder in fold.ladders(programme):
        ladder.undo_rises(at=event.occurred_at, day=day, event_id=event.event_id)
    context = context_of(programme, fold.state, event, EMPTY_BASKET)
    give(fold, programme, event, context)
    fold.finish(programme, event, cause_of(event))


def _return_linked(fold: Fold, event: Event, body: Return) -> None:
    assert body.purchase is not None, "a linked return names its purchase"
    record = fold.purchases.get(body.purchase)
    if record is None:
        fold.waiting.append(event)
        return
    _refuse_too_early(fold, event, record)
    strict = fold.is_strict(event)
    if strict and record.is_void:
        raise Refusal(
            Code.RETURN_EXCEEDS_PURCHASE,
            "purchase",
            value=f"{body.purchase.source}/{body.purchase.external_id}",
            limit=0,
        )
    if not body.lines:
        for index in range(len(record.quantities)):
            record.quantities[index] = record.amounts[index] = 0
    for position, returned in enumerate(body.lines):
        path = f"lines[{position}]"
        index = record.index_of(returned, path)
        record.take_line_back(index, returned.quantity, returned.amount, strict=strict, path=path)
        fold.matched.append(
            {
                "line": position,
                "purchase": record.event.event_id,
                "quantity": returned.quantity or 0,
            }
        )
    _take_back(fold, event, record)


def return_late(fold: Fold, event: Event, merge: Event) -> None:
    """A return that waited for the purchase, which a merge has brought: it counts from there."""
    body = event.body
    assert isinstance(body, Return), "only returns are applied here"
    assert body.purchase is not None, "only a named purchase is waited for"
    _refuse_too_early(fold, event, fold.purchases[body.purchase])
    _return_linked(fold, replace(event, occurred_at=merge.occurred_at), body)
    programme = fold.programme_of(merge)
    day = local_day(merge.occurred_at, merge.zone)
    for ladder in fold.ladders(programme):
        ladder.undo_rises(at=merge.occurred_at, day=day, event_id=event.event_id)


def _refuse_too_early(fold: Fold, event: Event, record: PurchaseRecord) -> None:
    if event.occurred_at < record.event.occurred_at and fold.is_strict(event):
        raise Refusal(Code.RETURN_BEFORE_PURCHASE, "occurred_at", value=event.occurred_at)


def _take_back(fold: Fold, event: Event, record: PurchaseRecord) -> None:
    """Ask the rules again for what remains, and take back the difference."""
    before = dict(record.kept)
    spend_before = record.spend
    after = _earned_by_remaining(record)
    changes: dict[tuple[str, str], int] = {}
    for key in {**before, **after}:
        change = after.get(key, 0) - before.get(key, 0)
        if change:
            changes[key] = change
    record.kept = after
    # Points that paid for it come back first: they may cover what is taken back.
    _restore_points_paid(fold, event, record)
    _post_changes(fold, event, record, changes)
    _give_back_shares(fold, event, record, before, changes)
    _give_back_discounts(fold, event, record)
    state, programme = fold.state, record.programme
    day = record.context.day
    credit(programme, state, "spend", day, record.spend - spend_before)
    credit_points(programme, state, day, [(code, change) for (_, code), change in changes.items()])
    state.spent += record.spend - spend_before
    _count_challenges(fold, event, record)
    if record.is_void and not record.voided:
        record.voided = True
        credit(programme, state, "purchases", day, -1)
        credit(programme, state, "visits", day, -1)
        state.purchases -= 1
        give_up(programme, state, record.context)


def _count_challenges(fold: Fold, event: Event, record: PurchaseRecord) -> None:
    """What came back no longer counts towards challenges, and takes back what they gave for it."""
    if not record.tallies:
        return
    basket = remaining_basket(record.basket, record.quantities, record.amounts)
    after = tallies_of(record.programme, record.context.with_basket(basket))
    count_towards(
        record.programme,
        fold.state,
        fold.books,
        event,
        record.context.day,
        before=record.tallies,
        after=after,
        strict=fold.is_strict(event),
    )
    record.tallies = after


def _earned_by_remaining(record: PurchaseRecord) -> dict[tuple[str, str], int]:
    """What each rule gives for what is left, in the purchase's own context."""
    basket = remaining_basket(record.basket, record.quantities, record.amounts)
    record.spend = basket.amount
    if not basket.lines:
        return {}
    context = record.context.with_basket(basket)
    earnings = earn(record.programme, context).earnings
    # What a shared budget granted to the purchase is the most that what is left may keep.
    granted: dict[tuple[str, str], Allotment] = {}
    given: dict[str, int] = {}
    for earning in record.earnings:
        given[earning.rule] = given.get(earning.rule, 0) + earning.given
    for rule in record.programme.rules:
        for budget in rule.budgets:
            key = (record.event.event_id, budget.key)
            settled = granted.get(key, Allotment(0, 0, 0)).granted + given.get(rule.rule, 0)
            granted[key] = Allotment(settled, settled, int(settled > 0))
    desk = BudgetDesk.open(SharedFacts(allotments=granted), frozen=True)
    apply_caps(record.programme, context, earnings, desk, record.event.event_id)
    kept: dict[tuple[str, str], int] = {}
    for earning in earnings:
        key = (earning.rule, earning.currency)
        kept[key] = kept.get(key, 0) + earning.given
    _keep_bonuses(record, kept)
    return kept


def _keep_bonuses(record: PurchaseRecord, kept: dict[tuple[str, str], int]) -> None:
    """Where the policy keeps bonuses, a kept one also keeps its rivals of the group silent."""
    groups = {rule.rule: rule.group for rule in record.programme.rules}
    for earning in record.earnings:
        key = (earning.rule, earning.currency)
        if not earning.fixed or record.programme.points[earning.currency].returns != "keep_bonus":
            continue
        kept[key] = record.kept.get(key, 0)
        group = groups.get(earning.rule)
        if group is None or not kept[key]:
            continue
        if record.programme.groups[group].mode != "all":
            for rival in [rival for rival in kept if rival[0] != earning.rule]:
                if groups.get(rival[0]) == group:
                    kept[rival] = min(kept[rival], record.kept.get(rival, 0))


def _post_changes(
    fold: Fold,
    event: Event,
    record: PurchaseRecord,
    changes: dict[tuple[str, str], int],
) -> None:
    # What newly rises comes first: it may cover what falls.
    for (rule, code), change in sorted(changes.items(), key=lambda item: item[1] < 0):
        fold.state.earned[code] = fold.state.earned.get(code, 0) + change
        cause = Cause(
            event.event_id,
            record.event.version_number,
            event.occurred_at,
            rule=rule,
            against=record.event.event_id,
            reason={"kept": record.kept.get((rule, code), 0)},
        )
        currency = record.programme.points[code]
        if change > 0:
            _add_to_own_lot(fold, event, record, code, change, cause)
        else:
            _take_from_own_lots(
                fold, record, currency, -change, cause, strict=fold.is_strict(event)
            )


def _add_to_own_lot(
    fold: Fold, event: Event, record: PurchaseRecord, code: str, units: int, cause: Cause
) -> None:
    """A rule may give more for less (a group's other rule wins, or a cap no longer refuses it): it
    joins the purchase's lot, with the purchase's dates."""
    books = fold.books
    own = record.lots.get(code)
    if not own:
        bought = Cause(record.event.event_id, cause.version_number, record.event.occurred_at)
        currency = record.programme.points[code]
        lot = books.open_earned_lot(currency, record.event.zone, bought, held=record.context.held)
        own = record.lots[code] = [lot.lot_id]
    # What was confirmed stays so: the lot that a confirmation opened is before one that waits.
    header = min((books.header(lot_id) for lot_id in own), key=lambda lot: lot.activates_at)
    lapsed = has_lapsed(fold, event, header)
    header = books.at_home(header, cause)
    if header.lot_id not in own:
        own.append(header.lot_id)
    books.post("reverse", code, header.lot_id, units, cause)
    if lapsed:
        books.post("expire", code, header.lot_id, -units, cause)
        books.expired[header.lot_id] = books.expired.get(header.lot_id, 0) + units
    else:
        books.put(header.lot_id, units)


def _take_from_own_lots(
    fold: Fold,
    record: PurchaseRecord,
    currency: PointsCurrency,
    units: int,
    cause: Cause,
    *,
    strict: bool,
) -> None:
    """Take back what was earned: from the purchase's own lots first.

    What of them expired is gone already and is not taken a second time.
    """
    books = fold.books
    own = record.lots.get(currency.code, [])
    for lot in [lot for lot in fold.state.lots if lot.lot_id in own]:
        part = min(units, lot.remaining)
        if part:
            books.take_from(lot, part, "reverse", cause)
            units -= part
    for lot_id in own:
        gone = books.expired.get(lot_id, 0) - record.absorbed.get(lot_id, 0)
        part = min(units, gone)
        if part:
            record.absorbed[lot_id] = record.absorbed.get(lot_id, 0) + part
            units -= part
    take_from_others(fold, record.programme, currency, units, cause, strict=strict)


def take_from_others(
    fold: Fold,
    programme: Programme,
    currency: PointsCurrency,
    units: int,
    cause: Cause,
    *,
    strict: bool,
) -> None:
    """Take from active lots, then from pending ones; the rest follows the policy (SEMANTICS 15)."""
    take_back(fold.state, fold.books, programme, currency, units, cause, strict=strict)


def _give_back_shares(
    fold: Fold,
    event: Event,
    record: PurchaseRecord,
    before: dict[tuple[str, str], int],
    changes: dict[tuple[str, str], int],
) -> None:
    """Caps and budgets get the returned share back (SEMANTICS 8)."""
    changed = _by_rule(changes)
    kept_before = _by_rule(before)
    budgets: dict[str, tuple[Budget, int, int]] = {}
    for rule in record.programme.rules:
        change = changed.get(rule.rule, 0)
        if not change:
            continue
        units_before = kept_before.get(rule.rule, 0)
        times = int(units_before + change > 0) - int(units_before > 0)
        for index, limit in enumerate(rule.limits):
            if limit.every is not None:
                key = usage_key(limit, record.context.day)
                add_usage(fold.state, limit_key(rule, index), key, times, change)
        for budget in rule.budgets:
            _, units, fewer = budgets.get(budget.key, (budget, 0, 0))
            budgets[budget.key] = (budget, units - change, max(-times, fewer))
    for budget, units, times in budgets.values():
        fold.desk.give_back(budget, event.event_id, units, times)


def _give_back_discounts(fold: Fold, event: Event, record: PurchaseRecord) -> None:
    if not record.purchase.discounts:
        return
    before, record.discounts = record.discounts, kept_of(record.purchase, record.quantities)
    give_back_discounts(
        record.programme,
        fold.state,
        fold.desk,
        event,
        day=record.context.day,
        before=before,
        after=record.discounts,
    )
    less = sum(before.values()) - sum(record.discounts.values())
    day = local_day(record.event.occurred_at, record.programme.zone)
    fold.state.plan = use_plan(fold.state.plan, day, -less)


def _by_rule(units: dict[tuple[str, str], int]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (rule, _), amount in units.items():
        totals[rule] = totals.get(rule, 0) + amount
    return totals


def _restore_points_paid(fold: Fold, event: Event, record: PurchaseRecord) -> None:
    """Points that paid for what came back return, in proportion (SEMANTICS 20)."""
    total = sum(line.amount for line in record.purchase.lines)
    back = total - sum(record.amounts)
    for spent in record.points_paid:
        due = spent.units if not sum(record.amounts) else spent.units * back // total
        if due > spent.undone:
            restore(fold, event, spent, due - spent.undone, against=record.event.event_id)


# --- returns that name no purchase ----------------------------------------------------------------


def _return_unlinked(fold: Fold, programme: Programme, event: Event, body: Return) -> None:
    """Match what can be matched, all lines first; then take the rest at the average rate."""
    policy = programme.without_purchase
    strict = fold.is_strict(event)
    if policy == "refuse" and strict:
        raise Refusal(Code.RETURN_NOT_MATCHED, "purchase", value=None)
    touched: dict[str, PurchaseRecord] = {}
    rest: list[tuple[int, int, int]] = []
    for position, returned in enumerate(body.lines):
        quantity = returned.quantity or 0
        left = quantity
        if policy.startswith("match"):
            left = _match(fold, position, returned, quantity, touched)
        if not left and (quantity or not returned.amount):
            continue
        if policy == "match_or_refuse" and strict:
            raise Refusal(
                Code.RETURN_NOT_MATCHED, f"lines[{position}].product", value=returned.product
            )
        amount = returned.amount or 0
        rest.append((position, left, amount * left // quantity if quantity else amount))
    for record in touched.values():
        _take_back(fold, event, record)
    for position, left, amount in rest:
        _return_at_average(fold, programme, event, position, left, amount)


def _match(
    fold: Fold,
    position: int,
    returned: ReturnedLine,
    quantity: int,
    touched: dict[str, PurchaseRecord],
) -> int:
    """Match the newest unreturned lines of the same product; answers the quantity left over."""
    for record in reversed(fold.purchases.values()):
        if not quantity:
            break
        for index in record.lines_of(returned.product):
            part = min(quantity, record.quantities[index])
            if not part:
                continue
            record.take_line_back(index, part, None, strict=False, path="")
            quantity -= part
            event_id = record.event.event_id
            touched[event_id] = record
            fold.matched.append({"line": position, "purchase": event_id, "quantity": part})
    return quantity


def _return_at_average(
    fold: Fold, programme: Programme, event: Event, position: int, quantity: int, amount: int
) -> None:
    """Take back at the member's average rate: points earned per money spent, net of returns."""
    state = fold.state
    fold.matched.append({"line": position, "purchase": "", "quantity": quantity})
    spent = state.spent
    counted = min(amount, max(0, spent))
    day = local_day(event.occurred_at, event.zone)
    for code, earned in list(state.earned.items()):
        units = min(earned, counted * earned // spent) if spent > 0 and earned > 0 else 0
        if units:
            state.earned[code] = earned - units
            cause = cause_of(event, rule="return:average", reason={"amount": counted})
            currency = fold.currency(programme, code)
            take_from_others(fold, programme, currency, units, cause, strict=fold.is_strict(event))
            credit_points(programme, state, day, [(code, -units)])
    state.spent -= counted
    credit(programme, state, "spend", day, -counted)
