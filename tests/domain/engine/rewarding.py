"""Rewards, vouchers and occasions for tests of the engine, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from habitue.domain.events import Birthday, Event, Redemption
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import Expiry, Gift, Price, Programme, Reward, Rule
from habitue.kit.instants import Instant
from tests.domain.engine.building import event, points, programme


def birthday(when: str | Instant, days_before: int = 0, **fields: Any) -> Event:
    """A birthday of the member is so many days away."""
    return event(when, Birthday(days_before), **fields)


def taken(
    when: str | Instant, code: str, currency: str = "points", units: int = 0, **fields: Any
) -> Event:
    """A reward is taken, and paid for in a currency of points."""
    return event(when, Redemption(currency, units, reward=code), **fields)


def reward(code: str, *prices: tuple[str, int], **fields: Any) -> Reward:
    """A reward: a free product of its own code, without end."""
    plain = Reward(
        reward=code,
        prices=tuple(Price(currency, units) for currency, units in prices),
        gift=Gift("free_product", code),
        when=None,
        limits=(),
        stock=None,
        starts_at=None,
        ends_at=None,
        enabled=True,
    )
    return replace(plain, **fields)


def offering(
    *rewards: Reward,
    rules: tuple[Rule, ...] = (),
    stock: int = 0,
    expiry: Expiry | None = None,
    **fields: Any,
) -> Programme:
    """A programme with these rewards, and the vouchers for them; each that counts its stock has as
    much of it."""
    plain = programme(*rules, **fields)
    vouchers = [
        points(one.voucher, kind="voucher", expiry=expiry, negative="book_loss") for one in rewards
    ]
    budgets = [Budget(one.stock, None, stock, "refuse") for one in rewards if one.stock]
    return replace(
        plain,
        points={**plain.points, **{one.code: one for one in vouchers}},
        budgets={**plain.budgets, **{one.key: one for one in budgets}},
        rewards={one.reward: one for one in rewards},
    )
