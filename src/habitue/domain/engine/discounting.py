"""What members pay less: the price of a basket, and the discounts that were given (SEMANTICS 26).

Two things, kept apart.

* ``price_basket`` answers what each line of a basket costs the member, with reasons.  Conditions
  see the basket as it was sent: before every discount of the programme and before gift cards and
  points, which are tender.  Every discount is willing or not by itself; a group then keeps the
  first or the best of its own, compared on that same basket; those that are left are applied in
  order, each on what the earlier ones left of a line.  Nothing is recorded.
* ``count_discounts`` takes the discounts into account that a recorded purchase says it was given.
  The purchase is a fact: its price is never reckoned anew, whatever the rules say later.  Only what
  would break a promise made to others is refused: an unknown discount, a limit, a budget.

Invariants.
* No line ever costs less than nothing, so neither does the basket.
* The parts of a discount on its lines add up to it, to the last minor unit.
* What comes back gives its part of limits and budgets back, piece by piece; any split of a return
  ends where one return ends.
* Deposits, tips and gift cards are never reduced: they are passed on, or are money themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

from habitue.domain.engine.caps import BudgetDesk
from habitue.domain.engine.context import Context, used_of
from habitue.domain.engine.earning import exact_text
from habitue.domain.engine.prices import DiscountOutcome, Prices
from habitue.domain.engine.tiers import metric_value
from habitue.domain.engine.types import MemberState
from habitue.domain.events import QUANTITY_SCALE, GivenDiscount, Line
from habitue.domain.programme.discounts import (
    WHOLE,
    AmountOff,
    CheapestPieces,
    Discount,
    FreeShipping,
    MemberPrice,
    Percentage,
)
from habitue.domain.programme.model import Programme
from habitue.kit.rounding import round_fraction, split_by_largest_remainder

_REDUCIBLE: Final = ("goods", "delivery")
NOTHING_OFF: Final = "nothing to take off"
BELOW_LADDER: Final = "below the lowest step"

Money: TypeAlias = int | Fraction


@dataclass(slots=True)
class _Pricing:
    """One basket on its way from its initial to its final price."""

    programme: Programme
    state: MemberState
    context: Context
    desk: BudgetDesk
    initial: tuple[int, ...]
    left: list[int]
    given: list[GivenDiscount] = field(default_factory=list)


def price_basket(
    programme: Programme, state: MemberState, context: Context, desk: BudgetDesk
) -> Prices:
    """What the lines of the context cost its member (see the module); ``state`` is the member's
    just before, advanced to the moment.  ``desk`` is only read."""
    lines = tuple(context.lines)
    initial = tuple(line.amount for line in lines)
    pricing = _Pricing(programme, state, context, desk, initial, list(initial))
    outcomes = {code: DiscountOutcome(code) for code in programme.discounts}
    willing: list[Discount] = []
    for code, discount in programme.discounts.items():
        outcomes[code].blocked = _blocked(pricing, discount, outcomes[code])
        if not outcomes[code].blocked:
            willing.append(discount)
    for discount in _chosen(pricing, willing, outcomes):
        _apply(pricing, discount, outcomes[discount.discount])
    return Prices(lines, tuple(pricing.left), tuple(pricing.given), tuple(outcomes.values()))


# --- which discounts are given --------------------------------------------------------------------


def _blocked(pricing: _Pricing, discount: Discount, outcome: DiscountOutcome) -> str:
    reason = _out_of_force(discount, pricing.context)
    if not reason and discount.when is not None:
        outcome.seen = [seen.as_json() for seen in discount.when.explain(pricing.context)]
        reason = "" if discount.when.holds(pricing.context) else "condition"
    if not reason and not any(_hits(pricing, discount)):
        reason = "no line matches"
    if not reason and _share_of(pricing, discount) is None:
        reason = BELOW_LADDER
    return reason or _used_up(pricing, discount)


def _out_of_force(discount: Discount, context: Context) -> str:
    if not discount.enabled:
        return "disabled"
    if discount.starts_at is not None and context.occurred_at < discount.starts_at:
        return "not yet in force"
    if discount.ends_at is not None and context.occurred_at >= discount.ends_at:
        return "no longer in force"
    return ""


def _used_up(pricing: _Pricing, discount: Discount) -> str:
    """The cap that leaves nothing, by the times that it has been used."""
    for index, limit in enumerate(discount.limits):
        if limit.times is not None and _used(pricing, discount, index)[0] >= limit.times:
            return f"limit {index + 1}: times"
    budget = discount.budget
    if budget is not None and pricing.desk.times_left.get(budget, 1) <= 0:
        return f"budget {budget}"
    return ""


def _chosen(
    pricing: _Pricing, willing: Sequence[Discount], outcomes: dict[str, DiscountOutcome]
) -> list[Discount]:
    """Groups keep the first or the best of theirs; equal ones are the first by order."""
    groups = pricing.programme.groups
    contests: dict[str, list[Discount]] = {}
    for discount in willing:
        if discount.group is not None and groups[discount.group].mode != "all":
            contests.setdefault(discount.group, []).append(discount)
    for code, rivals in contests.items():
        winner, why = rivals[0], "comes first"
        if groups[code].mode == "best":
            worth = [
                sum(_capped(pricing, rival, _cuts(pricing, rival, pricing.initial), []))
                for rival in rivals
            ]
            winner, why = rivals[worth.index(max(worth))], "is better"
        for rival in rivals:
            if rival is not winner:
                reason = f"group {code}: {winner.discount} {why}"
                outcomes[rival.discount].blocked = reason
    return [discount for discount in willing if not outcomes[discount.discount].blocked]


def _apply(pricing: _Pricing, discount: Discount, outcome: DiscountOutcome) -> None:
    exact = _exact_cuts(pricing, discount, pricing.left)
    outcome.exact = exact_text(Fraction(sum(exact)))
    cuts = _rounded(discount, exact, pricing.left)
    cuts = _capped(pricing, discount, cuts, outcome.caps)
    outcome.given = sum(cuts)
    if not outcome.given and not outcome.caps:
        outcome.blocked = NOTHING_OFF
    for place, cut in enumerate(cuts):
        if cut:
            pricing.left[place] -= cut
            name = pricing.context.lines[place].line
            pricing.given.append(GivenDiscount(discount.discount, name, cut))


# --- how much is taken off ------------------------------------------------------------------------


def _hits(pricing: _Pricing, discount: Discount) -> list[bool]:
    """The lines that a discount is for."""
    wanted = discount.each or discount.lines
    delivery = isinstance(discount.cut, FreeShipping)

    def is_meant(line: Line) -> bool:
        if line.role not in _REDUCIBLE or not line.amount:
            return False
        if line.discount and not discount.on_reduced:
            return False
        if delivery:
            return line.role == "delivery"
        return line.role == "goods" if wanted is None else wanted.matches(line)

    return [is_meant(line) for line in pricing.context.lines]


def _share_of(pricing: _Pricing, discount: Discount) -> int | None:
    """The share of a percentage or a ladder, in hundredths of a per cent; the whole for what is no
    share; ``None`` where the member stands below the lowest step."""
    cut = discount.cut
    if isinstance(cut, Percentage):
        return cut.share
    if isinstance(cut, AmountOff | MemberPrice | FreeShipping):
        return WHOLE
    day = pricing.context.day
    value = metric_value(pricing.programme, pricing.state, cut.metric, day)
    step = cut.step_of(value)
    return None if step is None else step.share


def _cuts(pricing: _Pricing, discount: Discount, left: Sequence[int]) -> list[int]:
    return _rounded(discount, _exact_cuts(pricing, discount, left), left)


def _exact_cuts(pricing: _Pricing, discount: Discount, left: Sequence[int]) -> list[Money]:
    """What is taken off each line, exactly; never more than is left of it."""
    hits = _hits(pricing, discount)
    lines, cut = pricing.context.lines, discount.cut
    base = pricing.initial if discount.base == "initial" else left
    if isinstance(cut, MemberPrice):
        wanted: list[Money] = [
            Fraction(left[place]) - Fraction(cut.price * line.quantity, QUANTITY_SCALE)
            for place, line in enumerate(lines)
        ]
    elif isinstance(cut, AmountOff):
        wanted = _amounts_off(pricing, discount, cut.amount, hits, left)
    else:
        share = Fraction(_share_of(pricing, discount) or 0, WHOLE)
        pieces = _pieces(pricing, discount.cheapest, hits)
        wanted = [share * base[place] * part for place, part in enumerate(pieces)]
    return [
        max(0, min(want, left[place])) if hit else 0
        for place, (want, hit) in enumerate(zip(wanted, hits, strict=True))
    ]


def _amounts_off(
    pricing: _Pricing, discount: Discount, amount: int, hits: Sequence[bool], left: Sequence[int]
) -> list[Money]:
    """An amount off every piece that is meant, or once, in proportion to what the lines cost."""
    lines = pricing.context.lines
    if discount.each is not None or discount.cheapest is not None:
        pieces = _pieces(pricing, discount.cheapest, hits)
        return [
            amount * int(line.quantity * part // QUANTITY_SCALE)
            for line, part in zip(lines, pieces, strict=True)
        ]
    costs = [cost if hit else 0 for cost, hit in zip(left, hits, strict=True)]
    if not sum(costs):
        return [0] * len(costs)
    return list(split_by_largest_remainder(min(amount, sum(costs)), costs))


def _pieces(
    pricing: _Pricing, cheapest: CheapestPieces | None, hits: Sequence[bool]
) -> list[Fraction]:
    """Which part of each line is meant: all of it, or so many of its whole pieces, cheapest first
    by what a piece cost at first, the earlier line where they cost the same."""
    lines = pricing.context.lines
    if cheapest is None:
        return [Fraction(1)] * len(lines)
    times = 1
    if cheapest.of_every is not None:
        counted = hits
        if cheapest.counting is not None:
            counted = [cheapest.counting.matches(line) for line in lines]
        pieces = sum(
            line.quantity // QUANTITY_SCALE for line, hit in zip(lines, counted, strict=True) if hit
        )
        times = pieces // cheapest.of_every
    if cheapest.most is not None:
        times = min(times, cheapest.most)
    wanted = cheapest.count * times
    parts = [Fraction(0)] * len(lines)
    for place in sorted(
        (place for place, hit in enumerate(hits) if hit and lines[place].quantity),
        key=lambda place: Fraction(pricing.initial[place], lines[place].quantity),
    ):
        taken = min(wanted, lines[place].quantity // QUANTITY_SCALE)
        wanted -= taken
        parts[place] = Fraction(taken * QUANTITY_SCALE, lines[place].quantity)
    return parts


def _rounded(discount: Discount, exact: Sequence[Money], left: Sequence[int]) -> list[int]:
    """The exact cuts, rounded once on their sum and split over the lines (SEMANTICS 5)."""
    total = round_fraction(Fraction(sum(exact)), discount.rounding)
    cuts = split_by_largest_remainder(total, list(exact)) if total else [0] * len(exact)
    # Rounding up may ask a line for more than is left of it: the others have room for that.
    over = 0
    for place, cut in enumerate(cuts):
        over += max(0, cut - left[place])
        cuts[place] = min(cut, left[place])
    for place, cut in enumerate(cuts):
        more = min(over, left[place] - cut) if exact[place] else 0
        cuts[place] += more
        over -= more
    return cuts


# --- limits and budgets ---------------------------------------------------------------------------


def usage_name(discount: str, index: int) -> str:
    """The name under which the use of one cap of a discount is counted in the member's state."""
    return f"discount:{discount}/{index}"


