"""What a basket earns, by the plainest means: exact fractions, lists and loops (SEMANTICS 4-8).

Independent of the engine on purpose; it shares only the programme, the events and the calendar.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from habitue.domain.events import Contribution, Line, Purchase, Scalar
from habitue.domain.programme.model import (
    PointsCurrency,
    Programme,
    Rate,
    Rule,
    SpendSettings,
    Tiers,
)
from habitue.domain.programme.moments import LineFilter
from habitue.kit.instants import Instant
from habitue.kit.rounding import round_fraction, split_by_largest_remainder

ONE = Fraction(1)


@dataclass(frozen=True)
class Counted:
    """A line, what of it counts on its own and within the whole, and whether its kind counts."""

    line: Line
    alone: Fraction
    within: Fraction
    eligible: bool


Basket = tuple[Counted, ...]


def amount_of(basket: Basket) -> int:
    """What counts of the whole, in whole minor units."""
    total = sum((one.within for one in basket), Fraction(0))
    return total.numerator // total.denominator


def basket_of(purchase: Purchase, settings: SpendSettings) -> Basket:
    """A purchase as the switches of SEMANTICS 6 see it."""
    switches = {
        "goods": True,
        "delivery": settings.delivery,
        "tip": settings.tips,
        "deposit": settings.deposits,
        "gift_card": settings.gift_card_sales,
    }
    lines = purchase.lines
    amounts: list[int] = []
    for line in lines:
        counted = line.amount
        if settings.discounts == "before":
            counted += line.discount
        if not settings.tax:
            counted -= line.tax
        amounts.append(counted if switches[line.role] else 0)

    deductions: list[int] = []
    if settings.discounts == "paid" and settings.order_discounts == "spread":
        deductions.append(purchase.order_discount)
    not_counted = 0
    if not settings.paid_with_points:
        not_counted += sum(part.amount for part in purchase.points_paid)
    if not settings.paid_with_gift_card:
        not_counted += purchase.gift_card_amount
    deductions.append(not_counted)
    for deduction in deductions:
        parts = split_by_largest_remainder(deduction, [line.amount for line in lines])
        for place, part in enumerate(parts):
            without_tax = part
            if not settings.tax and lines[place].amount:
                without_tax = part - part * lines[place].tax // lines[place].amount
            amounts[place] = max(0, amounts[place] - without_tax)

    total = sum(amounts)
    factor = Fraction(1)
    if settings.discounts == "paid" and settings.order_discounts == "order" and total:
        factor = Fraction(max(0, total - purchase.order_discount), total)
    return tuple(
        Counted(line, Fraction(amount), amount * factor, switches[line.role])
        for line, amount in zip(lines, amounts, strict=True)
    )


def what_is_left(basket: Basket, quantities: list[int], amounts: list[int]) -> Basket:
    """The basket when each line is down to these pieces and this money."""
    left: list[Counted] = []
    for one, quantity, amount in zip(basket, quantities, amounts, strict=True):
        if amount == 0 and (one.line.amount > 0 or quantity == 0):
            continue
        part = Fraction(amount, one.line.amount) if one.line.amount else Fraction(1)
        line = replace(one.line, quantity=quantity, amount=amount)
        left.append(Counted(line, one.alone * part, one.within * part, one.eligible))
    if any(amounts) or not any(one.line.amount for one in basket):
        return tuple(left)
    return ()


@dataclass(frozen=True)
class Moment:
    """The member just before an event, and the event.

    ``places`` are, in each structure of tiers, the rank, the highest rank ever, and what counted as
    spent before.
    """

    kind: str
    occurred_at: Instant
    day: int
    minute: int
    store: str | None
    channel: str | None
    staff: str | None
    attributes: Mapping[str, Scalar]
    tier: str | None
    beside: Mapping[str, str]
    purchases: int
    visits: int
    days_since_visit: int | None
    days_since_enrolment: int | None
    balances: Mapping[str, int]
    places: tuple[tuple[int, int, int], ...]
    rooms: Mapping[tuple[str, int], tuple[int | None, int | None]]
    basket: Basket = field(default=())
    member_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    fired: frozenset[str] = frozenset()
    seed: bytes = b""
    number: str = ""
    plan: str = ""
    plan_action: str | None = None
    contribution: Contribution | None = None
    referred: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the basket."""
        return tuple(one.line for one in self.basket)

    @property
    def basket_amount(self) -> int:
        """What counts of the basket."""
        return amount_of(self.basket)

    def balance(self, currency: str) -> int:
        """The balance before the event."""
        return self.balances.get(currency, 0)


