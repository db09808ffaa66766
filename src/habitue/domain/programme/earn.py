"""The rules of the document: when they fire, and what they give or multiply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, Protocol, get_args

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.chances import read_chance
from habitue.domain.programme.conditions import parse_condition, parse_line_filter
from habitue.domain.programme.draw_model import ENTRIES
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.limits import (
    BudgetField,
    Campaigns,
    LimitsField,
    build_budget,
    build_limits,
)
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import VOUCHER, Fixed, Give, Group, Rate, Rule, Trigger
from habitue.domain.programme.moments import Condition, LineFilter
from habitue.domain.programme.parts import Days, Label, Number, Part, Slug, When, YesNo
from habitue.domain.programme.reading import (
    DayOrInstant,
    choice,
    one_of,
    read_decimal,
    read_slug,
    read_units,
    read_whole,
    suggestion,
    whole,
    wrong,
)
from habitue.kit.instants import Instant

TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
OCCASIONS: tuple[Trigger, ...] = ("birthday", "anniversary")
TIER_PREFIX = "tier:"
PER = "per"
VOUCHER_WORD = "voucher"
ENTRY_WORD = "entry"
_LARGEST_GIFT = 10**9
_LARGEST_FACTOR = 1000
_LONGEST_AHEAD = 60
_MOST_ENTRIES = 1000
_OF_PURCHASES = ("lines", "each", "multiply")


def read_rule_id(raw: object) -> str:
    """The id of a rule: a code that is not one of those the engine uses itself."""
    if isinstance(raw, str) and raw.startswith(TIER_PREFIX):
        raise wrong(
            "reserved_name", f"Choose another id: {TIER_PREFIX} names the tiers' own rules."
        )
    return read_slug(raw)


class RulePart(Part):
    """One rule as it stands in the document."""

    name: Label | None = None
    # Asked for by the reader, so that a rule without it is still checked in every other respect.
    on: Annotated[Trigger | None, PlainValidator(choice(*TRIGGERS))] = None
    when: Any = None
    lines: Any = None
    each: Any = None
    give: Any = None
    multiply: Number | None = None
    of: Slug | None = None
    group: Slug | None = None
    priority: Annotated[int, PlainValidator(whole(-1_000_000, 1_000_000))] = 0
    stop: YesNo = False
    limit: LimitsField = Field(default_factory=list)
    budget: BudgetField = None
    campaign: Slug | None = None
    begins: When | None = Field(None, alias="from")
    until: When | None = None
    enabled: YesNo = True
    within: Days | None = None
    chance: Annotated[Fraction | None, PlainValidator(read_chance)] = None


@dataclass(slots=True)
class RuleReader:
    """Builds the rules of one document; ``budgets`` collects what they draw from.

    ``multiplied`` is the currency that a multiplier means which names none; ``listed_limits`` are
    the rules whose caps stand in a list.  A rule that gives entries in one of the ``draws`` is in
    force no longer than one can enter.
    """

    vocabulary: Vocabulary
    zone: str
    groups: Mapping[str, Group]
    campaigns: Campaigns
    rewards: frozenset[str]
    draws: Mapping[str, Timed]
    multiplied: str | None
    listed_limits: frozenset[str]
    faults: Faults
    budgets: dict[str, Budget] = field(default_factory=dict)

    def build(self, parts: Mapping[str, RulePart]) -> tuple[Rule, ...]:
        """The rules in their order of evaluation: higher priority first, then by id."""
        ordered = sorted(parts.items(), key=lambda item: (-item[1].priority, item[0]))
        currencies = {rule: self._currencies(part) for rule, part in ordered}
        for code in sorted(self.campaigns):
            check_times(self.campaigns[code], f"campaigns.{code}", self.zone, self.faults)
            self._campaign_budget(code, ordered, currencies)
        return tuple(self._rule(rule, part, currencies[rule]) for rule, part in ordered)

    def _currencies(self, part: RulePart) -> set[str]:
        """The currencies that a rule gives or multiplies, as far as they are known."""
        named: set[str | None] = (
            {part.of or self.multiplied} if part.multiply is not None else set()
        )
        if isinstance(part.give, Mapping):
            named |= set(part.give) - {PER, VOUCHER_WORD}
        known = {code for code in self.vocabulary.points if code in named}
        if isinstance(part.give, Mapping):
            known |= {VOUCHER} if VOUCHER_WORD in part.give else set()
            known |= {ENTRIES} if self._gives_entries(part.give) else set()
        return known

    def _gives_entries(self, give: Mapping[str, Any]) -> bool:
        """Whether ``entry`` stands for one in a draw, and not for points that are called so."""
        return ENTRY_WORD in give and ENTRY_WORD not in self.vocabulary.points

    def _decimals(self, currencies: set[str]) -> set[int]:
        return {self.vocabulary.points.get(code, 0) for code in currencies}

    def _campaign_budget(
        self, code: str, rules: list[tuple[str, RulePart]], currencies: Mapping[str, set[str]]
    ) -> None:
        part = self.campaigns[code]
        if part.budget is None:
            return
        members = [currencies[rule] for rule, part in rules if part.campaign == code]
        budget = build_budget(
            part.budget,
            key=f"campaign:{code}",
            path=f"campaigns.{code}.budget",
            decimals=self._decimals(set().union(*members)),
            faults=self.faults,
        )
        if budget is not None:
            self.budgets[budget.key] = budget

    def _rule(self, rule: str, part: RulePart, currencies: set[str]) -> Rule:
        path = f"earn.{rule}"
        self._check_whole(part, path)
        starts_at, ends_at = self._times(part, path)
        return Rule(
            rule=rule,
            on=part.on or "purchase",
            when=self._condition(part.when, f"{path}.when"),
            lines=self._filter(part.lines, f"{path}.lines"),
            each=self._filter(part.each, f"{path}.each"),
            gives=self._gives(part, f"{path}.give"),
            multiply=self._factor(part, f"{path}.multiply"),
            multiplied_currency=self._multiplied(part, path),
            group=self._group(part, f"{path}.group"),
            priority=part.priority,
            stop=part.stop,
            limits=build_limits(
                part.limit,
                path=f"{path}.limit",
                listed=rule in self.listed_limits,
                decimals=self._decimals(currencies),
                faults=self.faults,
            ),
            budgets=self._budgets(rule, part, currencies),
            starts_at=starts_at,
            ends_at=ends_at,
            enabled=part.enabled,
            days_before=part.within or 0,
            chance=part.chance,
        )

    def _check_whole(self, part: RulePart, path: str) -> None:
        """Fields that only make sense together, or never do."""
        if part.on is None:
            self.faults.echo(
                f"{path}.on", None, "missing_field", f"Write on: and {one_of(TRIGGERS)}."
            )
        if part.give is None and part.multiply is None:
            self.faults.echo(path, "", "nothing_to_do", "Write what the rule gives or multiplies.")
        if part.give is not None and part.multiply is not None:
            self.faults.add(
                f"{path}.multiply",
                part.multiply,
                "conflicting_fields",
                "Write two rules: one that gives and one that multiplies.",
            )
        if part.chance is not None and not self._has_budget(part):
            remedy = "Add a budget to the rule or its campaign: chance gives no more than that."
            self.faults.add(f"{path}.budget", None, "missing_field", remedy)
        if part.of is not None and part.multiply is None:
            self.faults.add(f"{path}.of", part.of, "conflicting_fields", "Use it with multiply.")
        if part.each is not None and part.multiply is not None:
            self.faults.add(
                f"{path}.each", part.each, "conflicting_fields", "Use lines with multiply."
            )
        if part.within is not None and part.on not in (None, *OCCASIONS):
            remedy = "Remove it, or write on: birthday or on: anniversary."
            self.faults.add(f"{path}.within", f"{part.within} days", "does_not_fit", remedy)
        elif (part.within or 0) > _LONGEST_AHEAD:
            remedy = f"Write at most {_LONGEST_AHEAD} days."
            self.faults.add(f"{path}.within", f"{part.within} days", "too_large", remedy)
        if part.on not in (None, "purchase"):
            for name in _OF_PURCHASES:
                if (given := getattr(part, name)) is not None:
                    remedy = f"Remove it, or write on: purchase; a {part.on} has no spend."
                    self.faults.add(f"{path}.{name}", given, "does_not_fit", remedy)

    def _has_budget(self, part: RulePart) -> bool:
        campaign = self.campaigns.get(part.campaign) if part.campaign else None
        return part.budget is not None or (campaign is not None and campaign.budget is not None)

    def _condition(self, raw: object, path: str) -> Condition | None:
        if raw is None:
            return None
        return parse_condition(raw, path=path, vocabulary=self.vocabulary, faults=self.faults)

    def _filter(self, raw: object, path: str) -> LineFilter | None:
        if raw is None:
            return None
        return parse_line_filter(raw, path=path, vocabulary=self.vocabulary, faults=self.faults)

    def _times(self, part: RulePart, path: str) -> tuple[Instant | None, Instant | None]:
        """When the rule is in force: within its own time and within its campaign's."""
        campaign = self.campaigns.get(part.campaign) if part.campaign else None
        if part.campaign is not None and campaign is None:
            self.faults.add(
                f"{path}.campaign",
                part.campaign,
                "unknown_campaign",
                f"Declare it under campaigns.{suggestion(part.campaign, self.campaigns)}",
            )
        frames: list[Timed] = [part]
        if campaign is not None:
            frames.append(campaign)
        frames += self._entered(part)
        check_times(part, path, self.zone, self.faults)
        starts = [frame.begins.start(self.zone) for frame in frames if frame.begins is not None]
        ends = [frame.until.end(self.zone) for frame in frames if frame.until is not None]
        return max(starts, default=None), min(ends, default=None)

    def _entered(self, part: RulePart) -> list[Timed]:
        """The draws in which a rule gives entries, as far as they are known."""
        if not isinstance(part.give, Mapping) or not self._gives_entries(part.give):
            return []
        raw = part.give[ENTRY_WORD]
        named = raw if isinstance(raw, Mapping) else [raw]
        return [self.draws[code] for code in named if isinstance(code, str) and code in self.draws]

    def _gives(self, part: RulePart, path: str) -> tuple[Give, ...]:
        raw = part.give
        if raw is None:
            return ()
        if not isinstance(raw, Mapping) or not set(raw) - {PER}:
            self.faults.add(
                path, raw, "not_a_mapping", "Write what to give: {points: 1, per: 1.00}."
            )
            return ()
        per = self._per(part, raw, f"{path}.{PER}") if PER in raw else None
        gives = [
            self._voucher(amount, per, f"{path}.{code}")
            if code == VOUCHER_WORD
            else self._give(code, amount, per, f"{path}.{code}")
            for code, amount in sorted(raw.items())
            if code != PER and not (code == ENTRY_WORD and self._gives_entries(raw))
        ]
        if self._gives_entries(raw):
            gives.append(self._entry(raw, per, f"{path}.{ENTRY_WORD}"))
        return tuple(give for give in gives if give is not None)

    def _per(self, part: RulePart, raw: Mapping[str, Any], path: str) -> int:
        """Minor units of spend for which a rate gives; 0 where it gives nothing."""
        if part.on not in (None, "purchase"):
            remedy = f"Remove it, or write on: purchase; a {part.on} has no spend."
            self.faults.add(path, raw[PER], "does_not_fit", remedy)
        if part.each is not None:
            remedy = "Remove it (each counts pieces), or use lines in place of each."
            self.faults.add(path, raw[PER], "conflicting_fields", remedy)
        try:
            per = 0 if raw[PER] is None else read_units(raw[PER], self.vocabulary.exponent)
        except PydanticCustomError as error:
            self.faults.add(path, raw[PER], error.type, error.message())
            return 0
        if per == 0:
            remedy = "Write for how much money the points are given, such as 1.00."
            self.faults.add(path, raw[PER], "gives_nothing", remedy, severity="warning")
        return per

    def _give(self, code: str, raw: object, per: int | None, path: str) -> Give | None:
        decimals = self.vocabulary.points.get(code)
        if decimals is None:
            known = self.vocabulary.points
            remedy = f"Declare it under points, or write {one_of(known)}.{suggestion(code, known)}"
            self.faults.add(path, raw, "unknown_points", remedy)
            return None
        try:
            amount = read_decimal(raw)
            if amount < 0:
                raise wrong("negative", "Write a number above zero.")
            if amount > _LARGEST_GIFT:
                raise wrong("too_large", f"Write at most {_LARGEST_GIFT}.")
            fixed = read_units(raw, decimals) if per is None else 0
        except PydanticCustomError as error:
            self.faults.add(path, raw, error.type, error.message())
            return None
        if amount == 0:
            self.faults.add(
                path, raw, "gives_nothing", "Write a number above zero.", severity="warning"
            )
        if per is None:
            return Fixed(code, fixed)
        return Rate(code, Fraction(amount) * 10**decimals, per)

    def _voucher(self, raw: object, per: int | None, path: str) -> Give | None:
        """A voucher for a reward of the document."""
        if not isinstance(raw, str) or raw not in self.rewards:
            remedy = f"Declare it under rewards, or write {one_of(self.rewards)}."
            if not self.rewards:
                remedy = "Declare it under rewards."
            self.faults.add(path, raw, "unknown_reward", remedy)
            return None
        if per is not None:
            remedy = "Write two rules: a voucher is given whole, whatever was spent."
            self.faults.add(path, raw, "conflicting_fields", remedy)
        return Fixed(VOUCHER + raw, 1)

    def _entry(self, raw: Mapping[str, Any], per: int | None, path: str) -> Give | None:
        """An entry in a draw, or several: ``christmas``, or ``{christmas: 3}``."""
        given = raw[ENTRY_WORD]
        code, count = given, 1
        if isinstance(given, Mapping) and len(given) == 1:
            code, count = next(iter(given.items()))
        if not isinstance(code, str) or code not in self.draws:
            remedy = "Declare it under draws."
            if self.draws:
                remedy = f"Declare it under draws, or write {one_of(self.draws)}."
            self.faults.add(path, given, "unknown_draw", remedy)
            return None
        if set(raw) - {ENTRY_WORD, PER}:
            remedy = "Write two rules: one that gives entries ends with the draw."
            self.faults.add(path, given, "conflicting_fields", remedy)
        try:
            entries = read_whole(count, minimum=1, maximum=_MOST_ENTRIES)
        except PydanticCustomError as error:
            self.faults.add(path, given, error.type, error.message())
            return None
        currency = ENTRIES + code
        return Fixed(currency, entries) if per is None else Rate(currency, Fraction(entries), per)

    def _factor(self, part: RulePart, path: str) -> Fraction | None:
        return None if part.multiply is None else factor_of(part.multiply, path, self.faults)

    def _multiplied(self, part: RulePart, path: str) -> str | None:
        if part.multiply is None:
            return None
        code = part.of or self.multiplied
        if code is None:
            remedy = (
                f"Add of: and the points that are multiplied, {one_of(self.vocabulary.points)}."
            )
            self.faults.add(f"{path}.of", None, "missing_field", remedy)
        elif code not in self.vocabulary.points:
            remedy = f"Write {one_of(self.vocabulary.points)}."
            self.faults.add(f"{path}.of", code, "unknown_points", remedy)
        return code

    def _group(self, part: RulePart, path: str) -> str | None:
        if part.group is not None and part.group not in self.groups:
            remedy = f"Declare it under stacking.{suggestion(part.group, self.groups)}"
            self.faults.add(path, part.group, "unknown_group", remedy)
        return part.group

    def _budgets(self, rule: str, part: RulePart, currencies: set[str]) -> tuple[Budget, ...]:
        budgets = []
        if part.budget is not None:
            own = build_budget(
                part.budget,
                key=f"rule:{rule}",
                path=f"earn.{rule}.budget",
                decimals=self._decimals(currencies),
                faults=self.faults,
            )
            if own is not None:
                self.budgets[own.key] = own
                budgets.append(own)
        shared = self.budgets.get(f"campaign:{part.campaign}") if part.campaign else None
        return (*budgets, shared) if shared is not None else tuple(budgets)


class Timed(Protocol):
    """A part that holds from a day or an instant, until one."""

    @property
    def begins(self) -> DayOrInstant | None:
        """From when it holds."""

    @property
    def until(self) -> DayOrInstant | None:
        """Until when."""


def check_times(part: Timed, path: str, zone: str, faults: Faults) -> None:
    """What ends before it starts is a mistake."""
    if part.begins is None or part.until is None:
        return
    if part.until.end(zone) <= part.begins.start(zone):
        remedy = "Let it end after it starts: until lies before from."
        faults.add(f"{path}.until", str(part.until), "impossible_range", remedy)


def factor_of(number: Any, path: str, faults: Faults) -> Fraction:
    """A multiplier: exact, above zero, at most 1000."""
    if number <= 0:
        faults.add(path, number, "not_positive", "Write a factor above zero, such as 2 or 1.25.")
    elif number > _LARGEST_FACTOR:
        faults.add(path, number, "too_large", f"Write a factor of at most {_LARGEST_FACTOR}.")
    return Fraction(number)
