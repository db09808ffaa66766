"""What a year of history says of a document: rewards beyond reach, budgets and stock that run out.

Unlike the static checks, these findings rest on what customers did, not on the document alone: they
are warnings, they name the numbers, and they hold as far as customers stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from habitue.domain.programme.faults import Fault
from habitue.domain.programme.model import Programme, Reward, Rule
from habitue.kit.instants import Instant, datetime_of
from habitue.kit.money import format_decimal


@dataclass(frozen=True, slots=True)
class BudgetPast:
    """A budget over the time: how much of it was given, how much was asked for, and when it first
    could not give what was asked (``None``: it always could).  Smallest units, or times."""

    given: int
    wanted: int
    ran_out_at: Instant | None


@dataclass(frozen=True, slots=True)
class Past:
    """A year under the document.

    ``pace`` is what the median of the members who bought something earned in it, by currency, in
    smallest units; ``buyers`` is how many they were.  ``budgets`` are by key, ``out_of_stock`` says
    how often a reward that was taken would not have been there.
    """

    buyers: int
    pace: Mapping[str, int]
    budgets: Mapping[str, BudgetPast]
    out_of_stock: Mapping[str, int]


def check_experience(programme: Programme, past: Past) -> list[Fault]:
    """The findings, in the order of their paths; none where nobody bought anything."""
    if not past.buyers:
        return []
    found = [
        *_beyond_reach(programme, past),
        *_run_out(programme, past),
        *_out_of_stock(programme, past),
    ]
    return sorted(found, key=lambda fault: fault.path)


def _beyond_reach(programme: Programme, past: Past) -> Iterator[Fault]:
    for code, reward in programme.rewards.items():
        if not reward.enabled or not reward.prices:
            continue
        if any(past.pace.get(price.currency, 0) >= price.units for price in reward.prices):
            continue
        yield Fault(
            f"rewards.{code}.cost",
            _prices(programme, reward),
            "beyond_a_year",
            f"Lower it to {_paces(programme, reward, past)}, or give more: that is what the median "
            f"of {past.buyers} members who bought something earned in the year.",
            "warning",
        )


def _prices(programme: Programme, reward: Reward) -> str:
    return " or ".join(
        f"{_units(programme, price.currency, price.units)} {price.currency}"
        for price in reward.prices
    )


def _paces(programme: Programme, reward: Reward, past: Past) -> str:
    return " or ".join(
        f"{_units(programme, price.currency, past.pace.get(price.currency, 0))} {price.currency}"
        for price in reward.prices
    )


def _units(programme: Programme, currency: str, units: int) -> str:
    points = programme.points.get(currency)
    return format_decimal(units, 0 if points is None else points.decimals)


def _run_out(programme: Programme, past: Past) -> Iterator[Fault]:
    for key, budget in programme.budgets.items():
        seen = past.budgets.get(key)
        if seen is None or seen.ran_out_at is None or budget.every is not None:
            continue
        path, decimals = _place(programme, key)
        day = datetime_of(seen.ran_out_at, programme.zone).date().isoformat()
        given, wanted = (format_decimal(one, decimals) for one in (seen.given, seen.wanted))
        if budget.units is None:
            value, raised = f"{budget.times} times", "Raise it"
        else:
            value, raised = format_decimal(budget.units, decimals), f"Raise it to {wanted}"
        yield Fault(
            path,
            value,
            "runs_out_early",
            f"{raised}, or give less: it could not give what was asked from {day} on, and gave "
            f"{given} of {wanted}.",
            "warning",
        )


def _place(programme: Programme, key: str) -> tuple[str, int]:
    """Where a budget is written, and the decimals of what it holds."""
    kind, _, code = key.partition(":")
    rules = [rule for rule in programme.rules if any(one.key == key for one in rule.budgets)]
    decimals = {_decimals(programme, rule) for rule in rules}
    section = "campaigns" if kind == "campaign" else "earn"
    return f"{section}.{code}.budget", decimals.pop() if len(decimals) == 1 else 0


def _decimals(programme: Programme, rule: Rule) -> int:
    codes = [give.currency for give in rule.gives] or [rule.multiplied_currency or ""]
    points = programme.points.get(codes[0])
    return 0 if points is None else points.decimals


def _out_of_stock(programme: Programme, past: Past) -> Iterator[Fault]:
    for code, times in past.out_of_stock.items():
        reward = programme.rewards.get(code)
        if reward is None or reward.stock is None or not times:
            continue
        budget = programme.budgets[reward.stock]
        period = "in all" if budget.every is None else f"per {budget.every}"
        yield Fault(
            f"rewards.{code}.stock",
            f"{budget.times} {period}",
            "stock_too_small",
            f"Raise it, or ask a higher price: it was gone {times} times when a member took it.",
            "warning",
        )
