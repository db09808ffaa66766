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
from habitue.domain.programme.model import Programme, Tiers
from habitue.kit.instants import Instant, local_day


@dataclass(frozen=True, slots=True)
class Foresight:
    """One member in one structure of tiers: the tier ``before`` and the one ``after`` the version
    took effect, and whether what the member has in the window of today would keep the tier at an
    end, by the version in force (``kept``) and by the other (``keeps``).  ``structure`` is the key
    of the structure, empty for the main one."""

    structure: str
    before: str
    after: str
    kept: bool
    keeps: bool


def foresee_tiers(
    programmes: Mapping[int, Programme],
    current: Programme,
    draft: Programme,
    state: MemberState,
    at: Instant,
) -> list[Foresight]:
    """What would become of a member if ``draft`` took effect at ``at`` in place of ``current``: in
    the main structure of tiers, and in the further ones that either of them has.

    ``programmes`` are the versions under which time passes up to then.  The state is not changed.
    """
    now = advance(programmes, state, max(at, state.horizon))
    mine, others = _by_key(current), _by_key(draft)
    found = []
    for key in sorted({"", *mine, *others}):
        own, other = mine.get(key), others.get(key)
        before = now.standing_in(key).tier
        found.append(
            Foresight(
                key,
                before if _knows(own, before) else "",
                _risen(draft, other, now, at),
                kept=_keeps(current, own, now, before, at),
                keeps=_keeps(draft, other, now, before, at),
            )
        )
    return found


def _by_key(programme: Programme) -> dict[str, Tiers]:
    return {tiers.key: tiers for tiers in programme.structures}


def _risen(draft: Programme, tiers: Tiers | None, now: MemberState, at: Instant) -> str:
    """The tier in which the member would find themselves; one that is no more is none."""
    if tiers is None:
        return ""
    ladder = Ladder(draft, tiers, now.copy(), [])
    ladder.rise(at=at, day=local_day(at, draft.zone), event_id="")
    return ladder.standing.tier if _knows(tiers, ladder.standing.tier) else ""


def _knows(tiers: Tiers | None, tier: str) -> bool:
    return tiers is not None and tier in tiers.ranks


def _keeps(
    programme: Programme, tiers: Tiers | None, state: MemberState, tier: str, at: Instant
) -> bool:
    if tiers is None or not _knows(tiers, tier):
        return False
    rank = rank_of(tiers, tier)
    floor = rank_of(tiers, state.standing_in(tiers.key).floor)
    values = values_at(programme, tiers, state, local_day(at, programme.zone))
    return tiers.valid is None or rank <= floor or kept_rank(tiers, values, rank) == rank
