"""Static checks: what is certain from the document alone, without looking at any event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from habitue.domain.programme.conditions import parse_line_tree, parse_tree
from habitue.domain.programme.document import read_document, tier_codes
from habitue.domain.programme.faults import Fault, Faults, in_order
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import Fixed, Programme, Rate, Rule
from habitue.domain.programme.possible import can_hold
from habitue.kit.money import currency_exponent


def check_document(raw: Mapping[str, Any], *, as_written: bool = True) -> list[Fault]:
    """Everything that is wrong with a document or worth a look, errors first.

    ``as_written``: the document stands in the order in which somebody wrote it, so that the order
    of its tiers says something; a stored one has lost it.
    """
    faults = Faults()
    programme = read_document(raw, number=1, faults=faults)
    if programme is not None:
        _Checks(programme, raw, vocabulary_of(programme, raw), faults).run(as_written=as_written)
    return in_order(faults)


def vocabulary_of(programme: Programme, raw: Mapping[str, Any]) -> Vocabulary:
    """What the conditions of a faultless document may name."""
    return Vocabulary(
        exponent=currency_exponent(programme.currency),
        tiers=tuple(tier.code for tier in programme.tiers.tiers) if programme.tiers else (),
        points={code: points.decimals for code, points in programme.points.items()},
        attributes=raw.get("attributes") or {},
    )


@dataclass(slots=True)
class _Checks:
    programme: Programme
    raw: Mapping[str, Any]
    vocabulary: Vocabulary
    faults: Faults

    def run(self, *, as_written: bool) -> None:
        for rule in self.programme.rules:
            self._check_rule(rule)
        self._check_shadows()
        self._check_multipliers()
        self._check_names()
        self._check_amounts()
        if as_written:
            self._check_tier_order()

    def _warn(self, path: str, value: object, problem: str, remedy: str) -> None:
        self.faults.add(path, value, problem, remedy, severity="warning")

    def _note(self, path: str, value: object, problem: str, remedy: str) -> None:
        self.faults.add(path, value, problem, remedy, severity="note")

    def _check_rule(self, rule: Rule) -> None:
        path = f"earn.{rule.rule}"
        if not rule.enabled:
            self._note(f"{path}.enabled", "no", "disabled", "Remove the rule, or enable it.")
        if None not in (rule.starts_at, rule.ends_at) and (rule.ends_at or 0) <= (
            rule.starts_at or 0
        ):
            remedy = "Let the time of the rule and that of its campaign overlap."
            self._warn(path, "", "can_never_fire", remedy)
        if rule.when is not None:
            node = parse_tree(
                rule.when.source,
                path=f"{path}.when",
                vocabulary=self.vocabulary,
                faults=Faults(),
            )
            if node is not None and not can_hold(node, has_lines=rule.on == "purchase"):
                remedy = "Correct the condition: no event can meet all of it."
                self._warn(f"{path}.when", rule.when.source, "can_never_fire", remedy)
        for name, line_filter in (("lines", rule.lines), ("each", rule.each)):
            if line_filter is None:
                continue
            node = parse_line_tree(
                line_filter.source,
                path=f"{path}.{name}",
                vocabulary=self.vocabulary,
                faults=Faults(),
            )
            if node is not None and not can_hold(node, has_lines=True):
                remedy = "Correct the filter: no line can meet all of it."
                self._warn(f"{path}.{name}", line_filter.source, "can_never_fire", remedy)

    def _check_shadows(self) -> None:
        """A rule that always fires and stops hides those after it, and so does the first of a
        group of which only the first counts."""
        for index, rule in enumerate(self.programme.rules):
            if not _always_fires(rule):
                continue
            later = [other for other in self.programme.rules[index + 1 :] if other.on == rule.on]
            in_group = rule.group is not None and self.programme.groups[rule.group].mode == "first"
            stops = rule.stop and not in_group
            for other in later:
                if stops or (in_group and other.group == rule.group):
                    remedy = f"Raise its priority above {rule.rule}, which always comes first."
                    self._warn(f"earn.{other.rule}", "", "shadowed", remedy)

    def _check_multipliers(self) -> None:
        rated = {
            give.currency
            for rule in self.programme.rules
            if rule.enabled
            for give in rule.gives
            if isinstance(give, Rate) and give.per
        }
        remedy = "Multiply points that a rule gives per amount of spend: only those multiply."
        for rule in self.programme.rules:
            if rule.multiply is not None and rule.multiplied_currency not in rated:
                path = f"earn.{rule.rule}.multiply"
                self._warn(path, rule.multiplied_currency, "multiplies_nothing", remedy)
        tiers = self.programme.tiers
        if tiers is None or tiers.multiplied_currency in rated:
            return
        for tier in tiers.tiers:
            if tier.multiply != 1:
                path = f"tiers.{tier.code}.multiply"
                self._warn(path, tiers.multiplied_currency, "multiplies_nothing", remedy)

    def _check_names(self) -> None:
        """What is declared but not used, or used by one alone."""
        groups = [rule.group for rule in self.programme.rules]
        for group in self.programme.groups:
            if groups.count(group) < 2:
                remedy = (
                    "Put at least two rules into the group: one alone has nothing to compete with."
                )
                self._warn(f"stacking.{group}", groups.count(group), "group_of_one", remedy)
        used = {rule.get("campaign") for rule in _mapping(self.raw, "earn").values()}
        for campaign in _mapping(self.raw, "campaigns"):
            if campaign not in used:
                remedy = "Name the campaign in a rule, or remove it."
                self._warn(f"campaigns.{campaign}", "", "unused", remedy)
        given = {give.currency for rule in self.programme.rules for give in rule.gives}
        for code in self.programme.points:
            if code not in given:
                remedy = "Add a rule that gives these points; only adjustments can give them now."
                self._note(f"points.{code}", "", "never_given", remedy)

    def _check_amounts(self) -> None:
        """Caps and budgets of nothing."""
        remedy = "Write a number above zero, or disable the rule."
        for rule in self.programme.rules:
            for path, limit in zip(self._limit_paths(rule), rule.limits, strict=True):
                if 0 in (limit.times, limit.units):
                    self._warn(path, 0, "allows_nothing", remedy)
        for key, budget in self.programme.budgets.items():
            if 0 in (budget.units, budget.times):
                kind, _, name = key.partition(":")
                section = "earn" if kind == "rule" else "campaigns"
                self._warn(f"{section}.{name}.budget", 0, "allows_nothing", remedy)
        for code, points in self.programme.points.items():
            if points.max_balance == 0:
                remedy = "Write a number above zero: nobody could hold any of these points."
                self._warn(f"points.{code}.max_balance", 0, "allows_nothing", remedy)

    def _limit_paths(self, rule: Rule) -> Iterator[str]:
        raw = _mapping(self.raw, "earn")[rule.rule].get("limit")
        path = f"earn.{rule.rule}.limit"
        for index in range(len(rule.limits)):
            yield f"{path}[{index}]" if isinstance(raw, list | tuple) else path

    def _check_tier_order(self) -> None:
        """Tiers count in the order of their thresholds; somebody who wrote them in another order
        may have mistyped one."""
        tiers = self.programme.tiers
        if tiers is None:
            return
        ranks = {tier.code: rank for rank, tier in enumerate(tiers.tiers)}
        for lower, higher in pairwise(tier_codes(self.raw)):
            if ranks[higher] < ranks[lower]:
                remedy = (
                    f"Write it before {lower}, or raise its threshold: it stands below {lower}."
                )
                self._warn(f"tiers.{higher}.enter", "", "tier_order", remedy)


def _mapping(raw: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = raw.get(section) or {}
    return found


def _always_fires(rule: Rule) -> bool:
    """Whether the rule fires on every event of its kind, at all times."""
    unconditional = rule.when is None and rule.lines is None and rule.each is None
    for_ever = rule.starts_at is None and rule.ends_at is None
    gives = rule.multiply is not None or any(
        give.units if isinstance(give, Fixed) else give.per for give in rule.gives
    )
    return rule.enabled and unconditional and for_ever and bool(gives)
