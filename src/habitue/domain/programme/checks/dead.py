"""Rules that can give nothing, and settings of rules that change nothing.

* ``can_never_fire``: no case is left of the rule's time, its condition and its filter of lines.  Of
  lines that are no spend (a tip, a gift card) the engine sees none, so a filter that asks for one
  is dead too.  Blamed is the first part that cannot hold by itself, else the rule.
* ``cap_below_gift``: a cap that refuses holds less than one fixed gift.  Caps count whole earnings
  and only what was given before is taken off, so nothing is ever given.
* ``never_in_full``: a cap that trims, or the ceiling of the balance, holds less than one gift.
* ``changes_nothing``: a factor of 1 in no group, which stops nothing.
* ``ignored``: ``lines`` beside ``each``; the engine then looks at ``each`` alone.
* ``multiplies_nothing``: every rate of that currency is of another time or cannot hold with the
  multiplier, competes with it in a group, or no line can be of both.  What is given once is never
  multiplied.
* ``allows_nothing``, ``disabled``: caps and budgets of 0, rules that are switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from habitue.domain.programme.checks.asking import KNOWN_KINDS, PURCHASE, Asked, Subject
from habitue.domain.programme.checks.formulas import All, Formula, Some
from habitue.domain.programme.checks.trial import example_of, outcome_of, tried
from habitue.domain.programme.model import Fixed, Rate, Rule
from habitue.kit.money import format_decimal

# Whatever else draws from a budget is not spoken of here.
_BUDGETS_OF_RULES = ("rule:", "campaign:")
_ZERO = "Write a number above zero, or disable the rule."
_MULTIPLY = "Multiply points that a rule gives per amount of spend: only those multiply."


def check_dead(subject: Subject, everyone: list[Asked]) -> None:
    """Look at every rule by itself; ``everyone`` holds the dead ones too."""
    for rule in subject.programme.rules:
        if not rule.enabled:
            remedy = "Remove the rule, or enable it."
            subject.note(f"earn.{rule.rule}.enabled", "no", "disabled", remedy)
    alive = {asked.rule.rule for asked in subject.asked}
    for asked in everyone:
        if asked.rule.rule not in alive:
            _blame(subject, asked)
    for asked in subject.asked:
        _check_caps(subject, asked)
        _check_useless(subject, asked.rule)
    _check_zeros(subject)
    _check_multipliers(subject)


def _blame(subject: Subject, asked: Asked) -> None:
    rule, path = asked.rule, f"earn.{asked.rule.rule}"
    if asked.over:
        remedy = "Let the time of the rule and that of its campaign overlap."
        subject.warn(path, "", "can_never_fire", remedy)
        return
    if rule.when is not None and not _possible(asked, asked.when):
        remedy = "Correct the condition: no event can meet all of it."
        subject.warn(f"{path}.when", rule.when.source, "can_never_fire", remedy)
        return
    name, needed = ("each", rule.each) if rule.each is not None else ("lines", rule.lines)
    if needed is not None and not _possible(asked, asked.some_line):
        remedy = "Correct the filter: no line can meet all of it."
        if asked.has_lines and asked.can([(Some(asked.line), False)]):
            remedy = "Let such lines count under spend, or correct the filter: no line counts."
        subject.warn(f"{path}.{name}", needed.source, "can_never_fire", remedy)
        return
    remedy = "Correct the condition, the lines or the time: no event meets all of them."
    subject.warn(path, "", "can_never_fire", remedy)


def _possible(asked: Asked, formula: Formula) -> bool:
    return asked.can([(formula, False)])


def caps_of(subject: Subject, rule: Rule) -> Iterator[tuple[str, int, str]]:
    """The caps of a rule in points: their place, units, and what they do with the rest."""
    paths = limit_paths(subject, rule)
    for path, limit in zip(paths, rule.limits, strict=True):
        if limit.units is not None:
            yield path, limit.units, limit.overflow
    for budget in rule.budgets:
        if budget.units is not None:
            yield budget_path(budget.key), budget.units, budget.overflow


def budget_path(key: str) -> str:
    """Where a budget stands in the document."""
    kind, _, name = key.partition(":")
    return f"{'earn' if kind == 'rule' else 'campaigns'}.{name}.budget"


def limit_paths(subject: Subject, rule: Rule) -> list[str]:
    """Where the limits of a rule stand in the document."""
    raw = subject.raw_rule(rule.rule).get("limit")
    path = f"earn.{rule.rule}.limit"
    listed = isinstance(raw, list | tuple)
    return [f"{path}[{index}]" if listed else path for index in range(len(rule.limits))]


def _check_caps(subject: Subject, asked: Asked) -> None:
    rule = asked.rule
    for give in rule.gives:
        if not isinstance(give, Fixed) or not give.units:
            continue
        points = subject.programme.points[give.currency]
        caps = list(caps_of(subject, rule))
        if points.max_balance is not None:
            caps.append((f"points.{give.currency}.max_balance", points.max_balance, "trim"))
        for path, units, overflow in caps:
            if not 0 < units < give.units:
                continue
            shown = format_decimal(give.units, points.decimals)
            refuses = overflow == "refuse"
            problem = "cap_below_gift" if refuses else "never_in_full"
            remedy = f"Allow at least the {shown} that {rule.rule} gives at once, or give less."
            subject.warn(
                path,
                format_decimal(units, points.decimals),
                problem,
                remedy,
                _capped(subject, asked, give),
            )


def _capped(subject: Subject, asked: Asked, give: Fixed) -> dict[str, Any] | None:
    """An event at which the rule fires and the cap takes the gift, or a part of it."""
    for scene, decision in tried(subject.programme, [asked]):
        outcome = outcome_of(decision, asked.rule.rule)
        if outcome is not None and outcome.fired and outcome.caps and outcome.given < give.units:
            return example_of(subject.programme, scene, decision, shows="capped")
    return None


def _check_useless(subject: Subject, rule: Rule) -> None:
    path = f"earn.{rule.rule}"
    if rule.multiply == 1 and rule.group is None and not rule.stop:
        remedy = "Write another factor, or remove the rule: times 1 changes nothing."
        subject.warn(f"{path}.multiply", "1", "changes_nothing", remedy)
    if rule.each is not None and rule.lines is not None:
        remedy = "Put all of it under each: beside each, lines changes nothing."
        subject.warn(f"{path}.lines", rule.lines.source, "ignored", remedy)


def _check_zeros(subject: Subject) -> None:
    """Caps and budgets of nothing."""
    for rule in subject.programme.rules:
        for path, limit in zip(limit_paths(subject, rule), rule.limits, strict=True):
            if 0 in (limit.times, limit.units):
                subject.warn(path, 0, "allows_nothing", _ZERO)
    for key, budget in subject.programme.budgets.items():
        if key.startswith(_BUDGETS_OF_RULES) and 0 in (budget.units, budget.times):
            subject.warn(budget_path(key), 0, "allows_nothing", _ZERO)
    for code, points in subject.programme.points.items():
        if points.max_balance == 0:
            remedy = "Write a number above zero: nobody could hold any of these points."
            subject.warn(f"points.{code}.max_balance", 0, "allows_nothing", remedy)


def _check_multipliers(subject: Subject) -> None:
    rules = [rule for rule in subject.programme.rules if rule.enabled]
    rated = {
        give.currency
        for rule in rules
        for give in rule.gives
        if isinstance(give, Rate) and give.per
    }
    alive = {asked.rule.rule: asked for asked in subject.asked}
    for rule in subject.programme.rules:
        currency = rule.multiplied_currency
        if rule.multiply is None or currency is None:
            continue
        path = f"earn.{rule.rule}.multiply"
        if currency not in rated:
            subject.warn(path, currency, "multiplies_nothing", _MULTIPLY)
            continue
        asked = alive.get(rule.rule)
        # What a rule of an unknown kind gives may be multiplied in a way unknown here.
        if asked is None or any(other.on not in KNOWN_KINDS for other in rules):
            continue
        rates = [other for other in subject.asked if _rates(other.rule, currency)]
        if rates and not any(_meet(subject, asked, other) for other in rates):
            names = ", ".join(other.rule.rule for other in rates)
            remedy = f"It never meets {names}: let them share lines, times and no group."
            subject.warn(path, currency, "multiplies_nothing", remedy)
    for tiers in subject.programme.structures:
        for tier in tiers.tiers:
            if tier.multiply != 1 and tiers.multiplied_currency not in rated:
                path = f"{tiers.path}.{tier.code}.multiply"
                subject.warn(path, tiers.multiplied_currency, "multiplies_nothing", _MULTIPLY)


def _rates(rule: Rule, currency: str) -> bool:
    return rule.on == PURCHASE and any(
        isinstance(give, Rate) and give.per and give.currency == currency for give in rule.gives
    )


def _meet(subject: Subject, multiplier: Asked, rate: Asked) -> bool:
    """Whether a purchase may earn the rate and have it multiplied."""
    group = multiplier.rule.group
    if (
        group is not None
        and group == rate.rule.group
        and subject.programme.groups[group].mode != "all"
    ):
        return False
    common = Some(All((multiplier.line, rate.line)))
    parts = [multiplier.frame, rate.frame, multiplier.firing, rate.firing, common]
    return multiplier.can([(part, False) for part in parts])
