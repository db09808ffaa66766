"""Events about what a member did who is only about to join by a merge (SEMANTICS 34).

A return of what a duplicate bought may have happened before the merge and arrive after it.  It is
the survivor's then, and stands in their history before the purchase is there: it waits, and takes
effect with the merge.  Where no merge brings what it is about (it was undone since), it has none.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from habitue.domain.engine.folding import Fold
from habitue.domain.engine.restoring import confirm, give_again
from habitue.domain.engine.returning import return_late
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Return, Undo


def catch_up(fold: Fold, merge: Event, *, repeated: AbstractSet[str]) -> None:
    """Apply what waited for what the merge has brought; what was ``repeated`` for the duplicate
    counts already."""
    waiting, fold.waiting = fold.waiting, []
    strict, fold.strict = fold.strict, fold.asked
    for event in waiting:
        if event.root in repeated:
            continue
        if not _is_known(fold, event):
            fold.waiting.append(event)
        elif isinstance(event.body, Undo):
            give_again(fold, replace(event, occurred_at=merge.occurred_at))
        elif isinstance(event.body, Return):
            return_late(fold, event, merge)
        else:
            confirm(fold, replace(event, occurred_at=merge.occurred_at))
    fold.strict = strict


def _is_known(fold: Fold, event: Event) -> bool:
    """Whether what the event is about is there, and came before it; a return that came before its
    purchase is told so by its own check."""
    if event.reference is None:
        return False
    if isinstance(event.body, Undo):
        spent = fold.spent.get(event.reference)
        return spent is not None and spent.at <= event.occurred_at
    record = fold.purchases.get(event.reference)
    if record is None:
        return False
    return isinstance(event.body, Return) or record.event.occurred_at <= event.occurred_at


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
