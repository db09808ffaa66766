"""Whether a condition can hold at all: comparisons of one value that exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from habitue.domain.programme.comparisons import candidates, too_long_to_try
from habitue.domain.programme.trees import Branch, Leaf, Node

# Conditions that need more attempts, or a longer chain of them, are taken as possible.
_MOST_STEPS = 5_000
_DEEPEST = 120

# By field, the comparisons that shall hold together, each perhaps negated.
Chosen: TypeAlias = Mapping[str, tuple[tuple[Leaf, bool], ...]]


@dataclass(slots=True)
class _Search:
    """Looks for one way in which a tree can hold.

    ``constant`` says of a leaf what it always is, where that is known (else ``None``).
    """

    constant: Callable[[Leaf], bool | None]
    steps: int = 0

    def possible(
        self,
        waiting: Sequence[tuple[Node, bool]],
        chosen: Chosen,
        depth: int = 0,
    ) -> bool:
        """Whether all that waits can hold together with what was chosen (each perhaps negated)."""
        self.steps += 1
        if not waiting or depth > _DEEPEST or self.steps > _MOST_STEPS:
            return True
        (node, negated), rest = waiting[0], waiting[1:]
        if isinstance(node, Leaf):
            together = self._together(node, chosen, negated=negated)
            return together is not None and self.possible(rest, together, depth + 1)
        turned = negated != (node.word == "not")
        parts = [(part, turned) for part in node.parts]
        if node.word == "not" or (node.word == "all") != negated:
            return self.possible([*parts, *rest], chosen, depth + 1)
        return any(self.possible([part, *rest], chosen, depth + 1) for part in parts)

    def _together(self, leaf: Leaf, chosen: Chosen, *, negated: bool) -> Chosen | None:
        """What was chosen with one comparison more; ``None`` where they exclude each other."""
        known = self.constant(leaf)
        if known is not None:
            return chosen if known != negated else None
        if leaf.kind is None:
            return chosen
        together = (*chosen.get(leaf.field, ()), (leaf, negated))
        return {**chosen, leaf.field: together} if _compatible(together) else None


def _compatible(leaves: Sequence[tuple[Leaf, bool]]) -> bool:
    """Whether one value meets all comparisons of a field."""
    first = leaves[0][0]
    comparisons = [leaf.comparison for leaf, _ in leaves if leaf.comparison is not None]
    if first.kind is None or too_long_to_try(comparisons):
        return True
    return any(
        all(_meets(leaf, value) != negated for leaf, negated in leaves)
        for value in candidates(first.kind, comparisons, optional=first.optional)
    )


def _meets(leaf: Leaf, value: Any) -> bool:
    assert leaf.comparison is not None
    return leaf.comparison.absent if value is None else leaf.comparison.test(value)


class _NoBasket:
    """What a condition sees of the lines of an event that has none."""

    lines: tuple[()] = ()
    basket_amount = 0


def can_hold(node: Node, *, has_lines: bool) -> bool:
    """Whether any event can meet the condition, as far as single fields can tell.

    ``has_lines``: the rule is asked about purchases; other events have no lines at all.  A false
    answer is certain; a true one may be wrong.
    """

    def constant(leaf: Leaf) -> bool | None:
        if has_lines or not leaf.needs_lines:
            return None
        return leaf.holds(_NoBasket)

    return _Search(constant).possible([(node, False)], {})


def leaves_of(node: Node) -> list[Leaf]:
    """All comparisons of a tree."""
    if isinstance(node, Branch):
        return [leaf for part in node.parts for leaf in leaves_of(part)]
    return [node]
