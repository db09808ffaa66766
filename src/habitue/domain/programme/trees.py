"""Trees of comparisons, and what is made of them: closures that judge, and explanations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from habitue.domain.programme.comparisons import Comparison
from habitue.domain.programme.kinds import Kind
from habitue.domain.programme.moments import Seen


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison.

    ``holds`` judges the subject (a moment, or a line), ``see`` shows what it saw there.  ``kind``
    and ``comparison`` are set where one value of the subject is compared, for the static checks;
    ``optional`` says that the value may be absent; ``needs_lines`` that only a purchase has it.
    """

    field: str
    asked: str
    holds: Callable[[Any], bool]
    see: Callable[[Any], str]
    kind: Kind | None = None
    comparison: Comparison | None = None
    optional: bool = False
    needs_lines: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """``all`` of the parts, ``any`` of them, or ``not`` its only part."""

    word: Literal["all", "any", "not"]
    parts: tuple[Node, ...]


Node: TypeAlias = Leaf | Branch


def compare(field: str, kind: Kind, get: Callable[[Any], Any], comparison: Comparison) -> Leaf:
    """A leaf that compares what ``get`` reads from the subject (``None``: nothing there)."""
    test, absent = comparison.test, comparison.absent

    def holds(subject: Any) -> bool:
        value = get(subject)
        return absent if value is None else test(value)

    def see(subject: Any) -> str:
        value = get(subject)
        return "nothing" if value is None else kind.show(value)

    return Leaf(field, comparison.asked, holds, see, kind, comparison)


def judge(node: Node) -> Callable[[Any], bool]:
    """The closure that says whether a tree holds for a subject."""
    if isinstance(node, Leaf):
        return node.holds
    judges = tuple(judge(part) for part in node.parts)
    first = judges[0]
    if node.word == "not":
        return lambda subject: not first(subject)
    if len(judges) == 1:
        return first
    if node.word == "any":
        return lambda subject: any(one(subject) for one in judges)
    if len(judges) == 2:
        second = judges[1]
        return lambda subject: first(subject) and second(subject)
    return lambda subject: all(one(subject) for one in judges)


def explain(node: Node) -> Callable[[Any], list[Seen]]:
    """The closure that lists every comparison of a tree with what it saw.

    Under a ``not`` the opposite is asked, so that ``held`` always speaks for the whole.
    """
    leaves = tuple(
        (leaf.field, f"not ({leaf.asked})" if negated else leaf.asked, leaf, negated)
        for leaf, negated in _leaves(node, negated=False)
    )

    def seen(subject: Any) -> list[Seen]:
        return [
            Seen(field, asked, leaf.see(subject), leaf.holds(subject) != negated)
            for field, asked, leaf, negated in leaves
        ]

    return seen


def _leaves(node: Node, *, negated: bool) -> list[tuple[Leaf, bool]]:
    if isinstance(node, Leaf):
        return [(node, negated)]
    turned = negated != (node.word == "not")
    return [pair for part in node.parts for pair in _leaves(part, negated=turned)]


def describe(node: Node) -> str:
    """The tree in one line, for explanations and outlines."""
    if isinstance(node, Leaf):
        return f"{node.field}: {node.asked}"
    if node.word == "not":
        return f"not ({describe(node.parts[0])})"
    texts = [
        f"({describe(part)})" if isinstance(part, Branch) and part.word != "not" else describe(part)
        for part in node.parts
    ]
    return (" and " if node.word == "all" else " or ").join(texts)