@dataclass
class Share:
    """What one rule gives in one currency."""

    rule: str
    currency: str
    units: int
    fixed: bool


def shares_of(programme: Programme, moment: Moment) -> list[Share]:
    """What every rule gives, before caps: rates, fixed gifts, then the multipliers' own parts."""
    rules = _chosen(programme, moment)
    factors: list[tuple[str, str, Fraction, LineFilter | None]] = [
        (rule.rule, rule.multiplied_currency or "", rule.multiply, rule.lines)
        for rule in rules
        if rule.multiply is not None
    ]
    if moment.kind == "purchase":
        factors += [(*one, None) for one in _tier_factors(programme, moment)]

    found: list[Share] = []
    added: dict[tuple[str, str], Share] = {}
    for rule in rules:
        for give in rule.gives:
            if not isinstance(give, Rate):
                found.append(
                    Share(rule.rule, give.currency, give.units * _times(rule, moment), fixed=True)
                )
                continue
            mode = programme.points[give.currency].rounding
            exact = _rate_by_line(rule, give, moment)
            before = round_fraction(sum(exact, Fraction(0)), mode)
            found.append(Share(rule.rule, give.currency, before, fixed=False))
            for name, currency, factor, lines in factors:
                if currency != give.currency:
                    continue
                exact = [
                    value * factor if lines is None or _matches(lines, one) else value
                    for value, one in zip(exact, moment.basket, strict=True)
                ]
                after = round_fraction(sum(exact, Fraction(0)), mode)
                own = added.setdefault((name, currency), Share(name, currency, 0, fixed=False))
                own.units += after - before
                before = after
    return found + list(added.values())


def _chosen(programme: Programme, moment: Moment) -> list[Rule]:
    """Stage by stage: whoever asks about other rules is told which of the earlier stages count."""
    chosen: list[Rule] = []
    for stage in sorted({rule.stage for rule in programme.rules}):
        told = replace(moment, fired=frozenset(rule.rule for rule in chosen))
        willing = [
            rule
            for rule in programme.rules
            if rule in chosen or (rule.stage == stage and _fires(rule, told))
        ]
        chosen = _settled(programme, told, willing)
    return chosen


def _fires(rule: Rule, moment: Moment) -> bool:
    if not rule.enabled or rule.on != moment.kind:
        return False
    if rule.starts_at is not None and moment.occurred_at < rule.starts_at:
        return False
    if rule.ends_at is not None and moment.occurred_at >= rule.ends_at:
        return False
    if rule.when is not None and not rule.when.holds(moment):
        return False
    asked = rule.each or rule.lines
    if asked is not None and not any(_matches(asked, one) for one in moment.basket):
        return False
    return rule.chance is None or _is_lucky(rule, rule.chance, moment)


def _is_lucky(rule: Rule, chance: Fraction, moment: Moment) -> bool:
    """Whether a chance falls, by the recipe that is published; without a seed it never does."""
    if not moment.seed:
        return False
    text = f"{rule.rule}\n{moment.number}".encode()
    number = int(hmac.new(moment.seed, text, hashlib.sha256).hexdigest()[:16], 16)
    return Fraction(number, 2**64) < chance


def _matches(lines: LineFilter, one: Counted) -> bool:
    return one.eligible and lines.matches(one.line)