def _used(pricing: _Pricing, discount: Discount, index: int) -> tuple[int, int]:
    usage = pricing.state.usage.get(usage_name(discount.discount, index))
    return used_of(usage, discount.limits[index], pricing.context.day)


def _capped(pricing: _Pricing, discount: Discount, cuts: list[int], caps: list[str]) -> list[int]:
    """The cuts as far as limits and budgets let them; says in ``caps`` which lowered them."""
    for index, limit in enumerate(discount.limits):
        if limit.units is None:
            continue
        used = 0 if limit.every is None else _used(pricing, discount, index)[1]
        room = max(0, limit.units - used)
        cuts = _trim(cuts, room, limit.overflow == "refuse", f"limit {index + 1}: units", caps)
    key = discount.budget
    if key is not None and key in pricing.desk.units_left:
        room = max(0, pricing.desk.units_left[key])
        refuses = pricing.programme.budgets[key].overflow == "refuse"
        cuts = _trim(cuts, room, refuses, f"budget {key}", caps)
    return cuts


def _trim(
    cuts: list[int],
    room: int,
    refuses: bool,  # noqa: FBT001  # the policy of the cap, beside its name
    name: str,
    caps: list[str],
) -> list[int]:
    if sum(cuts) <= room:
        return cuts
    caps.append(name)
    return split_by_largest_remainder(0 if refuses else room, cuts)
