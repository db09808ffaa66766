"""What one event earns: rules, multipliers, groups and rounding, in the fixed order of SEMANTICS 7.

    eligible lines → conditions → base rules → fixed bonuses → multipliers → exclusive groups
    → caps → rounding

A rate is rounded once per rule, on the exact product of its sum and all its multipliers.  What a
multiplier contributes is the difference of the rounded totals with and without it, one multiplier
after another, so that the parts add up to the rounded whole.  Caps are whole numbers, so that
capping the rounded amount and rounding the capped one are the same; the caps are in ``caps``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from habitue.domain.chance import falls, month_of, number_of, seed_of
from habitue.domain.engine.context import Context
from habitue.domain.engine.spend import Spend
from habitue.domain.engine.tier_rates import tier_factor_of, tier_factors
from habitue.domain.engine.types import RuleOutcome
from habitue.domain.events import QUANTITY_SCALE
from habitue.domain.programme.model import Fixed, Programme, Rate, Rule
from habitue.kit.money import format_decimal
from habitue.kit.rounding import round_ratio, split_by_largest_remainder


@dataclass(slots=True)
class Earning:
    """What one rule contributes in one currency; ``exact`` is before rounding and caps."""

    rule: str
    currency: str
    exact: Fraction
    given: int
    fixed: bool
    caps: list[str] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)
    weights: Sequence[Spend] | None = None
    weight_scale: tuple[int, int] = (1, 1)

    def reason(self) -> dict[str, Any]:
        """The values that made the amount, for the ledger line."""
        plain: dict[str, Any] = {"exact": exact_text(self.exact)}
        if self.caps:
            plain["caps"] = self.caps
        return plain


@dataclass(slots=True)
class Earned:
    """All that one event earns, rule by rule in the order of evaluation, before caps."""

    earnings: list[Earning]
    outcomes: dict[str, RuleOutcome]


@dataclass(slots=True)
class _Multiplier:
    rule: str
    currency: str
    factor: Fraction
    mask: tuple[bool, ...] | None


def exact_text(value: Fraction) -> str:
    """An exact number as text: a plain decimal where it has one, else a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    for decimals in (1, 2, 3, 4, 6, 9):
        if 10**decimals % value.denominator == 0:
            scaled = value.numerator * (10**decimals // value.denominator)
            return format_decimal(scaled, decimals)
    return f"{value.numerator}/{value.denominator}"


def earn(programme: Programme, context: Context) -> Earned:
    """Ask every rule of the programme what this event earns (nothing is capped yet)."""
    outcomes: dict[str, RuleOutcome] = {}
    chosen = _chosen_rules(programme, context, outcomes)
    multipliers = _multipliers(programme, context, chosen, outcomes)
    earnings: list[Earning] = []
    extras: dict[tuple[str, str], Earning] = {}
    for rule in chosen:
        for give in rule.gives:
            if isinstance(give, Rate):
                earnings.append(_earn_rate(programme, context, rule, give, multipliers, extras))
            else:
                earnings.append(_earn_fixed(context, rule, give))
    earnings.extend(extras.values())
    return Earned(earnings, outcomes)


def _chosen_rules(
    programme: Programme, context: Context, outcomes: dict[str, RuleOutcome]
) -> list[Rule]:
    """The rules that count: their conditions hold, their group chose them, none stopped them.

    They are asked stage by stage, for a rule may ask whether others fired (``staging``).  Who wants
    no explanation is spared the rules that are not in force.
    """
    index, kind, ahead = programme.index, context.kind, context.days_before
    asked = (
        index.in_force(kind, ahead, context.occurred_at)
        if context.quiet
        else index.asked(kind, ahead)
    )
    for rule in asked:
        outcomes[rule.rule] = RuleOutcome(rule.rule, fired=False)
    context.fired = frozenset()
    chosen: list[Rule] = []
    if context.outside:
        for outcome in outcomes.values():
            outcome.blocked = "not joined"
        return chosen
    for stage in range(programme.stages):
        before = {rule.rule for rule in chosen}
        willing = [
            rule
            for rule in asked
            if rule.rule in before
            or (rule.stage == stage and _is_willing(programme, rule, context, outcomes))
        ]
        grouped = any(rule.group or rule.stop for rule in willing)
        chosen = _settle(programme, context, willing, outcomes) if grouped else willing
        context.fired = frozenset(rule.rule for rule in chosen)
    for rule in chosen:
        outcomes[rule.rule].fired = True
    return chosen


def _is_willing(
    programme: Programme, rule: Rule, context: Context, outcomes: dict[str, RuleOutcome]
) -> bool:
    outcome = outcomes[rule.rule]
    outcome.blocked = _blocked(programme, rule, context, outcome)
    return not outcome.blocked


def _settle(
    programme: Programme,
    context: Context,
    willing: list[Rule],
    outcomes: dict[str, RuleOutcome],
) -> list[Rule]:
    """Groups choose first, then the first chosen rule that stops cuts off what stands after it.

    The cut may take a group's winner away, so the groups choose again among what is left, until
    nothing changes; every round is shorter than the one before.
    """
    while True:
        losers = _losers(programme, context, willing)
        chosen = [rule for rule in willing if rule.rule not in losers]
        stopper = next((rule for rule in chosen if rule.stop), None)
        end = len(willing) if stopper is None else willing.index(stopper) + 1
        if end == len(willing):
            for loser, why in losers.items():
                outcomes[loser].blocked = why
            return chosen
        for rule in willing[end:]:
            outcomes[rule.rule].blocked = f"stopped by {stopper.rule}" if stopper else ""
        willing = willing[:end]


def _losers(programme: Programme, context: Context, willing: list[Rule]) -> dict[str, str]:
    contests: dict[str, list[Rule]] = {}
    for rule in willing:
        if rule.group is not None and programme.groups[rule.group].mode != "all":
            contests.setdefault(rule.group, []).append(rule)
    losers: dict[str, str] = {}
    for code, rules in contests.items():
        if programme.groups[code].mode == "first":
            winner, why = rules[0], "comes first"
        else:
            worth = [_worth(programme, context, rule, willing) for rule in rules]
            winner, why = rules[worth.index(max(worth))], "is better"
        for rule in rules:
            if rule is not winner:
                losers[rule.rule] = f"group {code}: {winner.rule} {why}"
    return losers


def _blocked(programme: Programme, rule: Rule, context: Context, outcome: RuleOutcome) -> str:
    if not rule.enabled:
        return "disabled"
    if rule.starts_at is not None and context.occurred_at < rule.starts_at:
        return "not yet in force"
    if rule.ends_at is not None and context.occurred_at >= rule.ends_at:
        return "no longer in force"
    if rule.when is not None:
        held = rule.when.holds(context)
        if not context.quiet:
            outcome.seen = [seen.as_json() for seen in rule.when.explain(context)]
        if not held:
            return "condition"
    needed = rule.each or rule.lines
    if needed is not None and not context.basket.through(needed).any_hit:
        return "no line matches"
    return "" if rule.chance is None else _by_chance(programme, rule, rule.chance, context)


def _by_chance(programme: Programme, rule: Rule, chance: Fraction, context: Context) -> str:
    """What keeps a rule that fires by chance from firing; empty where the chance falls to it."""
    if not (context.drawn and programme.chance_secret):
        return "chance: not drawn"
    month = month_of(context.occurred_at, programme.zone)
    seed = seed_of(programme.chance_secret, programme=programme.code, month=month)
    number = number_of(seed, rule=rule.rule, event_id=context.root)
    return "" if falls(number, chance) else "chance"


def _worth(programme: Programme, context: Context, rule: Rule, willing: Sequence[Rule]) -> Fraction:
    """What a rule of a group would add, with every multiplier that is in no such group."""
    common = [other for other in willing if other.multiply is not None and not other.group]
    if rule.multiply is not None:
        rates = [
            (other, give)
            for other in willing
            for give in other.gives
            if isinstance(give, Rate)
            and give.currency == rule.multiplied_currency
            # It would keep the rates of its own group from counting.
            and other.group != rule.group
        ]
        mask = _mask(context, rule)
        return sum(
            (
                (rule.multiply - 1) * _rate_worth(programme, context, other, give, common, mask)
                for other, give in rates
            ),
            Fraction(0),
        )
    total = Fraction(0)
    for give in rule.gives:
        if isinstance(give, Rate):
            total += _rate_worth(programme, context, rule, give, common, None)
        else:
            total += give.units * _pieces(context, rule)
    return total


def _rate_worth(
    programme: Programme,
    context: Context,
    rule: Rule,
    give: Rate,
    common: Sequence[Rule],
    only: tuple[bool, ...] | None,
) -> Fraction:
    """A rate with its multipliers, on all lines or on those that ``only`` marks."""
    if not give.per:
        return Fraction(0)
    factor = give.units / give.per
    if programme.structures:
        factor *= tier_factor_of(programme, context, give.currency)
    values: Sequence[Spend] = context.basket.through(rule.lines).values
    for other in common:
        if other.multiplied_currency == give.currency and other.multiply is not None:
            mask = _mask(context, other)
            values = [
                value * other.multiply if mask is None or mask[place] else value
                for place, value in enumerate(values)
            ]
    if only is not None:
        values = [value for value, hit in zip(values, only, strict=True) if hit]
    return Fraction(sum(values)) * factor


def _mask(context: Context, rule: Rule) -> tuple[bool, ...] | None:
    return None if rule.lines is None else context.basket.through(rule.lines).hits


def _pieces(context: Context, rule: Rule) -> int:
    return 1 if rule.each is None else context.basket.through(rule.each).quantity // QUANTITY_SCALE


def _multipliers(
    programme: Programme,
    context: Context,
    chosen: list[Rule],
    outcomes: dict[str, RuleOutcome],
) -> list[_Multiplier]:
    multipliers = [
        _Multiplier(rule.rule, rule.multiplied_currency or "", rule.multiply, _mask(context, rule))
        for rule in chosen
        if rule.multiply is not None
    ]
    if programme.structures and context.kind == "purchase":
        for one in tier_factors(programme, context):
            if one.factor != 1:
                outcomes[one.rule] = RuleOutcome(one.rule, fired=True)
                multipliers.append(_Multiplier(one.rule, one.currency, one.factor, None))
    return multipliers


def _earn_rate(
    programme: Programme,
    context: Context,
    rule: Rule,
    give: Rate,
    multipliers: list[_Multiplier],
    extras: dict[tuple[str, str], Earning],
) -> Earning:
    if not give.per:
        return Earning(rule.rule, give.currency, Fraction(0), 0, fixed=False)
    mode = programme.points[give.currency].rounding
    sight = context.basket.through(rule.lines)
    values, total = sight.values, sight.total
    scale, base = give.units.numerator, give.units.denominator * give.per
    exact = _exact(total, scale, base)
    rounded = round_ratio(exact.numerator, exact.denominator, mode)
    earning = Earning(rule.rule, give.currency, exact, rounded, fixed=False)
    for multiplier in multipliers:
        if multiplier.currency != give.currency:
            continue
        factor = multiplier.factor
        if multiplier.mask is None:
            scale *= factor.numerator
        else:
            values = tuple(
                value * (factor.numerator if hit else factor.denominator)
                for value, hit in zip(values, multiplier.mask, strict=True)
            )
            total = sum(values)
        base *= factor.denominator
        multiplied = _exact(total, scale, base)
        whole = round_ratio(multiplied.numerator, multiplied.denominator, mode)
        key = (multiplier.rule, give.currency)
        extra = extras.get(key)
        if extra is None:
            extra = extras[key] = Earning(
                multiplier.rule, give.currency, Fraction(0), 0, fixed=False
            )
        extra.exact += multiplied - exact
        extra.given += whole - rounded
        exact, rounded = multiplied, whole
    earning.weights, earning.weight_scale = values, (scale, base)
    return earning


def _exact(total: Spend, scale: int, base: int) -> Fraction:
    return Fraction(total.numerator * scale, total.denominator * base)


def _earn_fixed(context: Context, rule: Rule, give: Fixed) -> Earning:
    units = give.units * _pieces(context, rule)
    earning = Earning(rule.rule, give.currency, Fraction(units), units, fixed=True)
    needed = rule.each or rule.lines
    if needed is not None:
        earning.weights = context.basket.through(needed).quantities
    return earning


def points_by_line(
    context: Context, earnings: Iterable[Earning], totals: dict[str, int]
) -> dict[str, dict[str, int]]:
    """Split what each currency earned over the lines, by largest remainder (SEMANTICS 5).

    Weights are the exact amounts before rounding; a fixed bonus goes to the lines that it asked
    for, in proportion to their pieces, or to all lines in proportion to their spend.
    """
    if not context.lines:
        return {}
    contributions: dict[str, list[_Contribution]] = {}
    names = [line.line for line in context.lines]
    for earning in earnings:
        if not totals.get(earning.currency) or not earning.given:
            continue
        if earning.fixed:
            weights: Sequence[Spend] = earning.weights or context.basket.whole_spends
            whole = sum(weights)
            if not whole:
                weights, whole = _all_on_first(len(weights)), 1
            scale = (earning.given * whole.denominator, whole.numerator)
            contributions.setdefault(earning.currency, []).append(_Contribution(weights, scale))
        elif earning.weights is not None:
            contributions.setdefault(earning.currency, []).append(
                _Contribution(earning.weights, earning.weight_scale)
            )
    return {
        currency: dict(
            zip(
                names,
                split_by_largest_remainder(totals[currency], _summed(parts)),
                strict=True,
            )
        )
        for currency, parts in contributions.items()
    }


def _all_on_first(count: int) -> list[Spend]:
    return [1, *([0] * (count - 1))]


@dataclass(slots=True)
class _Contribution:
    """Weights of the lines times an exact ratio (numerator, denominator)."""

    weights: Sequence[Spend]
    scale: tuple[int, int]


def _summed(contributions: list[_Contribution]) -> Sequence[Spend]:
    """The exact amount of each line, up to one common factor."""
    if len(contributions) == 1:
        return contributions[0].weights
    common = lcm(*(contribution.scale[1] for contribution in contributions))
    totals: list[Spend] = [0] * len(contributions[0].weights)
    for contribution in contributions:
        factor = contribution.scale[0] * (common // contribution.scale[1])
        for index, weight in enumerate(contribution.weights):
            totals[index] += weight * factor
    return totals
