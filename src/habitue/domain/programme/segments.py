"""Segments: conditions on the member under a name of their own, which rules and rewards reuse.

Invariants.  A segment asks for facts of the member alone, so that it means the same whatever
happens to them; it is asked at the event, like everything else, and names no other segment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from habitue.domain.programme.conditions import parse_condition, parse_tree
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.moments import Condition
from habitue.domain.programme.parts import Label, Part
from habitue.domain.programme.trees import Leaf, Node

_OF_MEMBER = "member."


class SegmentPart(Part):
    """One segment as it stands in the document."""

    name: Label | None = None
    when: Any


def build_segments(
    parts: Mapping[str, SegmentPart], *, vocabulary: Vocabulary, faults: Faults
) -> dict[str, Condition]:
    """The conditions of the segments by their names."""
    alone = replace(vocabulary, segments={}, rules={})
    built: dict[str, Condition] = {}
    for code, part in sorted(parts.items()):
        path = f"segments.{code}.when"
        condition = parse_condition(part.when, path=path, vocabulary=alone, faults=faults)
        if condition is None:
            continue
        node = parse_tree(part.when, path=path, vocabulary=alone, faults=Faults())
        for name in sorted({leaf.field for leaf in _leaves(node)}):
            if not name.startswith(_OF_MEMBER):
                remedy = f"Remove {name}: a segment asks for facts of the member alone."
                faults.add(path, part.when, "does_not_fit", remedy)
        built[code] = condition
    return built


def _leaves(node: Node | None) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif node is not None:
        for part in node.parts:
            yield from _leaves(part)
