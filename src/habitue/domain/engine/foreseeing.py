"""Who would move if another version took effect: asked before anybody moves (SEMANTICS 30).

A version that takes effect changes no state.  A member rises the next time that something happens,
even if it is only that time is booked; a tier is held to the end of its validity whatever a
document says, and then needs what the version in force says.  Both are asked of the engine here,
with the member as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from habitue.domain.engine.deciding import advance
from habitue.domain.engine.tiers import Ladder, kept_rank, rank_of, values_at
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, local_day


@dataclass(frozen=True, slots=True)
class Foresight:
    """One member: the tier ``before`` and the one ``after`` the version took effect, and whether
    what the member has in the window of today would keep the tier at an end, by the version in
    force (``kept``) and by the other (``keeps``)."""

    before: str
    after: str
    kept: bool
    keeps: bool


def foresee_tier(
    programmes: Mapping[int, Programme],
    current: Programme,
    draft: Programme,
    state: MemberState,
    at: Instant,
) -> Foresight:
    """What would become of a member if ``draft`` took effect at ``at`` in place of ``current``.

    ``programmes`` are the versions under which time passes up to then.  The state is not changed.
    """
    standing = advance(programmes, state, max(at, state.horizon))
    before = standing.standing.tier
    after = _risen(draft, standing, at)
    return Foresight(
        before if _knows(current, before) else "",
        after,
        kept=_keeps(current, standing, before, at),
        keeps=_keeps(draft, standing, before, at),
    )


def _risen(draft: Programme, standing: MemberState, at: Instant) -> str:
    """The tier in which the member would find themselves; one that is no more is none."""
    if draft.tiers is None:
        return ""
    state = standing.copy()
    Ladder(draft, draft.tiers, state, []).rise(at=at, day=local_day(at, draft.zone), event_id="")
    return state.standing.tier if _knows(draft, state.standing.tier) else ""


def _knows(programme: Programme, tier: str) -> bool:
    return programme.tiers is not None and rank_of(programme.tiers, tier) >= 0


def _keeps(programme: Programme, state: MemberState, tier: str, at: Instant) -> bool:
    tiers = programme.tiers
    if tiers is None or not _knows(programme, tier):
        return False
    rank = rank_of(tiers, tier)
    floor = rank_of(tiers, state.standing.floor)
    values = values_at(programme, tiers, state, local_day(at, programme.zone))
    return tiers.valid is None or rank <= floor or kept_rank(tiers, values, rank) == rank
