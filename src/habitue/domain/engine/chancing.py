"""Chances that were used on a purchase of which nothing is left.

Ringing a sale up, undoing it and ringing it up again until a gift falls to it would make every
chance a certainty.  So whatever a member buys next stands in for what was taken back whole: it has
the number of that purchase, and none of its own.  A gift that was taken back falls again, and none
that did not fall ever does.  Nobody loses by it: the number is as good as any other.

Invariants.
* Who stands in for whom follows from business order, as everything of one member does.
* A number is used by one purchase at a time: what stands in takes it over, and whoever takes that
  back too passes it on.
* Months have seeds of their own, so a number is passed on within its month.
"""

from __future__ import annotations

from habitue.domain.chance import month_of
from habitue.domain.engine.context import Context
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.model import Programme


def stand_in(programme: Programme, state: MemberState, context: Context) -> None:
    """Let a purchase have the oldest number that was given up in its month."""
    if not (programme.has_chances and state.void_chances and context.drawn):
        return
    month = month_of(context.occurred_at, programme.zone)
    left = [one for one in state.void_chances if one[0] >= month]
    given_up = next((one for one in left if one[0] == month), None)
    if given_up is not None:
        context.root = given_up[1]
        left.remove(given_up)
    state.void_chances = tuple(left)


def give_up(programme: Programme, state: MemberState, context: Context) -> None:
    """Keep the number of a purchase of which nothing is left."""
    if programme.has_chances and context.drawn:
        month = month_of(context.occurred_at, programme.zone)
        state.void_chances = (*state.void_chances, (month, context.root))
