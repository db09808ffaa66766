"""Rewards: who may have one, what it costs, and what it takes from stock and limits.

Everything is checked for the event that is being decided, and settled from then on: a reward that
was handed over is never taken back by a late event (SEMANTICS 1).  The price is that of the version
of the event, so it needs no other record.  A whole undoing gives stock and limits back.
"""

from __future__ import annotations

from habitue.domain.engine.context import context_of, usage_key, used_of
from habitue.domain.engine.entering import draw_of, withdraw
from habitue.domain.engine.folding import Fold
from habitue.domain.engine.records import Spent, Taken
from habitue.domain.engine.spend import EMPTY_BASKET
from habitue.domain.engine.usage import add_usage, forget_old_usage
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Redemption
from habitue.domain.programme.model import VOUCHER, Price, Programme, Reward
from habitue.kit.instants import local_day


def reward_of(body: Redemption) -> str:
    """The code of the reward that a redemption is for; empty where points are just spent."""
    if not body.reward and body.currency.startswith(VOUCHER):
        return body.currency.removeprefix(VOUCHER)
    return body.reward


def price_of(programme: Programme, body: Redemption) -> Price:
    """What a reward costs in the currency in which it is paid.

    Raises ``UNKNOWN_REWARD``, ``REWARD_NOT_AVAILABLE`` where that currency does not pay for it, and
    ``INCONSISTENT`` where another price was said.
    """
    reward = programme.rewards.get(reward_of(body))
    if reward is None:
        raise Refusal(
            Code.UNKNOWN_REWARD, "reward", value=reward_of(body), programme=programme.code
        )
    prices = {price.currency: price for price in reward.prices}
    prices[reward.voucher] = Price(reward.voucher, 1)
    price = prices.get(body.currency)
    if price is None:
        raise Refusal(Code.REWARD_NOT_AVAILABLE, "currency", value=body.currency, reason="currency")
    if body.units not in (0, price.units):
        raise Refusal(Code.INCONSISTENT, "units", value=body.units, expected=price.units)
    return price


def take_reward(fold: Fold, programme: Programme, event: Event, body: Redemption) -> Taken:
    """Count a reward; the event that is being decided is refused where it may not be had.

    Raises ``REWARD_NOT_AVAILABLE``, ``REWARD_LIMIT_REACHED`` and ``OUT_OF_STOCK``.
    """
    reward = programme.rewards[reward_of(body)]
    day = local_day(event.occurred_at, event.zone)
    stock = programme.budgets[reward.stock] if reward.stock is not None else None
    taken = Taken(reward, stock, day, draw_of(programme, reward))
    strict = fold.is_strict(event)
    if strict:
        _check_available(fold, programme, event, reward)
        _check_limits(fold, taken)
    if stock is not None and not fold.desk.grant(stock, event.event_id, 1) and strict:
        raise Refusal(Code.OUT_OF_STOCK, "reward", value=reward.reward, limit=stock.times)
    _count(fold, taken, 1)
    return taken


def put_back(fold: Fold, event: Event, spent: Spent) -> None:
    """After an undoing: a reward that was given back whole is in stock and within limits again."""
    taken = spent.taken
    if taken is None or spent.undone < spent.units:
        return
    if taken.stock is not None:
        fold.desk.give_back(taken.stock, event.event_id, 1, 1)
    if taken.draw is not None:
        withdraw(fold, event, taken.draw, taken.reward)
    _count(fold, taken, -1)


def _check_available(fold: Fold, programme: Programme, event: Event, reward: Reward) -> None:
    at = event.occurred_at
    reason = ""
    if not reward.enabled:
        reason = "disabled"
    elif reward.starts_at is not None and at < reward.starts_at:
        reason = "not yet in force"
    elif reward.ends_at is not None and at >= reward.ends_at:
        reason = "no longer in force"
    elif reward.when is not None:
        context = context_of(programme, fold.state, event, EMPTY_BASKET)
        reason = "" if reward.when.holds(context) else "condition"
    if reason:
        raise Refusal(Code.REWARD_NOT_AVAILABLE, "reward", value=reward.reward, reason=reason)


def _check_limits(fold: Fold, taken: Taken) -> None:
    for index, limit in enumerate(taken.reward.limits):
        used, _ = used_of(fold.state.usage.get(_usage(taken.reward, index)), limit, taken.day)
        if limit.times is not None and used >= limit.times:
            raise Refusal(
                Code.REWARD_LIMIT_REACHED, "reward", value=taken.reward.reward, limit=limit.times
            )


def _count(fold: Fold, taken: Taken, times: int) -> None:
    for index, limit in enumerate(taken.reward.limits):
        name = _usage(taken.reward, index)
        add_usage(fold.state, name, usage_key(limit, taken.day), times, 0)
        if times > 0 and limit.every is not None:
            forget_old_usage(fold.state, name, limit.every, taken.day)


def _usage(reward: Reward, index: int) -> str:
    return f"reward:{reward.reward}/{index}"
