"""A member's state as compact JSON data, and back."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any

from habitue.domain.engine.plan_standing import NO_STANDING, PlanStanding
from habitue.domain.engine.types import NEVER_RISEN, Lot, MemberState, Rise, TierStanding

FORMAT = 1


def state_to_json(state: MemberState) -> dict[str, Any]:
    """The state as plain data; what is empty is left out."""
    plain: dict[str, Any] = {
        "format": FORMAT,
        "latest": state.latest,
        "horizon": state.horizon,
        "next_due": state.next_due,
        "lots": [
            [
                lot.lot_id,
                lot.currency,
                lot.remaining,
                lot.opened_at,
                0 if lot.activates_at == lot.opened_at else lot.activates_at,
                lot.expires_at,
                lot.inactive,
            ]
            for lot in state.lots
        ],
        "spent": state.spent,
        "purchases": state.purchases,
        "visits": state.visits,
        "latest_visit_day": state.latest_visit_day,
        "enrolled_at": state.enrolled_at,
    }
    if state.debts:
        plain["debts"] = dict(state.debts)
    credits_by_day = {
        name: list(map(list, days.items())) for name, days in state.credits.items() if days
    }
    if credits_by_day:
        plain["credits"] = credits_by_day
    usage = {
        name: [[key, *used] for key, used in periods.items()]
        for name, periods in state.usage.items()
        if periods
    }
    if usage:
        plain["usage"] = usage
    if state.earned:
        plain["earned"] = dict(state.earned)
    if state.activity:
        plain["activity"] = dict(state.activity)
    if state.attributes:
        plain["attributes"] = dict(state.attributes)
    if state.plan != NO_STANDING:
        plain["plan"] = [*astuple(state.plan)]
    if state.referred:
        plain["referred"] = True
    if state.void_chances:
        plain["void_chances"] = [list(one) for one in state.void_chances]
    if state.standing != NEVER_RISEN:
        plain["standing"] = _standing_to_json(state.standing)
    if state.beside:
        plain["beside"] = {key: _standing_to_json(place) for key, place in state.beside.items()}
    return plain


def _standing_to_json(standing: TierStanding) -> list[Any]:
    return [
        standing.tier,
        standing.since,
        standing.valid_until,
        standing.grace,
        standing.floor,
        standing.highest,
        [
            [rise.day, rise.tier, rise.since, rise.valid_until, rise.grace, rise.highest]
            for rise in standing.rises
        ],
    ]


def _standing_from_json(plain: list[Any]) -> TierStanding:
    tier, since, valid_until, grace, floor, highest, rises = plain
    climbed = tuple(Rise(*rise) for rise in rises)
    return TierStanding(tier, since, valid_until, grace, floor, highest, climbed)


def state_from_json(plain: dict[str, Any]) -> MemberState:
    """The state that ``state_to_json`` wrote; an empty mapping is the state of a newcomer."""
    if not plain:
        return MemberState()
    latest = plain["latest"]
    standing = NEVER_RISEN
    if "standing" in plain:
        standing = _standing_from_json(plain["standing"])
    beside = plain.get("beside", {})
    return MemberState(
        latest=None if latest is None else (latest[0], latest[1], latest[2], latest[3]),
        horizon=plain["horizon"],
        next_due=plain["next_due"],
        lots=[
            Lot(lot_id, currency, remaining, opened, activates or opened, expires, inactive)
            for lot_id, currency, remaining, opened, activates, expires, inactive in plain["lots"]
        ],
        debts=dict(plain.get("debts", {})),
        standing=standing,
        credits={name: dict(days) for name, days in plain.get("credits", {}).items()},
        usage={
            name: {key: [times, units] for key, times, units in periods}
            for name, periods in plain.get("usage", {}).items()
        },
        earned=dict(plain.get("earned", {})),
        spent=plain["spent"],
        purchases=plain["purchases"],
        visits=plain["visits"],
        latest_visit_day=plain["latest_visit_day"],
        activity={kind: (at, zone) for kind, (at, zone) in plain.get("activity", {}).items()},
        enrolled_at=plain["enrolled_at"],
        attributes=dict(plain.get("attributes", {})),
        plan=_plan(plain.get("plan")),
        referred=plain.get("referred", False),
        void_chances=tuple((month, root) for month, root in plain.get("void_chances", ())),
        # JSONB keeps the shorter names first, the state sorts them.
        beside={key: _standing_from_json(beside[key]) for key in sorted(beside)},
    )


def _plan(plain: list[Any] | None) -> PlanStanding:
    if plain is None:
        return NO_STANDING
    named = dict(zip((one.name for one in fields(PlanStanding)), plain, strict=True))
    return PlanStanding(**{**named, "tried": tuple(named["tried"])})
