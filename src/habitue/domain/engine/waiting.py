"""Events about what a member did who is only about to join by a merge (SEMANTICS 34).

A return of what a duplicate bought may have happened before the merge and arrive after it.  It is
the survivor's then, and stands in their history before the purchase is there: it waits, and takes
effect with the merge.  Where no merge brings what it is about (it was undone since), it has none.
"""

from __future__ import annotations

from dataclasses import replace

from habitue.domain.engine.folding import Fold
from habitue.domain.engine.restoring import confirm, give_again
from habitue.domain.engine.returning import return_late
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Return, Undo


def catch_up(fold: Fold, merge: Event) -> None:
    """Apply what waited for what the merge has brought; what was repeated there counts already."""
    waiting, fold.waiting = fold.waiting, []
    strict, fold.strict = fold.strict, fold.asked
    for event in waiting:
        if event.root in fold.repeated:
            continue
        if isinstance(event.body, Undo):
            if event.body.redemption in fold.spent:
                give_again(fold, replace(event, occurred_at=merge.occurred_at))
                continue
        elif event.reference in fold.purchases:
            if isinstance(event.body, Return):
                return_late(fold, event, merge)
            else:
                confirm(fold, replace(event, occurred_at=merge.occurred_at))
            continue
        fold.waiting.append(event)
    fold.strict = strict


def refuse_unknown(fold: Fold, event: Event) -> None:
    """Refuse an event that nothing in the whole history is what it is about."""
    if not any(one.event_id == event.event_id for one in fold.waiting):
        return
    key = event.reference
    assert key is not None, "only what is about something waits"
    value = f"{key.source}/{key.external_id}"
    if isinstance(event.body, Undo):
        raise Refusal(Code.UNKNOWN_EVENT, "redemption", value=value)
    raise Refusal(Code.PURCHASE_NOT_FOUND, "purchase", value=value)
