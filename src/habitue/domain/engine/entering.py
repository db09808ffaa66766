"""Entries in draws that were bought: a reward gives one, its undoing takes it back.

Entries that rules give are earned, capped and returned as points are, and need nothing of this.
Once the draw is over an entry is gone with its lot, and an undoing finds nothing to take.
"""

from __future__ import annotations

from habitue.domain.engine.folding import Fold, cause_of
from habitue.domain.engine.lots import Cause
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event
from habitue.domain.programme.draw_model import Draw
from habitue.domain.programme.model import Programme, Reward

REWARD_RULE = "reward:"


def draw_of(programme: Programme, reward: Reward) -> Draw | None:
    """The draw in which a reward gives an entry, where the document runs it."""
    gift = reward.gift
    return programme.draws.get(gift.value) if gift.kind == "draw_entry" else None


def enter(fold: Fold, programme: Programme, event: Event, draw: Draw, reward: Reward) -> None:
    """One entry for a reward that was just taken.

    Raises ``REWARD_LIMIT_REACHED`` where the member holds as many entries as anybody may.
    """
    books = fold.books
    if fold.is_strict(event) and draw.most_per_member is not None:
        held = sum(lot.remaining for lot in fold.state.lots if lot.currency == draw.currency)
        if held >= draw.most_per_member:
            limit = draw.most_per_member
            raise Refusal(Code.REWARD_LIMIT_REACHED, "reward", value=reward.reward, limit=limit)
    cause = _cause(event, reward)
    currency = programme.points[draw.currency]
    lot = books.open_earned_lot(currency, event.zone, cause, name="entry")
    books.put(lot.lot_id, 1)
    books.post("earn", draw.currency, lot.lot_id, 1, cause)


def withdraw(fold: Fold, event: Event, draw: Draw, reward: Reward) -> None:
    """Take the entry back, as long as one can enter."""
    held = [lot for lot in fold.state.lots if lot.currency == draw.currency and lot.remaining]
    if held:
        fold.books.take_from(held[-1], 1, "reverse", _cause(event, reward))


def _cause(event: Event, reward: Reward) -> Cause:
    return cause_of(event, rule=f"{REWARD_RULE}{reward.reward}")