def _settled(programme: Programme, moment: Moment, willing: list[Rule]) -> list[Rule]:
    """Groups choose; then whoever stops the others cuts the list; until nothing changes."""
    while True:
        kept = list(willing)
        for group in programme.groups.values():
            rivals = [rule for rule in willing if rule.group == group.code]
            if group.mode == "all" or not rivals:
                continue
            winner = rivals[0]
            if group.mode == "best":
                worth = [_worth(programme, rule, moment, willing) for rule in rivals]
                winner = rivals[worth.index(max(worth))]
            kept = [rule for rule in kept if rule is winner or rule not in rivals]
        stops = [place for place, rule in enumerate(willing) if rule.stop and rule in kept]
        if not stops or stops[0] == len(willing) - 1:
            return kept
        willing = willing[: stops[0] + 1]


def _worth(programme: Programme, rule: Rule, moment: Moment, willing: list[Rule]) -> Fraction:
    """What a rule of a ``best`` group adds for the member, with the multipliers outside groups."""
    if rule.multiply is None:
        total = Fraction(0)
        for give in rule.gives:
            if isinstance(give, Rate):
                total += sum(_multiplied(programme, rule, give, moment, willing), Fraction(0))
            else:
                total += give.units * _times(rule, moment)
        return total
    added = Fraction(0)
    for other in willing:
        for give in other.gives:
            # A rate of the same group would not count beside it.
            if (
                isinstance(give, Rate)
                and give.currency == rule.multiplied_currency
                and other.group != rule.group
            ):
                values = _multiplied(programme, other, give, moment, willing)
                for value, one in zip(values, moment.basket, strict=True):
                    if rule.lines is None or _matches(rule.lines, one):
                        added += value
    return added * (rule.multiply - 1)


def _multiplied(
    programme: Programme, rule: Rule, give: Rate, moment: Moment, willing: list[Rule]
) -> list[Fraction]:
    """A rate by line, with every multiplier that stands in no group, and the tier's."""
    values = _rate_by_line(rule, give, moment)
    for other in willing:
        if other.multiply is None or other.group or other.multiplied_currency != give.currency:
            continue
        values = [
            value * other.multiply if other.lines is None or _matches(other.lines, one) else value
            for value, one in zip(values, moment.basket, strict=True)
        ]
    for _, currency, factor in _tier_factors(programme, moment):
        if currency == give.currency:
            values = [value * factor for value in values]
    return values


def _rate_by_line(rule: Rule, give: Rate, moment: Moment) -> list[Fraction]:
    if not give.per:
        return [Fraction(0) for _ in moment.basket]
    counted: list[Fraction] = []
    for one in moment.basket:
        if rule.lines is None:
            counted.append(one.within)
        else:
            counted.append(one.alone if rule.lines.matches(one.line) else Fraction(0))
    return [value * give.units / give.per for value in counted]


def _times(rule: Rule, moment: Moment) -> int:
    if rule.each is None:
        return 1
    pieces = sum(one.line.quantity for one in moment.basket if _matches(rule.each, one))
    return pieces // 1000


def _tier_factors(programme: Programme, moment: Moment) -> list[tuple[str, str, Fraction]]:
    """What each structure of tiers adds to those before it, as a factor on the whole purchase."""
    total = moment.basket_amount
    steps = [
        _steps(tiers, place, total)
        for tiers, place in zip(programme.structures, moment.places, strict=True)
    ]
    # Nothing changes between two cuts.
    cuts = sorted({0, max(total, 1)} | {position for one in steps for position, _, _ in one})
    found = []
    for number, tiers in enumerate(programme.structures):
        alike = [
            place
            for place, other in enumerate(programme.structures)
            if other.multiplied_currency == tiers.multiplied_currency
        ]
        averages = []
        for counted in ([p for p in alike if p < number], [p for p in alike if p <= number]):
            weighted = Fraction(0)
            for start, end in pairwise(cuts):
                rates = {place: _holding(steps[place], start) for place in alike}
                weighted += (end - start) * _joined(rates, counted, programme.multipliers)
            averages.append(weighted / cuts[-1])
        before, after = averages
        name = steps[number][-1][2]
        factor = after / before if before else Fraction(1)
        found.append((f"tier:{name}", tiers.multiplied_currency, factor))
    return found


