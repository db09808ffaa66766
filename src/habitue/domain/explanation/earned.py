"""How a rule came to the number on its ledger line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from habitue.domain.explanation.caps import Cap, read_cap
from habitue.domain.programme.model import Fixed, Give, Programme, Rate, Rule, Tier
from habitue.kit.rounding import round_ratio

_TIER: Final = "tier:"


class How(Enum):
    """In which way a rule gives."""

    RATE = "rate"
    FIXED = "fixed"
    PIECES = "pieces"
    MULTIPLIED = "multiplied"
    TIER = "tier"
    TIER_SPLIT = "tier_split"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Earned:
    """The numbers behind an ``earn`` line, exact, in smallest units of points.

    ``exact`` is what the rule gives before rounding and caps; ``wanted`` the whole number that came
    of it before caps (``None`` for a multiplier: it is rounded together with what it multiplies).

    By ``how``: of a rate, ``give`` and the ``spend`` it was reckoned on (minor units); of a fixed
    gift, ``give``, and ``pieces`` where it is given for each; of a multiplier, ``factor`` and the
    ``base`` it multiplied, with ``tier`` where the member's tier is what multiplies.  A purchase
    that crosses into a tier is split between two factors, and has none of its own.
    """

    how: How
    exact: Fraction
    wanted: int | None
    caps: tuple[Cap, ...]
    give: Give | None = None
    spend: Fraction | None = None
    pieces: int | None = None
    factor: Fraction | None = None
    base: Fraction | None = None
    tier: Tier | None = None


def explain_earned(
    programme: Programme, *, rule: str, currency: str, reason: Mapping[str, Any]
) -> Earned:
    """The numbers behind a line, from its ``reason`` and the version that made it."""
    exact = Fraction(str(reason.get("exact", "0")))
    own = next((one for one in programme.rules if one.rule == rule), None)
    caps = tuple(read_cap(str(cap), programme, own, currency) for cap in reason.get("caps", ()))
    if rule.startswith(_TIER):
        return _of_tier(programme, rule.removeprefix(_TIER), currency, exact, caps)
    if own is None:
        return Earned(How.UNKNOWN, exact, None, caps)
    if own.multiply is not None:
        return _multiplied(How.MULTIPLIED, own.multiply, exact, caps)
    give = next((one for one in own.gives if one.currency == currency), None)
    if give is None:
        return Earned(How.UNKNOWN, exact, None, caps)
    return _given(programme, own, give, exact, caps)


def _given(
    programme: Programme, rule: Rule, give: Give, exact: Fraction, caps: tuple[Cap, ...]
) -> Earned:
    if isinstance(give, Fixed):
        if rule.each is None:
            return Earned(How.FIXED, exact, int(exact), caps, give=give)
        pieces = int(exact) // give.units if give.units else 0
        return Earned(How.PIECES, exact, int(exact), caps, give=give, pieces=pieces)
    return _at_rate(programme, give, exact, caps)


def _at_rate(programme: Programme, rate: Rate, exact: Fraction, caps: tuple[Cap, ...]) -> Earned:
    mode = programme.points[rate.currency].rounding
    wanted = round_ratio(exact.numerator, exact.denominator, mode)
    spend = exact * rate.per / rate.units if rate.units else None
    return Earned(How.RATE, exact, wanted, caps, give=rate, spend=spend)


def _of_tier(
    programme: Programme, code: str, currency: str, exact: Fraction, caps: tuple[Cap, ...]
) -> Earned:
    tiers = programme.structure_of(code)
    if tiers is None:
        return Earned(How.UNKNOWN, exact, None, caps)
    tier = tiers.tiers[tiers.ranks[code]]
    together = (one for one in programme.structures if one.multiplied_currency == currency)
    if any(one.crossing == "split" for one in together):
        return Earned(How.TIER_SPLIT, exact, None, caps, tier=tier)
    return _multiplied(How.TIER, tier.multiply, exact, caps, tier=tier)


def _multiplied(
    how: How, factor: Fraction, exact: Fraction, caps: tuple[Cap, ...], *, tier: Tier | None = None
) -> Earned:
    base = None if factor == 1 else exact / (factor - 1)
    return Earned(how, exact, None, caps, factor=factor, base=base, tier=tier)
