"""Drafts of programmes: the states that one goes through, and what may be done in each.

A draft is written (``open``), offered for review, approved or sent back, and in the end scheduled
or withdrawn.  Whatever changes its document opens it again: what was approved is one revision, and
no approval covers another one.  A withdrawn draft stays readable, and cannot be changed.  One that
was scheduled can be opened again where its version is called off before it takes effect.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from habitue.domain.errors import Code, Refusal


class State(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    OFFERED = "offered"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    SCHEDULED = "scheduled"
    WITHDRAWN = "withdrawn"


class Deed(StrEnum):
    """What is done with a draft."""

    CHANGE = "change"
    OFFER = "offer"
    REVIEW = "review"
    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"


_WRITABLE: Final = frozenset({State.OPEN, State.OFFERED, State.APPROVED, State.SENT_BACK})
_ALLOWED: Final = {
    Deed.CHANGE: _WRITABLE,
    Deed.OFFER: frozenset({State.OPEN, State.SENT_BACK}),
    Deed.REVIEW: frozenset({State.OFFERED}),
    Deed.SCHEDULE: _WRITABLE,
    Deed.WITHDRAW: _WRITABLE,
}


def allows(state: State, deed: Deed) -> bool:
    """Whether a draft in this state takes the deed."""
    return state in _ALLOWED[deed]


def check_deed(state: State, deed: Deed) -> None:
    """Refuse (``DRAFT_NOT_OPEN``) a deed that the state of the draft does not take."""
    if not allows(state, deed):
        raise Refusal(Code.DRAFT_NOT_OPEN, "draft", value=state.value)


def may_approve(
    person: object,
    *,
    reviewers: Collection[object],
    writers: Collection[object],
    latest_writer: object,
) -> bool:
    """Whether somebody may approve a draft.

    ``reviewers`` are all who could approve one, ``writers`` all who wrote this one.  Whoever wrote
    nothing of it comes first; where everybody wrote, whoever did not write what it says now; and
    where there is one person only, that person.
    """
    if person not in reviewers:
        return False
    unbiased = set(reviewers) - set(writers)
    if unbiased:
        return person in unbiased
    others = set(reviewers) - {latest_writer}
    return person in others if others else True