def _joined(rates: Mapping[int, Fraction], counted: list[int], multipliers: str) -> Fraction:
    if multipliers == "best":
        return max(rates.values()) if max(rates.values()) in [rates[p] for p in counted] else ONE
    whole = ONE
    for place in counted:
        whole *= rates[place]
    return whole


def _steps(
    tiers: Tiers, place: tuple[int, int, int], total: int
) -> list[tuple[int, Fraction, str]]:
    """From which part of the purchase on which factor holds, and of which tier."""
    rank, highest, spend_before = place
    factors = [ONE] + [tier.multiply for tier in tiers.tiers]
    names = [""] + [tier.code for tier in tiers.tiers]
    steps = [(0, factors[rank + 1], names[rank + 1])]
    if tiers.crossing != "split" or tiers.metrics[0].name != "spend" or total <= 0:
        return steps
    # Walk over the purchase from threshold to threshold.
    while rank + 1 < len(tiers.tiers):
        following = tiers.tiers[rank + 1]
        threshold = (following.reenter if rank + 1 <= highest else following.enter)[0]
        if threshold is None or threshold - spend_before >= total:
            break
        rank += 1
        reached = max(steps[-1][0], threshold - spend_before)
        steps.append((reached, factors[rank + 1], names[rank + 1]))
    return steps


def _holding(steps: list[tuple[int, Fraction, str]], position: int) -> Fraction:
    return [factor for start, factor, _ in steps if start <= position][-1]


def cap(
    programme: Programme, moment: Moment, shares: list[Share], grants: Mapping[str, int]
) -> None:
    """Lower shares to what caps allow: per purchase, per member, shared budgets, the ceiling.

    ``grants`` says what each shared budget granted to this event: a settled fact.
    """
    for rule in programme.rules:
        _limits(rule, moment, [share for share in shares if share.rule == rule.rule])
    for name in sorted(programme.budgets, reverse=True):
        left = grants.get(name, 0)
        behind = {r.rule for r in programme.rules if any(b.key == name for b in r.budgets)}
        for share in shares:
            if share.rule in behind and share.units > 0:
                share.units = min(share.units, left)
                left -= share.units
    _ceilings(programme.points.values(), moment, shares)
    for currency in programme.points:
        _never_below_zero([share for share in shares if share.currency == currency])


def _limits(rule: Rule, moment: Moment, own: list[Share]) -> None:
    places = list(range(len(rule.limits)))
    per_purchase = [place for place in places if rule.limits[place].every is None]
    for place in per_purchase + [place for place in places if place not in per_purchase]:
        limit = rule.limits[place]
        times, units = None, limit.units
        if limit.every is not None:
            times, units = moment.rooms[rule.rule, place]
        for share in own:
            if share.units > 0 and times == 0:
                share.units = 0
            if share.units > 0 and units is not None:
                if share.units > units:
                    share.units = 0 if limit.overflow == "refuse" else units
                units -= share.units


def _never_below_zero(shares: list[Share]) -> None:
    lacking = -sum(share.units for share in shares)
    for share in shares:
        if lacking > 0 and share.units < 0:
            raised = min(lacking, -share.units)
            share.units += raised
            lacking -= raised


def _ceilings(currencies: Iterable[PointsCurrency], moment: Moment, shares: list[Share]) -> None:
    for currency in currencies:
        if currency.max_balance is None:
            continue
        room = max(0, currency.max_balance - moment.balance(currency.code))
        for share in shares:
            if share.currency == currency.code:
                share.units = min(share.units, room)
                room -= share.units
