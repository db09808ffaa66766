"""Two members who are one (SEMANTICS 34).

The duplicate hands everything over: lots with their dates, debts, credits towards tiers, use of
caps, counters, attributes, and the tier.  The other one takes it all: limits hold across both, the
higher tier stays, and so does its own value of an attribute that both have.  What the duplicate
bought or spent can still be returned or undone here, since its history is folded again when it is
needed; what arrives late about it and happened before the merge waits for it (``waiting``).  A
merge is undone by folding as if it had not been.  Where a contribution of the duplicate is
withdrawn, what arrives is what the duplicate would have had without it; as its own books stay as
they are, the difference is taken back here.
"""

from __future__ import annotations

from dataclasses import replace

from habitue.domain.engine.advancing import advance
from habitue.domain.engine.folding import Fold, cause_of
from habitue.domain.engine.lots import Cause, Take
from habitue.domain.engine.plan_standing import NO_STANDING, later_of
from habitue.domain.engine.records import PurchaseRecord, Spent
from habitue.domain.engine.snapshot import state_from_json, state_to_json
from habitue.domain.engine.tiers import rank_of
from habitue.domain.engine.types import (
    NEVER_RISEN,
    Lot,
    MemberState,
    PostingKind,
    TierMove,
    TierStanding,
)
from habitue.domain.engine.waiting import catch_up
from habitue.domain.events import Event, MergeIn, MergeOut
from habitue.domain.programme.model import Tiers
from habitue.kit.instants import FAR_FUTURE


def apply_merge_out(fold: Fold, event: Event) -> None:
    """Everything leaves; the state that goes along is in ``fold.handed_over``."""
    programme = fold.begin(event)
    assert isinstance(event.body, MergeOut), "only departures are applied here"
    state, cause = fold.state, cause_of(event)
    fold.handed_over = state_to_json(state)
    for lot in list(state.lots):
        fold.books.take_from(lot, lot.remaining, "transfer_out", cause)
    for currency, debt in list(state.debts.items()):
        fold.books.forgive(currency, debt, "transfer_out", cause)
    for key in ("", *state.beside):
        _move(fold, event, key, replace(NEVER_RISEN, since=event.occurred_at))
    state.credits, state.usage, state.earned, state.attributes = {}, {}, {}, {}
    state.plan, state.referred, state.void_chances = NO_STANDING, False, ()
    state.spent = state.purchases = state.visits = state.latest_visit_day = 0
    fold.finish(programme, event, cause)


def apply_merge_in(fold: Fold, event: Event) -> None:
    """Everything arrives."""
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, MergeIn), "only arrivals are applied here"
    past = None
    if fold.remember and fold.history_of is not None:
        past = fold.history_of(body.from_member, body.merge)
    other = state_from_json(body.state)
    cause = cause_of(event, reason={"merged": body.from_member})
    arrived = {lot.lot_id: _take_in(fold, lot, cause) for lot in other.lots}
    for currency, debt in other.debts.items():
        _owe(fold, currency, debt, "transfer_in", cause)
    if past is not None and past.lacking:
        fold.lacking = True
        other = _correct(fold, event, other, past, arrived)
    _add_counters(fold.state, other)
    for tiers in programme.structures:
        own, theirs = fold.state.standing_in(tiers.key), other.standing_in(tiers.key)
        _move(fold, event, tiers.key, _higher(tiers, own, theirs))
    if past is not None:
        _remember(fold, past, arrived)
        catch_up(fold, event, repeated=past.repeated)
    fold.finish(programme, event, cause)


def _take_in(fold: Fold, lot: Lot, cause: Cause) -> Lot:
    opened = _open_again(fold, lot, cause)
    fold.books.put(opened.lot_id, lot.remaining)
    fold.books.post("transfer_in", lot.currency, opened.lot_id, lot.remaining, cause)
    return opened


def _open_again(fold: Fold, lot: Lot, cause: Cause) -> Lot:
    return fold.books.open_lot(
        lot.currency,
        lot.activates_at,
        lot.expires_at,
        cause,
        lot.inactive,
        f"merged {lot.lot_id}",
        lot.opened_at,
    )


def _owe(fold: Fold, currency: str, units: int, kind: PostingKind, cause: Cause) -> None:
    """Change the debt by ``units``."""
    fold.books.post(kind, currency, None, -units, cause)
    debt = fold.state.debts.pop(currency, 0) + units
    if debt:
        fold.state.debts[currency] = debt


