"""Ways to give the house away: rewards that are worth more than what earns them, and discounts
that leave nothing to pay.

Both are counted in the document, and only where nothing limits them: with a condition, a limit or a
budget somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.discounts import WHOLE, Discount, MemberPrice, Percentage
from habitue.domain.programme.model import Price, Programme, Rate, Reward, Rule
from habitue.kit.money import format_amount

_MONEY = ("amount", "gift_card")


def check_giving_away(subject: Subject) -> None:
    """Look at rewards that are money, and at discounts that take everything off."""
    programme = subject.programme
    for reward in programme.rewards.values():
        if reward.enabled and reward.gift.kind in _MONEY:
            _check_reward(subject, reward)
    for discount in programme.discounts.values():
        if discount.enabled and _takes_all(discount):
            remedy = "Name lines, a condition, a limit or a budget, or take less off."
            subject.warn(f"discounts.{discount.discount}", "", "everything_free", remedy)


def _check_reward(subject: Subject, reward: Reward) -> None:
    programme = subject.programme
    if reward.when is not None or reward.limits or reward.stock:
        return
    for price in reward.prices:
        spends = [_spent_for(price, rate) for rate in _plain_rates(programme)]
        needed = min((spend for spend in spends if spend is not None), default=None)
        if needed is None or reward.gift.amount <= needed:
            continue
        spent = f"{format_amount(-(-needed // 1), programme.currency)} {programme.currency}"
        remedy = f"Raise the price, or give less: what it costs is earned with {spent}."
        value = format_amount(reward.gift.amount, programme.currency)
        subject.warn(f"rewards.{reward.reward}.gives", value, "worth_more_than_spent", remedy)
        return


def _plain_rates(programme: Programme) -> Iterator[Rate]:
    """The rates that every purchase earns at, without a condition or a cap."""
    for rule in programme.rules:
        if rule.on == "purchase" and rule.enabled and not _is_limited(rule):
            yield from (give for give in rule.gives if isinstance(give, Rate))


def _is_limited(rule: Rule) -> bool:
    asks = (rule.when, rule.lines, rule.each, rule.chance, rule.group)
    return any(one is not None for one in asks) or bool(rule.limits or rule.budgets)


def _spent_for(price: Price, rate: Rate) -> Fraction | None:
    """The money with which the price is earned; ``None`` where the rate earns none of it."""
    if rate.currency != price.currency or not rate.units:
        return None
    return Fraction(price.units * rate.per) / rate.units


def _takes_all(discount: Discount) -> bool:
    """Whether nothing is left to pay for goods, whoever buys whatever how often."""
    cut = discount.cut
    asks = (discount.when, discount.lines, discount.each, discount.cheapest, discount.budget)
    if any(one is not None for one in asks) or discount.limits or not discount.on_reduced:
        return False
    if isinstance(cut, MemberPrice):
        return cut.price == 0
    return isinstance(cut, Percentage) and cut.share == WHOLE
