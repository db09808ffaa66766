"""Points given by hand, spent, sent and received (SEMANTICS 11, 13, 15, 22)."""

from __future__ import annotations

from habitue.domain.engine.context import context_of
from habitue.domain.engine.entering import enter
from habitue.domain.engine.folding import (
    Fold,
    cause_of,
    check_positive,
    give,
    points_currency,
    spend_points,
)
from habitue.domain.engine.lots import Cause
from habitue.domain.engine.rewarding import price_of, reward_of, take_reward
from habitue.domain.engine.spend import EMPTY_BASKET
from habitue.domain.engine.tiers import Ladder
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Adjustment, Event, Portion, Redemption, TransferIn, TransferOut
from habitue.domain.programme.model import ExpiresInactive, PointsCurrency, Programme
from habitue.kit.instants import local_day


def apply_redemption(fold: Fold, event: Event) -> None:
    """Points are spent, or the redemption is refused whole."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Redemption), "only redemptions are applied here"
    currency = points_currency(programme, body.currency)
    units, taken = body.units, None
    if reward_of(body):
        units = price_of(programme, body).units
        taken = take_reward(fold, programme, event, body)
    spent = spend_points(fold, programme, currency, units, event, "units")
    spent.taken = taken
    if taken is not None and taken.draw is not None:
        enter(fold, programme, event, taken.draw, taken.reward)
    if fold.remember:
        fold.spent[event.key] = spent
    fold.finish(programme, event, cause_of(event))


def apply_adjustment(fold: Fold, event: Event) -> None:
    """A colleague's correction of points or of the tier."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Adjustment), "only adjustments are applied here"
    context = context_of(programme, fold.state, event, EMPTY_BASKET)
    give(fold, programme, event, context)
    if body.currency is not None and body.units:
        currency = points_currency(programme, body.currency)
        cause = cause_of(event, reason={"text": body.reason})
        if body.units > 0:
            _give_by_hand(fold, event, body, currency, cause)
        else:
            _take_by_hand(fold, programme, event, -body.units, currency, cause)
    if body.tier is not None:
        day = local_day(event.occurred_at, event.zone)
        _ladder_of(fold, programme, body).set_floor(
            body.tier, at=event.occurred_at, day=day, event_id=event.event_id
        )
    fold.finish(programme, event, cause_of(event))


def _ladder_of(fold: Fold, programme: Programme, body: Adjustment) -> Ladder:
    """The structure that a correction is about: the one it names, that of the tier it sets, or the
    main one."""
    if body.structure is not None:
        named = (one for one in programme.structures if body.structure in (one.name, one.key))
        tiers = next(named, None)
        if tiers is None:
            raise Refusal(
                Code.UNKNOWN_TIER, "structure", value=body.structure, programme=programme.code
            )
    else:
        tiers = programme.structure_of(body.tier) if body.tier else programme.tiers
    if tiers is None or (body.tier and body.tier not in tiers.ranks):
        raise Refusal(Code.UNKNOWN_TIER, "tier", value=body.tier, programme=programme.code)
    return Ladder(programme, tiers, fold.state, fold.moves)


def _give_by_hand(
    fold: Fold,
    event: Event,
    body: Adjustment,
    currency: PointsCurrency,
    cause: Cause,
) -> None:
    """Points given by hand can be spent at once; they end by the programme or on a date."""
    books = fold.books
    if body.expires_at is not None:
        if body.expires_at <= event.occurred_at and fold.is_strict(event):
            raise Refusal(
                Code.INCONSISTENT, "expires_at", value=body.expires_at, expected=event.occurred_at
            )
        lot = books.open_lot(
            currency.code, event.occurred_at, body.expires_at, cause, name="by hand"
        )
    else:
        lot = books.open_earned_lot(currency, event.zone, cause, at_once=True, name="by hand")
    books.put(lot.lot_id, body.units)
    books.post("adjust", currency.code, lot.lot_id, body.units, cause)


def _take_by_hand(
    fold: Fold,
    programme: Programme,
    event: Event,
    units: int,
    currency: PointsCurrency,
    cause: Cause,
) -> None:
    available = fold.state.spendable(currency.code, event.occurred_at)
    if available < units and fold.is_strict(event):
        raise Refusal(
            Code.NOT_ENOUGH_POINTS,
            "units",
            value=units,
            limit=max(0, available),
            currency=currency.code,
        )
    _, lacking = fold.books.take(programme, currency.code, units, "adjust", cause)
    if lacking:
        fold.books.owe(currency, lacking, "adjust", cause)


def apply_transfer_out(fold: Fold, event: Event) -> None:
    """Points leave for another member."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, TransferOut), "only transfers are applied here"
    currency = points_currency(programme, body.currency)
    check_positive(body.units, "units")
    available = fold.state.spendable(currency.code, event.occurred_at)
    if available < body.units and fold.is_strict(event):
        raise Refusal(
            Code.NOT_ENOUGH_POINTS,
            "units",
            value=body.units,
            limit=max(0, available),
            currency=currency.code,
        )
    cause = cause_of(event)
    takes, lacking = fold.books.take(programme, currency.code, body.units, "transfer_out", cause)
    if lacking:
        fold.books.owe(currency, lacking, "transfer_out", cause)
    fold.portions = tuple(
        Portion(take.units, take.lot.activates_at, take.lot.expires_at)
        for take in takes
        if take.lot is not None
    )
    fold.finish(programme, event, cause)


def apply_transfer_in(fold: Fold, event: Event) -> None:
    """Points arrive with the dates that they had."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, TransferIn), "only transfers are applied here"
    currency = points_currency(programme, body.currency)
    cause = cause_of(event)
    inactive = str(currency.expiry.period) if isinstance(currency.expiry, ExpiresInactive) else ""
    for index, portion in enumerate(body.portions):
        check_positive(portion.units, f"portions[{index}].units")
        lot = fold.books.open_lot(
            currency.code,
            portion.activates_at,
            portion.expires_at,
            cause,
            inactive if portion.expires_at is None else "",
            f"portion {index}",
        )
        fold.books.put(lot.lot_id, portion.units)
        fold.books.post("transfer_in", currency.code, lot.lot_id, portion.units, cause)
    fold.finish(programme, event, cause)
