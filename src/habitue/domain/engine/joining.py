"""Closed clubs: who has not joined one is given nothing by it.

Invariants.
* Who is inside follows from the enrolments in business order, never from their arrival: a late
  enrolment gives what the purchases after it would have earned (SEMANTICS 1).
* Everything is counted all the same.  A return therefore takes back exactly what its purchase
  counted, whether the member joined before, between or after; and who joins stands at once in the
  tier that their purchases lead to.
* What a member holds is theirs: spending and expiry ask nobody whether they have joined.
"""

from __future__ import annotations

from habitue.domain.engine.types import MemberState
from habitue.domain.programme.model import Programme


def is_outside(programme: Programme, state: MemberState) -> bool:
    """Whether the programme is closed and the member has not joined it."""
    return programme.joining != "open" and state.enrolled_at is None
