"""Rules that never count, because another one always does.

The engine lets willing rules settle it: groups choose first, then the first chosen rule that stops
cuts off what stands after it, and the groups choose again among the rest.

* ``shadowed``: an earlier rule is willing wherever this one is (``Asked.covers``), and either both
  are in one group of which only the first counts, or the earlier one stops and no group can silence
  it.  Whatever cuts off the earlier rule cuts off the later one too, so this is certain.
* ``same_condition``: the same in a ``first`` group, but with equal priority and each covering the
  other: only their ids decide, which nobody meant.
* ``never_best``: another rule of a ``best`` group is willing wherever this one is and gives at
  least as much of the same points for the same lines (fixed against fixed, rate against rate,
  factor against factor); of equal ones the earlier counts.  A best group ignores caps.

Every pair has an example: an event on which both are willing, and the engine's word for who lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, islice
from typing import Any

from habitue.domain.programme.checks.asking import Asked, Subject
from habitue.domain.programme.checks.formulas import ALWAYS, Formula
from habitue.domain.programme.checks.search import Wish
from habitue.domain.programme.checks.stories import run, scenes
from habitue.domain.programme.model import Fixed, Rate

# Larger documents are compared as far as this, and no further.
_MOST_PAIRS = 3_000


def check_shadowed(subject: Subject) -> None:
    """Compare the rules that may stand in each other's way."""
    found: set[str] = set()
    for earlier, later in islice(_pairs(subject), _MOST_PAIRS):
        for loser, winner, problem in _loser(subject, earlier, later):
            if loser.rule.rule in found:
                continue
            found.add(loser.rule.rule)
            remedy = _remedy(problem, winner, loser)
            path = f"earn.{loser.rule.rule}"
            subject.warn(path, "", problem, remedy, _example(subject, winner, loser))


def _pairs(subject: Subject) -> Iterator[tuple[Asked, Asked]]:
    for earlier, later in combinations(subject.asked, 2):
        same_group = earlier.rule.group is not None and earlier.rule.group == later.rule.group
        if earlier.rule.on == later.rule.on and (same_group or earlier.rule.stop):
            yield earlier, later


def _loser(subject: Subject, earlier: Asked, later: Asked) -> Iterator[tuple[Asked, Asked, str]]:
    group = earlier.rule.group
    mode = "all" if group is None else subject.programme.groups[group].mode
    if earlier.rule.stop and mode == "all" and earlier.covers(later):
        yield later, earlier, "shadowed"
    elif group is None or group != later.rule.group:
        return
    elif mode == "first" and earlier.covers(later):
        equal = earlier.rule.priority == later.rule.priority and later.covers(earlier)
        yield later, earlier, "same_condition" if equal else "shadowed"
    elif mode == "best":
        mine, theirs = _worth(earlier), _worth(later)
        if mine is None or theirs is None or mine[0] != theirs[0]:
            return
        if mine[1] >= theirs[1] and earlier.covers(later):
            yield later, earlier, "never_best"
        elif mine[1] < theirs[1] and later.covers(earlier):
            yield earlier, later, "never_best"


def _worth(asked: Asked) -> tuple[tuple[str, str, Formula], Fraction] | None:
    """What a best group compares, as far as the document settles it: its measure, and how much."""
    rule = asked.rule
    if rule.multiply is not None:
        return ("times", rule.multiplied_currency or "", asked.line), rule.multiply
    if len(rule.gives) != 1:
        return None
    [give] = rule.gives
    if isinstance(give, Rate):
        if not give.per:
            return None
        return ("rate", give.currency, asked.line), give.units / give.per
    if isinstance(give, Fixed):
        if rule.each is not None:
            return ("pieces", give.currency, asked.line), Fraction(give.units)
        return ("once", give.currency, ALWAYS), Fraction(give.units)
    return None


def _remedy(problem: str, winner: Asked, loser: Asked) -> str:
    first = winner.rule.rule
    if problem == "never_best":
        return f"Give more than {first} does, or remove the rule: {first} is never worse."
    if problem == "same_condition":
        return f"Give {loser.rule.rule} or {first} another priority or condition: both fire alike."
    return f"Raise its priority above {first}, which always comes first."


def _example(subject: Subject, winner: Asked, loser: Asked) -> Any:
    if loser.rule.on == "return":
        return None
    wishes: list[Wish] = [(loser.frame, False), (loser.firing, False)]
    at = loser.rule.starts_at
    for scene in scenes(subject, wishes, has_lines=loser.has_lines, at=at):
        told = run(subject, loser.rule.on, scene, [winner.rule.rule, loser.rule.rule])
        if told is None:
            continue
        story, decisions = told
        outcomes = {one.rule: one for one in decisions[0].outcomes}
        lost = outcomes.get(loser.rule.rule)
        if lost is not None and lost.blocked.startswith(("group ", "stopped by ")):
            return story.as_json()
    return None
