"""Contributions: reviews, shared posts, stories, photos and surveys that a colleague has approved.

Invariants.
* A contribution earns at its own instant, which is when it was sent in, by the rules of then.
* A withdrawn one is not folded at all: everything stands as if it had not been, whatever came
  before, between or after (SEMANTICS 1).  What was spent meanwhile stays spent; the shortfall
  follows the policy for negative balances (15).
* What is about a product, a purchase or anything counts once where the programme says so, also
  across a merge (34); a withdrawn one leaves its place to another.

Only the event that is being decided is ever refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from habitue.domain.engine.folding import Fold, apply_earning_event
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Contribution, Event, EventKey, Purchase, Withdrawal
from habitue.domain.programme.contributions import ContributionKind
from habitue.domain.programme.model import Programme


def apply_contribution(fold: Fold, event: Event) -> None:
    """A contribution: the rules are asked what it earns.

    Raises ``UNKNOWN_CONTRIBUTION`` for a kind that the programme does not take, ``MISSING_FIELD``
    where it does not say what it is about, and ``CONTRIBUTION_NOT_COMPLETE``.
    """
    body = event.body
    assert isinstance(body, Contribution), "only contributions are applied here"
    if fold.is_strict(event):
        check_complete(kind_of(fold.programme_of(event), body.contribution), body)
    apply_earning_event(fold, event)


def kind_of(programme: Programme, code: str) -> ContributionKind:
    """What the programme says of a kind; raises ``UNKNOWN_CONTRIBUTION`` where it takes none."""
    kind = programme.contributions.get(code)
    if kind is None:
        raise Refusal(
            Code.UNKNOWN_CONTRIBUTION, "contribution", value=code[:80], programme=programme.code
        )
    return kind


def check_complete(kind: ContributionKind, body: Contribution) -> None:
    """Refuse what lacks something that the programme asks for."""
    if kind.about == "product" and body.product is None:
        raise Refusal(Code.MISSING_FIELD, "product")
    if kind.about == "purchase" and body.purchase is None:
        raise Refusal(Code.MISSING_FIELD, "purchase")
    lacking = ""
    if body.length < kind.text:
        lacking = "text"
    elif kind.link and not body.link:
        lacking = "link"
    elif kind.picture and not body.picture:
        lacking = "picture"
    if lacking:
        least = {"limit": kind.text} if lacking == "text" else {}
        raise Refusal(Code.CONTRIBUTION_NOT_COMPLETE, lacking, value=kind.contribution, **least)


def refuse_contribution(known: Sequence[Event], event: Event, programme: Programme) -> None:
    """Refuse what is about a purchase that is not the member's (``PURCHASE_NOT_FOUND``), and what
    counts once and is there (``ALREADY_CONTRIBUTED``); ``known`` are the events of the member and
    of those merged into them."""
    body = event.body
    assert isinstance(body, Contribution), "only for contributions"
    if body.purchase is not None and not any(
        one.key == body.purchase and isinstance(one.body, Purchase) for one in known
    ):
        raise Refusal(Code.PURCHASE_NOT_FOUND, "purchase", value=_shown(body.purchase))
    kind = programme.contributions.get(body.contribution)
    if kind is None or not kind.once:
        return
    gone = withdrawn_in(known)
    for one in known:
        earlier = one.body
        if isinstance(earlier, Contribution) and one.key not in gone and _same(kind, earlier, body):
            raise Refusal(
                Code.ALREADY_CONTRIBUTED, "contribution", value=body.contribution, about=kind.about
            )


def refuse_withdrawal(known: Sequence[Event], event: Event) -> Event:
    """The contribution that is withdrawn.

    Raises ``UNKNOWN_EVENT`` where there is none of that key, and ``ALREADY_WITHDRAWN``.
    """
    body = event.body
    assert isinstance(body, Withdrawal), "only for withdrawals"
    meant = next(
        (
            one
            for one in known
            if one.key == body.contribution and isinstance(one.body, Contribution)
        ),
        None,
    )
    if meant is None:
        raise Refusal(Code.UNKNOWN_EVENT, "contribution", value=_shown(body.contribution))
    if body.contribution in withdrawn_in(known):
        raise Refusal(Code.ALREADY_WITHDRAWN, "contribution", value=_shown(body.contribution))
    return meant


def withdrawn_in(events: Iterable[Event]) -> frozenset[EventKey]:
    """The contributions that these events withdraw."""
    return frozenset(
        event.body.contribution for event in events if isinstance(event.body, Withdrawal)
    )


def _same(kind: ContributionKind, earlier: Contribution, body: Contribution) -> bool:
    """Whether two contributions are the same one, of which only one counts."""
    if earlier.contribution != body.contribution:
        return False
    if kind.about == "product":
        return (earlier.product or "").casefold() == (body.product or "").casefold()
    return kind.about == "anything" or earlier.purchase == body.purchase


def _shown(key: EventKey) -> str:
    return f"{key.source}/{key.external_id}"[:80]
