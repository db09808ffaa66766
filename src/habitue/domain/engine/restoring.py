"""Undone spend goes back to its own lots, last taken first (SEMANTICS 12)."""

from __future__ import annotations

from habitue.domain.engine.folding import Fold, cause_of, check_positive
from habitue.domain.engine.lots import Cause, Take, activity_kinds, expires_at, lapse_at
from habitue.domain.engine.records import Spent
from habitue.domain.engine.rewarding import put_back
from habitue.domain.engine.types import Lot
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Confirmation, Event, Undo
from habitue.domain.programme.model import ExpiresAfter, PointsCurrency
from habitue.kit.instants import FAR_FUTURE, day_start, local_day
from habitue.kit.periods import Period, add_period, parse_period


def apply_undo(fold: Fold, event: Event) -> None:
    """A redemption is taken back, whole or in part."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Undo), "only undos are applied here"
    if body.redemption in fold.spent:
        give_again(fold, event)
    else:
        fold.waiting.append(event)
    fold.finish(programme, event, cause_of(event))


def give_again(fold: Fold, event: Event) -> None:
    """Take a redemption back that is known."""
    body = event.body
    assert isinstance(body, Undo), "only undos are applied here"
    spent = fold.spent[body.redemption]
    left = spent.units - spent.undone
    units = left if body.units is None else body.units
    if body.units is not None:
        check_positive(body.units, "units")
    if units > left or not left:
        if fold.is_strict(event):
            raise Refusal(Code.UNDO_EXCEEDS_REDEMPTION, "units", value=units, limit=left)
        units = left
    restore(fold, event, spent, units, against="")
    # An undoing that a late one left nothing to undo puts nothing back a second time.
    if units:
        put_back(fold, event, spent)


def restore(fold: Fold, event: Event, spent: Spent, units: int, *, against: str) -> None:
    """Give ``units`` of what was spent back to the lots they came from."""
    skip = spent.undone
    spent.undone += units
    for take in reversed(spent.takes):
        passed = min(skip, take.units)
        skip -= passed
        part = min(units, take.units - passed)
        if part:
            units -= part
            cause = cause_of(event, against=against or None)
            _restore_part(fold, event, take, spent.currency, part, cause)
    assert not units, "no more is restored than was spent"


def _restore_part(
    fold: Fold, event: Event, take: Take, code: str, units: int, cause: Cause
) -> None:
    books = fold.books
    programme = fold.programme_of(event)
    currency = fold.currency(programme, code)
    if take.lot is None:
        _restore_debt(fold, event, currency, units, cause)
        return
    if not has_lapsed(fold, event, take.lot):
        lot = books.at_home(take.lot, cause)
        books.put(lot.lot_id, units)
        books.post("restore", code, lot.lot_id, units, cause)
        return
    if currency.reinstate_days is not None:
        period = ExpiresAfter(Period(currency.reinstate_days, "day"))
        until = expires_at(period, event.occurred_at, event.zone)
        name = f"reinstated {take.lot.lot_id}"
        lot = books.open_lot(code, event.occurred_at, until, cause, name=name)
        books.put(lot.lot_id, units)
        books.post("restore", code, lot.lot_id, units, cause)
        return
    lot = books.at_home(take.lot, cause)
    books.post("restore", code, lot.lot_id, units, cause)
    books.post("expire", code, lot.lot_id, -units, cause)
    # What lapsed is known by the lot that the purchase opened.
    books.expired[take.lot.lot_id] = books.expired.get(take.lot.lot_id, 0) + units


def _restore_debt(
    fold: Fold, event: Event, currency: PointsCurrency, units: int, cause: Cause
) -> None:
    """What was spent without cover: the loss is undone, the debt falls, or, where later earnings
    have paid it meanwhile, the points come back as a lot of their own."""
    books, code = fold.books, currency.code
    if currency.negative == "book_loss":
        books.post("write_off", code, None, -units, cause)
        books.post("restore", code, None, units, cause)
        return
    owed = min(units, fold.state.debts.get(code, 0))
    if owed:
        books.forgive(code, owed, "restore", cause)
    if units > owed:
        lot = books.open_earned_lot(currency, event.zone, cause, at_once=True)
        books.put(lot.lot_id, units - owed)
        books.post("restore", code, lot.lot_id, units - owed, cause)


def has_lapsed(fold: Fold, event: Event, lot: Lot) -> bool:
    """Whether a lot has ended by the event, or would have, had the points stayed in it."""
    at = event.occurred_at
    if lot.expires_at is not None and lot.expires_at <= at:
        return True
    programme = fold.programme_of(event)
    if not lot.inactive or lapse_at(programme, fold.state, lot) is None:
        return False
    # Inactivity leaves no trace on an empty lot: walk through the activity since it was opened.
    kinds = activity_kinds(programme, fold.state, lot)
    latest, zone = lot.opened_at, programme.zone
    for kind, instant, place in [*fold.activities, ("", at, event.zone)]:
        if instant < latest or (kind and kind not in kinds):
            continue
        if instant == latest:
            zone = place if kind else zone
            continue
        ends = add_period(local_day(latest, zone), parse_period(lot.inactive))
        if day_start(ends, zone) <= instant:
            return True
        latest, zone = instant, place
    return False


def apply_confirmation(fold: Fold, event: Event) -> None:
    """Points of a purchase that waited for a confirmation become spendable."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Confirmation), "only confirmations are applied here"
    if body.purchase in fold.purchases:
        confirm(fold, event)
    else:
        fold.waiting.append(event)
    fold.finish(programme, event, cause_of(event))


def confirm(fold: Fold, event: Event) -> None:
    """Confirm a purchase that is known."""
    body = event.body
    assert isinstance(body, Confirmation), "only confirmations are applied here"
    record = fold.purchases[body.purchase]
    own = {lot_id for lots in record.lots.values() for lot_id in lots}
    waiting = [
        lot
        for lot in fold.state.lots
        if lot.lot_id in own and lot.activates_at == FAR_FUTURE and lot.remaining
    ]
    if not waiting and fold.is_strict(event):
        raise Refusal(
            Code.NOTHING_TO_CONFIRM,
            "purchase",
            value=f"{body.purchase.source}/{body.purchase.external_id}",
        )
    cause = cause_of(event, against=record.event.event_id)
    for lot in waiting:
        active = fold.books.open_lot(
            lot.currency, event.occurred_at, lot.expires_at, cause, lot.inactive, lot.lot_id
        )
        fold.books.take_from(lot, lot.remaining, "activate", cause)
        fold.books.put(active.lot_id, lot.remaining)
        fold.books.post("activate", lot.currency, active.lot_id, lot.remaining, cause)
        record.lots[lot.currency].append(active.lot_id)
