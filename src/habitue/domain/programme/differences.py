"""What changed from one document to another: currency by currency, rule by rule, tier by tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from habitue.domain.programme.canonical import plain_document

# Sections whose entries have names of their own; the others are compared field by field.
_NAMED = (
    *("points", "earn", "tiers", "campaigns", "stacking", "words"),
    *("attributes", "member_attributes", "segments", "discounts", "plans"),
    *("challenges", "contributions", "partners"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One change at ``path``: an entry ``added`` or ``removed``, or a field ``changed``.

    ``before`` and ``after`` are plain JSON data; ``None`` where there is nothing.
    """

    path: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "path": self.path,
            "change": self.change,
            "before": self.before,
            "after": self.after,
        }


def diff_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The differences from ``old`` to ``new``, in the order of their paths.

    Values are compared as they are written, after decimals became texts: ``1.0`` and ``1.00``
    differ, though they mean the same.
    """
    before, after = plain_document(old), plain_document(new)
    differences: list[Difference] = []
    for section in sorted({*before, *after}):
        one, other = before.get(section) or {}, after.get(section) or {}
        if section in _NAMED and isinstance(one, Mapping) and isinstance(other, Mapping):
            for name in sorted({*one, *other}):
                _compare(f"{section}.{name}", one, other, name, differences)
        else:
            _compare(section, before, after, section, differences)
    return differences


def _compare(
    path: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    name: str,
    differences: list[Difference],
) -> None:
    """Compare one entry; an entry that only one side has is told as a whole."""
    one, other = before.get(name), after.get(name)
    if name not in before:
        differences.append(Difference(path, "added", None, other))
    elif name not in after:
        differences.append(Difference(path, "removed", one, None))
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        for inner in sorted({*one, *other}):
            _compare(f"{path}.{inner}", one, other, inner, differences)
    elif one != other or type(one) is not type(other):
        differences.append(Difference(path, "changed", one, other))