def _correct(
    fold: Fold, event: Event, then: MemberState, past: Fold, arrived: dict[str, Lot]
) -> MemberState:
    """Bring what the duplicate handed over in line with what it would have had without what is
    withdrawn; answers that state.  Lots that only now are there join ``arrived``."""
    advance(past.programmes, past.state, past.books, past.moves, event.occurred_at)
    now = state_from_json(state_to_json(past.state))
    cause = cause_of(event, reason={"withdrawn": True})
    held = {lot.lot_id: lot.remaining for lot in then.lots}
    for lot in now.lots:
        if lot.lot_id not in arrived:
            arrived[lot.lot_id] = _open_again(fold, lot, cause)
        held[lot.lot_id] = held.get(lot.lot_id, 0) - lot.remaining
    for lot_id, less in held.items():
        if less:
            here = arrived[lot_id]
            fold.books.put(here.lot_id, -less)
            fold.books.post("reverse", here.currency, here.lot_id, -less, cause)
    for currency in {**then.debts, **now.debts}:
        more = now.debts.get(currency, 0) - then.debts.get(currency, 0)
        if more:
            _owe(fold, currency, more, "reverse", cause)
    return now


def _add_counters(state: MemberState, other: MemberState) -> None:
    for metric, days in other.credits.items():
        merged = dict(state.credits.get(metric, {}))
        for day, units in days.items():
            merged[day] = merged.get(day, 0) + units
        state.credits[metric] = merged
    for limit, periods in other.usage.items():
        used = dict(state.usage.get(limit, {}))
        for key, (times, units) in periods.items():
            before_times, before_units = used.get(key, (0, 0))
            used[key] = [before_times + times, before_units + units]
        state.usage[limit] = used
    for currency, earned in other.earned.items():
        state.earned[currency] = state.earned.get(currency, 0) + earned
    for kind, latest in other.activity.items():
        state.activity[kind] = max(latest, state.activity.get(kind, latest))
    state.attributes = {**other.attributes, **state.attributes}
    state.plan = later_of(state.plan, other.plan)
    state.referred = state.referred or other.referred
    state.void_chances += other.void_chances
    state.spent += other.spent
    state.purchases += other.purchases
    state.visits += other.visits
    state.latest_visit_day = max(state.latest_visit_day, other.latest_visit_day)
    if other.enrolled_at is not None:
        state.enrolled_at = min(other.enrolled_at, state.enrolled_at or other.enrolled_at)


def _higher(tiers: Tiers, own: TierStanding, other: TierStanding) -> TierStanding:
    """The higher tier with its validity; of equal ones the one that is held longer."""

    def place(standing: TierStanding) -> tuple[int, int]:
        return rank_of(tiers, standing.tier), standing.valid_until

    best = max(own, other, key=place)
    return replace(
        best,
        floor=max(own.floor, other.floor, key=lambda tier: rank_of(tiers, tier)),
        highest=max(own.highest, other.highest, key=lambda tier: rank_of(tiers, tier)),
        rises=best.rises if best is own else (),
    )


def _move(fold: Fold, event: Event, structure: str, standing: TierStanding) -> None:
    before = fold.state.standing_in(structure)
    if standing.tier != before.tier:
        until = standing.valid_until
        fold.moves.append(
            TierMove(
                at=event.occurred_at,
                from_tier=before.tier,
                to_tier=standing.tier,
                cause="by_hand",
                event_id=event.event_id,
                valid_until=None if until == FAR_FUTURE else until,
                structure=structure,
            )
        )
    fold.state.stand_in(structure, standing)


def _remember(fold: Fold, past: Fold, arrived: dict[str, Lot]) -> None:
    """Know the duplicate's purchases and spendings, with their lots under the new ids."""

    def taken(spent: Spent) -> Spent:
        takes = [
            Take(
                take.lot if take.lot is None else arrived.get(take.lot.lot_id, take.lot), take.units
            )
            for take in spent.takes
        ]
        return Spent(spent.currency, takes, spent.undone, spent.at)

    records: list[PurchaseRecord] = list(fold.purchases.values())
    for record in past.purchases.values():
        record.lots = {
            currency: [arrived[lot].lot_id if lot in arrived else lot for lot in lots]
            for currency, lots in record.lots.items()
        }
        record.points_paid = [taken(spent) for spent in record.points_paid]
        records.append(record)
    records.sort(key=lambda record: record.event.order_key)
    fold.purchases = {record.event.key: record for record in records}
    fold.spent |= {key: taken(spent) for key, spent in past.spent.items()}
    fold.repeated |= past.repeated
    fold.activities = sorted(fold.activities + past.activities, key=lambda activity: activity[1])
    fold.books.foreign |= past.books.foreign
    fold.books.foreign |= {
        lot_id: lot for lot_id, lot in past.books.headers.items() if lot_id not in arrived
    }
    for lot_id, units in past.books.expired.items():
        fold.books.expired[lot_id] = fold.books.expired.get(lot_id, 0) + units
