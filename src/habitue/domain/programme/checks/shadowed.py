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
  factor against factor); of equal ones the earlier counts.  A best group ignores caps.  Where the
  better one is the later one, no rule between them may stop, for that could cut it off alone.

Every pair has an example: an event on which both are willing, and the engine's word for who lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, islice
from typing import Any

from habitue.domain.programme.checks.asking import Asked, Subject
from habitue.domain.programme.checks.formulas import ALWAYS, Formula
from habitue.domain.programme.checks.trial import example_of, outcome_of, tried
from habitue.domain.programme.model import Rate

# Larger documents are compared as far as this, and no further.
_MOST_PAIRS = 3_000
_MOST_JOINED = 200
_MOST_WINNERS = 12


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
            subject.warn(path, "", problem, remedy, _example(subject, [winner], loser))
    for later in subject.asked[:_MOST_JOINED]:
        if later.rule.rule not in found:
            _check_joined(subject, later)


def _check_joined(subject: Subject, later: Asked) -> None:
    """Whether wherever the rule is willing, one of several others takes its place."""
    winners = [
        one
        for one in subject.asked[: subject.asked.index(later)]
        if one.frames(later) and _silences(subject, one, later)
    ][:_MOST_WINNERS]
    if len(winners) < 2:
        return
    wishes = [(later.frame, False), (later.firing, False)]
    if not later.can([*wishes, *((one.firing, True) for one in winners)]):
        names = ", ".join(one.rule.rule for one in winners)
        remedy = f"Raise its priority: one of {names} always comes first."
        example = _example(subject, winners, later)
        subject.warn(f"earn.{later.rule.rule}", "", "shadowed", remedy, example)


def _silences(subject: Subject, earlier: Asked, later: Asked) -> bool:
    """Whether the later rule does not count where the earlier one is willing too."""
    rule, group = earlier.rule, earlier.rule.group
    mode = "all" if group is None else subject.programme.groups[group].mode
    if mode == "first" and group == later.rule.group:
        return True
    if not rule.stop or mode == "best":
        return False
    # The first of such a group is chosen whenever it is willing.
    rivals = subject.programme.rules[: earlier.place]
    return mode == "all" or not any(one.group == group and one.on == rule.on for one in rivals)


def _pairs(subject: Subject) -> Iterator[tuple[Asked, Asked]]:
    for earlier, later in combinations(subject.asked, 2):
        same_group = earlier.rule.group is not None and earlier.rule.group == later.rule.group
        if earlier.rule.on == later.rule.on and (same_group or earlier.rule.stop):
            yield earlier, later


def _loser(subject: Subject, earlier: Asked, later: Asked) -> Iterator[tuple[Asked, Asked, str]]:
    group = earlier.rule.group
    if _silences(subject, earlier, later):
        if earlier.covers(later):
            alike = group is not None and group == later.rule.group and not earlier.rule.stop
            equal = alike and earlier.rule.priority == later.rule.priority
            same = equal and later.covers(earlier)
            yield later, earlier, "same_condition" if same else "shadowed"
    elif group is not None and group == later.rule.group:
        if subject.programme.groups[group].mode != "best":
            return
        mine, theirs = _worth(earlier), _worth(later)
        if mine is None or theirs is None or mine[0] != theirs[0]:
            return
        if mine[1] >= theirs[1] and earlier.covers(later):
            yield later, earlier, "never_best"
        elif (
            mine[1] < theirs[1]
            and not _stopped_between(subject, earlier, later)
            and later.covers(earlier)
        ):
            yield earlier, later, "never_best"


def _stopped_between(subject: Subject, earlier: Asked, later: Asked) -> bool:
    """Whether a rule between them may cut off the later one, so that the earlier one wins."""
    between = subject.programme.rules[earlier.place + 1 : later.place]
    return any(rule.stop and rule.on == later.rule.on for rule in between)


def _worth(asked: Asked) -> tuple[tuple[str, str, Formula], Fraction] | None:
    """What a best group compares, as far as the document settles it: its measure, and how much."""
    rule = asked.rule
    if rule.multiply is not None:
        return ("times", rule.multiplied_currency or "", asked.line), rule.multiply
    if len(rule.gives) != 1:
        return None
    [give] = rule.gives
    if isinstance(give, Rate):
        worth = give.units / give.per if give.per else Fraction(0)
        return ("rate", give.currency, asked.line), worth
    if rule.each is not None:
        return ("pieces", give.currency, asked.line), Fraction(give.units)
    return ("once", give.currency, ALWAYS), Fraction(give.units)


def _remedy(problem: str, winner: Asked, loser: Asked) -> str:
    first = winner.rule.rule
    if problem == "never_best":
        return f"Give more than {first} does, or remove the rule: {first} is never worse."
    if problem == "same_condition":
        return f"Give {loser.rule.rule} or {first} another priority or condition: both fire alike."
    return f"Raise its priority above {first}, which always comes first."


def _example(subject: Subject, winners: list[Asked], loser: Asked) -> dict[str, Any] | None:
    """An event at which the loser and a winner are willing, and the engine leaves one out."""
    for winner in winners:
        for scene, decision in tried(subject.programme, [winner, loser]):
            lost = outcome_of(decision, loser.rule.rule)
            if lost is not None and lost.blocked.startswith(("group ", "stopped by ")):
                return example_of(subject.programme, scene, decision, shows="shadowed")
    return None
