"""What a document changes, in words: rule by rule, what was said and what is said now.

It is read off the two rule sheets, so whatever a sheet says of a document is told here too, and in
the same words.  What no sheet says (the priority of a rule) is left to whoever compares fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.sheet import Section, rule_sheet
from habitue.kit.instants import Instant

# They follow from the rest, or say what every programme's sheet says.
_LEFT_OUT: Final = frozenset({"examples", "till"})


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that changed: in which section, its name where it has one, and the sentences that
    are no longer true, and those that are true now."""

    section: str
    heading: str
    name: str
    change: Literal["added", "removed", "changed"]
    before: tuple[str, ...]
    after: tuple[str, ...]


def told_changes(old: Lexicon, new: Lexicon, *, now: Instant) -> tuple[Told, ...]:
    """What is different for members and staff, in the order of the sheet.

    Both lexicons speak the same language; translations must be active in it.
    """
    before, after = (_sections(lexicon, now) for lexicon in (old, new))
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(told for key in keys for told in _section_changes(before.get(key), after.get(key)))


def new_to_staff(old: Lexicon, new: Lexicon, *, now: Instant) -> tuple[Told, ...]:
    """What those have to learn who know ``old``; which version it is stands in the heading."""
    return tuple(told for told in told_changes(old, new, now=now) if told.section != "version")


def _sections(lexicon: Lexicon, now: Instant) -> dict[str, Section]:
    sheet = rule_sheet(lexicon, audience="staff", now=now)
    return {one.key: one for one in sheet.sections if one.key not in _LEFT_OUT}


def _section_changes(before: Section | None, after: Section | None) -> Iterator[Told]:
    section = after or before
    assert section is not None, "one of them has it"
    one, other = _items(before), _items(after)
    for name in [*other, *(name for name in one if name not in other)]:
        gone, come = _differing(one.get(name, ()), other.get(name, ()))
        if not gone and not come:
            continue
        kind: Literal["added", "removed", "changed"] = "changed"
        if name and name not in one:
            kind = "added"
        elif name and name not in other:
            kind = "removed"
        yield Told(section.key, section.heading, name, kind, gone, come)


def _items(section: Section | None) -> dict[str, tuple[str, ...]]:
    """The sentences by the name of what they are about; things of one name stand together."""
    items: dict[str, tuple[str, ...]] = {}
    for item in () if section is None else section.items:
        items[item.name] = (*items.get(item.name, ()), *item.sentences)
    return items


def _differing(one: Sequence[str], other: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences that only one side has, in their order."""
    return _without(one, other), _without(other, one)


def _without(sentences: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    left = Counter(known)
    found: list[str] = []
    for sentence in sentences:
        if left[sentence]:
            left[sentence] -= 1
        else:
            found.append(sentence)
    return tuple(found)
