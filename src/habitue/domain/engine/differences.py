"""What a decision writes: the lines of an event, or the difference between two folds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from habitue.domain.engine.folding import Fold
from habitue.domain.engine.types import (
    Allotment,
    Decision,
    Draw,
    LotOpened,
    Posting,
    SharedFacts,
    TierMove,
)
from habitue.domain.events import Event
from habitue.kit.instants import Instant

_PostingKey: TypeAlias = tuple[str, str | None, str, Instant, str, int, str | None, str | None]


def decision_of(
    fold: Fold,
    event: Event,
    postings: list[Posting],
    lots: list[LotOpened],
    moves: list[TierMove],
) -> Decision:
    """The decision about an event that a fold has just taken.

    Its state is a copy where the fold goes on.
    """
    shared = fold.desk.shared
    return Decision(
        event_id=event.event_id,
        postings=postings,
        lots=lots,
        moves=moves,
        draws=[draw for draw in fold.desk.draws.values() if _is_news(shared, draw)],
        outcomes=fold.outcomes,
        state=fold.state.copy() if fold.remember else fold.state,
        line_points=fold.line_points,
        matched=fold.matched,
        portions=fold.portions,
        handed_over=fold.handed_over,
        prices=fold.prices,
    )


def _is_news(shared: SharedFacts, draw: Draw) -> bool:
    settled = shared.allotments.get((draw.event_id, draw.budget))
    if settled is None:
        return bool(draw.wanted)
    return settled != Allotment(draw.wanted, draw.granted, draw.granted_times)


def _posting_key(posting: Posting) -> _PostingKey:
    return (
        posting.currency,
        posting.lot_id,
        posting.kind,
        posting.effective_at,
        posting.event_id,
        posting.version_number,
        posting.rule,
        posting.against,
    )


def postings_between(before: Sequence[Posting], after: Sequence[Posting]) -> list[Posting]:
    """The lines that lead from one set of postings to another, in business order."""
    totals: dict[_PostingKey, int] = {}
    sample: dict[_PostingKey, Posting] = {}
    for sign, postings in ((-1, before), (1, after)):
        for posting in postings:
            key = _posting_key(posting)
            totals[key] = totals.get(key, 0) + sign * posting.amount
            sample[key] = posting
    lines = [replace(sample[key], amount=amount) for key, amount in totals.items() if amount]
    lines.sort(key=lambda line: (line.effective_at, line.event_id, line.currency))
    return lines


def lots_opened(before: Sequence[LotOpened], after: Sequence[LotOpened]) -> list[LotOpened]:
    """The lots that stand only in the second list."""
    known = {lot.lot_id for lot in before}
    return [lot for lot in after if lot.lot_id not in known]


def moves_between(before: Sequence[TierMove], after: Sequence[TierMove]) -> list[TierMove]:
    """The moves that lead from one list to the other; those taken back have the sign -1."""
    count = Counter(after)
    count.subtract(Counter(before))
    moves: list[TierMove] = []
    for move, times in count.items():
        sign = 1 if times > 0 else -1
        moves.extend([replace(move, sign=sign)] * abs(times))
    moves.sort(key=lambda move: (move.at, -move.sign, move.from_tier, move.structure))
    return moves
