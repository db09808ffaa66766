"""In which order rules are asked that ask about one another: ``rule.friday: fired``.

Rules are decided in stages.  Whoever asks about no other rule is of the first stage; every other
one comes after the rules that it asks about, and is asked once all of them are decided.  The rules
of a group choose among themselves, so they are decided together, one stage after whatever any of
them asks about.

What is refused, since no order could answer it: rules that ask about one another in a circle, and a
rule that asks about one on another kind of event, which never belongs to the same decision.  A rule
that stops the ones after it must be of the first stage: else it could take back what a rule had
already been told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import RULE
from habitue.domain.programme.model import Group, Rule

_Unit: TypeAlias = tuple[str, str]


def rules_asked(raw: Any) -> Iterator[str]:
    """The rules that a condition of the document asks about."""
    if isinstance(raw, Mapping):
        for name, given in raw.items():
            if isinstance(name, str) and name.startswith(RULE):
                yield name.removeprefix(RULE)
            else:
                yield from rules_asked(given)
    elif isinstance(raw, list | tuple):
        for item in raw:
            yield from rules_asked(item)


def staged(
    rules: tuple[Rule, ...], groups: Mapping[str, Group], faults: Faults
) -> tuple[Rule, ...]:
    """The rules with their stages, in their order; what cannot be ordered is recorded."""
    asks = {rule.rule: sorted(set(_asked_by(rule))) for rule in rules}
    if not any(asks.values()):
        return rules
    known = {rule.rule: rule for rule in rules}
    units = {rule.rule: _unit(rule, groups) for rule in rules}
    needs: dict[_Unit, set[_Unit]] = {unit: set() for unit in units.values()}
    for rule in rules:
        for other in asks[rule.rule]:
            if other not in known:
                continue
            if known[other].on != rule.on:
                remedy = f"Ask about a rule on the same event: {other} is on {known[other].on}."
                faults.add(f"earn.{rule.rule}.when", f"{RULE}{other}", "does_not_fit", remedy)
            needs[units[rule.rule]].add(units[other])
    stages = _stages(needs)
    for rule in rules:
        _check(rule, asks[rule.rule], units, needs, stages, faults)
    return tuple(replace(rule, stage=stages.get(units[rule.rule], 0)) for rule in rules)


def _asked_by(rule: Rule) -> Iterator[str]:
    if rule.when is not None:
        yield from rules_asked(rule.when.source)


def _unit(rule: Rule, groups: Mapping[str, Group]) -> _Unit:
    group = groups.get(rule.group) if rule.group is not None else None
    if group is not None and group.mode != "all":
        return ("group", group.code)
    return ("rule", rule.rule)


def _stages(needs: Mapping[_Unit, set[_Unit]]) -> dict[_Unit, int]:
    """The stage of each unit; those that need one another in a circle have none."""
    stages: dict[_Unit, int] = {}
    while True:
        ready = [
            unit
            for unit, needed in needs.items()
            if unit not in stages and all(one in stages for one in needed)
        ]
        if not ready:
            return stages
        found = {unit: 1 + max((stages[one] for one in needs[unit]), default=-1) for unit in ready}
        stages.update(found)


def _reached(unit: _Unit, needs: Mapping[_Unit, set[_Unit]]) -> set[_Unit]:
    """A unit and whatever it needs, directly or not."""
    reached, waiting = {unit}, [unit]
    while waiting:
        new = needs[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _check(
    rule: Rule,
    asked: list[str],
    units: Mapping[str, _Unit],
    needs: Mapping[_Unit, set[_Unit]],
    stages: Mapping[_Unit, int],
    faults: Faults,
) -> None:
    stage = stages.get(units[rule.rule])
    own = units[rule.rule]
    for other in asked:
        if other in units and own in _reached(units[other], needs):
            remedy = f"Let the rules ask in one direction: {rule.rule} asks about {other}, "
            remedy += "which waits for it in turn."
            faults.add(f"earn.{rule.rule}.when", f"{RULE}{other}", "asks_in_a_circle", remedy)
    if rule.stop and stage:
        remedy = "Remove it, or ask about no other rule: what stops others is decided first."
        faults.add(f"earn.{rule.rule}.stop", "yes", "conflicting_fields", remedy)
