"""By what a member's tiers multiply what a purchase earns (SEMANTICS 29).

With ``split`` a purchase that crosses a threshold is cut there, and each part earns at the rate of
the tier that holds in it.  Where several structures multiply the same points, the purchase is cut
at the thresholds of all of them; in each part their rates multiply one another, or the best alone
counts, as the document says.  What one structure adds is told apart from what those before it gave,
so that the factors, one after another, make the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from habitue.domain.engine.context import Context, Place
from habitue.domain.programme.model import Multipliers, Programme, Tiers

TIER_RULE = "tier:"
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class TierFactor:
    """What one structure multiplies by: the average over the purchase, and the name under which it
    is explained, that of the highest tier that counts."""

    rule: str
    currency: str
    factor: Fraction


@dataclass(frozen=True, slots=True)
class _Course:
    """The rates of one structure along a purchase: from which amount on each of them holds."""

    rule: str
    currency: str
    rates: tuple[tuple[int, Fraction], ...]

    def rate_at(self, amount: int) -> Fraction:
        """The rate that holds from an amount on."""
        return next(rate for start, rate in reversed(self.rates) if start <= amount)


def tier_factors(programme: Programme, context: Context) -> list[TierFactor]:
    """The multipliers of the member's tiers, in the order of the structures.

    Most programmes have one structure and cut no purchase: they are answered without a course.
    """
    if len(programme.structures) == 1 and not programme.structures[0].splits:
        tiers, rank = programme.structures[0], context.places[0].rank
        if rank < 0:
            return []
        held = tiers.tiers[rank]
        return [TierFactor(TIER_RULE + held.code, tiers.multiplied_currency, held.multiply)]
    courses = [
        _course(tiers, place, context.basket_amount)
        for tiers, place in zip(programme.structures, context.places, strict=True)
    ]
    if len(courses) == 1:
        return [_alone(courses[0], context.basket_amount)]
    found = []
    for currency in dict.fromkeys(course.currency for course in courses):
        together = [course for course in courses if course.currency == currency]
        found += _together(together, context.basket_amount, programme.multipliers)
    return found


def tier_factor_of(programme: Programme, context: Context, currency: str) -> Fraction:
    """By what the member's tiers multiply points of a currency, all together."""
    whole = _ONE
    for one in tier_factors(programme, context):
        if one.currency == currency:
            whole *= one.factor
    return whole


def _course(tiers: Tiers, place: Place, total: int) -> _Course:
    rank = place.rank
    held = tiers.tiers[rank] if rank >= 0 else None
    rates = [(0, _ONE if held is None else held.multiply)]
    name = "" if held is None else held.code
    if tiers.splits and total > 0:
        for index in range(rank + 1, len(tiers.tiers)):
            tier = tiers.tiers[index]
            threshold = (tier.reenter if index <= place.highest else tier.enter)[0]
            if threshold is None or threshold >= place.spend + total:
                break
            crossed = max(rates[-1][0], threshold - place.spend)
            rates.append((crossed, tier.multiply))
            name = tier.code
    return _Course(TIER_RULE + name, tiers.multiplied_currency, tuple(rates))


def _alone(course: _Course, total: int) -> TierFactor:
    rates = course.rates
    if len(rates) == 1:
        return TierFactor(course.rule, course.currency, rates[0][1])
    ends = [start for start, _ in rates[1:]] + [total]
    weighted = sum(
        (rate * (end - start) for (start, rate), end in zip(rates, ends, strict=True)), Fraction(0)
    )
    return TierFactor(course.rule, course.currency, weighted / total)


def _together(courses: Sequence[_Course], total: int, multipliers: Multipliers) -> list[TierFactor]:
    """The factors of structures that multiply the same points."""
    if len(courses) == 1:
        return [_alone(courses[0], total)]
    cuts = sorted({start for course in courses for start, _ in course.rates})
    # A purchase of nothing has one part all the same, and earns nothing.
    parts = list(pairwise([*cuts, max(total, 1)]))
    combine = _multiplied if multipliers == "multiply" else _best
    factors, before = [], _ONE
    for count, course in enumerate(courses, start=1):
        after = Fraction(0)
        for start, end in parts:
            rates = [one.rate_at(start) for one in courses]
            after += combine(rates, count) * (end - start)
        after /= parts[-1][1]
        factors.append(TierFactor(course.rule, course.currency, after / before if before else _ONE))
        before = after
    return factors


def _multiplied(rates: Sequence[Fraction], count: int) -> Fraction:
    whole = _ONE
    for rate in rates[:count]:
        whole *= rate
    return whole


def _best(rates: Sequence[Fraction], count: int) -> Fraction:
    """The best of all the rates where one of the first ``count`` structures has it, else none."""
    best = max(rates)
    return best if best in rates[:count] else _ONE
