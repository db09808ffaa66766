"""Random programmes for the properties: every policy, limit, expiry and tier that the model has."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from habitue.domain.programme.measures import Budget, Limit, Metric, Window
from habitue.domain.programme.model import (
    ExpiresAt,
    ExpiresOnDates,
    Expiry,
    Give,
    Pending,
    PendingConfirmation,
    PendingFor,
    PendingUntil,
    PointsCurrency,
    Programme,
    Rate,
    Rule,
    SpendSettings,
    Tier,
    Tiers,
)
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    after,
    budget,
    gift,
    group,
    holds,
    idle,
    morning,
    of_category,
    per_member,
    per_purchase,
    points,
    programme,
    rate,
    rolling,
    spend_at_least,
    times,
)

SECOND_VERSION = morning("2026-04-15", "UTC")


@dataclass(frozen=True)
class Shape:
    """What a stream may contain."""

    budgets: bool = False
    versions: bool = True
    spending: bool = True
    most_events: int = 14


_EXPIRIES: tuple[Expiry | None, ...] = (
    None,
    None,
    after("10 days"),
    after("1 month"),
    after("1 month", "month"),
    ExpiresOnDates(((3, 29), (6, 30))),
    ExpiresAt(morning("2026-05-01")),
    idle("20 days"),
    idle("1 month", "purchase", "visit", "redemption"),
)
_PENDINGS: tuple[Pending | None, ...] = (
    None,
    None,
    None,
    PendingFor(parse_period("3 days")),
    PendingUntil(morning("2026-04-01")),
    PendingConfirmation(),
)
_LIMITS: tuple[tuple[Limit, ...], ...] = (
    (),
    (),
    (),
    (per_purchase(12),),
    (per_member(times=1, calendar="week"),),
    (per_member(units=25, calendar="month"),),
    (per_member(units=20, rolling="10 days", overflow="refuse"),),
    (per_member(times=3),),
    (per_member(units=40, times=3, rolling="1 month"), per_purchase(30, "refuse")),
)
_EARLY = holds("one of the first purchases", lambda moment: moment.purchases < 2)
_SMALL = holds("a small basket", lambda moment: 0 < moment.basket_amount < 1500)
_RICH = holds("a balance of 20", lambda moment: moment.balance("points") >= 20)
_BACK = holds("not seen for a week", lambda moment: (moment.days_since_visit or 0) >= 7)
_DRINKS = of_category("drink")
# Rules that ask about others, and so are asked after them; one asks about a rule that asks.
_AFTER = holds("more than ten was spent", lambda moment: "over-10" in moment.fired)
_INSTEAD = holds("nobody was early", lambda moment: "early" not in moment.fired)
_LAST = holds("the one after counted", lambda moment: "after" in moment.fired)


def _currency(choose: random.Random, code: str) -> PointsCurrency:
    return points(
        code,
        pending=choose.choice(_PENDINGS),
        expiry=choose.choice(_EXPIRIES),
        rounding=choose.choice(("floor", "floor", "half_up", "half_even", "ceil")),
        returns=choose.choice(("re_evaluate", "keep_bonus")),
        negative=choose.choice(("allow_negative", "allow_negative", "book_loss", "refuse")),
        reinstate_days=choose.choice((None, None, 5)),
        max_balance=choose.choice((None, None, None, None, 60)),
    )


def _rules(choose: random.Random, shape: Shape) -> list[Rule]:
    """Some rules out of a fixed cast, each with some limits and, where there may be, a budget."""
    cast: list[Callable[[], Rule]] = [
        lambda: rate(2, name="drinks", lines=_DRINKS, group="g", priority=2),
        lambda: gift(10, name="over-10", when=spend_at_least("10.00"), group="g"),
        lambda: gift(5, name="small", when=_SMALL, group="g"),
        lambda: gift(7, name="early", when=_EARLY, stop=choose.random() < 0.3),
        lambda: gift(3, name="rich", when=_RICH),
        lambda: gift(9, name="back", when=_BACK, priority=3, stop=choose.random() < 0.2, group="g"),
        lambda: gift(1, name="piece", each=_DRINKS, currency="stamps"),
        lambda: gift(4, name="visit", on="visit"),
        lambda: gift(20, name="welcome", on="enrolment"),
        lambda: times("1.5", name="half-more", lines=of_category("drink", "food")),
        lambda: times("3", name="x3", when=spend_at_least("12.00"), group="g", priority=1),
        lambda: times("0.5", name="half", lines=_DRINKS),
        lambda: replace(gift(6, name="after", when=_AFTER, priority=4), stage=1),
        lambda: replace(gift(8, name="instead", when=_INSTEAD, group="h"), stage=1),
        lambda: replace(rate("0.5", name="drop", when=_AFTER, group="h", priority=2), stage=1),
        lambda: replace(times("2", name="last", when=_LAST), stage=2),
        lambda: replace(gift(11, name="lucky"), chance=Fraction(1, 2)),
        lambda: replace(gift(13, name="luck", group="g", priority=6), chance=Fraction(1, 3)),
    ]
    base = rate(choose.choice(("1", "2", "1.7", "0.3")), priority=5)
    rules = [base, *(make() for make in choose.sample(cast, choose.randint(0, 7)))]
    rules = [replace(one, limits=choose.choice(_LIMITS)) for one in rules]
    if not shape.budgets:
        return rules
    return [
        replace(one, budgets=(_budget(choose, one.rule),))
        if choose.random() < 0.6 and (one.multiply is None or one.multiply > 1)
        else one
        for one in rules
    ]


def _budget(choose: random.Random, name: str) -> Budget:
    return budget(
        f"rule:{name}",
        units=choose.choice((None, 15, 40)),
        times=choose.choice((None, None, 2)),
        overflow=choose.choice(("trim", "refuse")),
    )


def _metric(choose: random.Random) -> tuple[Metric, int]:
    """A metric and the size of its first threshold."""
    window = choose.choice(
        (
            rolling("1 month"),
            rolling("20 days"),
            Window("calendar_year"),
            Window("membership_year"),
            Window("lifetime"),
        )
    )
    return choose.choice(
        (
            (Metric("spend", window), 2000),
            (Metric("points", window, "points"), 20),
            (Metric("visits", window), 2),
            (Metric("purchases", window), 2),
            (Metric("tenure", window), 9),
        )
    )


def _structures(choose: random.Random) -> dict[str, Any]:
    """No tiers, one structure, or two of them."""
    if choose.random() < 0.25:
        return {}
    main = _tiers(choose, "silver", "gold")
    if choose.random() < 0.5:
        return {"tiers": main}
    beside = _tiers(choose, "regular", "insider")
    currency = choose.choice(("points", "points", "stamps"))
    return {
        "tiers": replace(main, name="main"),
        "beside": (replace(beside, name="beside", key="beside", multiplied_currency=currency),),
        "multipliers": choose.choice(("multiply", "best")),
    }


def _tiers(choose: random.Random, lower: str, higher: str) -> Tiers:
    metrics = [_metric(choose) for _ in range(choose.choice((1, 1, 2)))]
    tiers = tuple(
        Tier(
            code=code,
            enter=tuple(step * scale for _, scale in metrics),
            keep=tuple(step * scale * choose.choice((2, 1)) // 2 for _, scale in metrics),
            reenter=tuple(step * scale * 4 // 5 for _, scale in metrics),
            multiply=Fraction(factor),
        )
        for code, step, factor in ((lower, 1, "1.25"), (higher, 2, "2"))[: choose.randint(1, 2)]
    )
    return Tiers(
        metrics=tuple(metric for metric, _ in metrics),
        combine=choose.choice(("any", "all")),
        tiers=tiers,
        valid=choose.choice(
            (
                parse_period("15 days"),
                parse_period("15 days"),
                parse_period("1 month"),
                "calendar_year",
                "membership_year",
                None,
            )
        ),
        grace=choose.choice((None, parse_period("4 days"))),
        downgrade=choose.choice(("soft_landing", "to_deserved")),
        crossing="split" if _by_spend(metrics) and choose.random() < 0.5 else "old_rate",
        multiplied_currency="points",
    )


def _by_spend(metrics: list[tuple[Metric, int]]) -> bool:
    return len(metrics) == 1 and metrics[0][0].name == "spend"


def random_versions(choose: random.Random, shape: Shape, zone: str) -> tuple[Programme, ...]:
    """One version, or two of which the second doubles what is given and changes other policies."""
    spend = SpendSettings(
        tax=choose.random() < 0.7,
        delivery=choose.random() < 0.5,
        paid_with_points=choose.random() < 0.5,
        paid_with_gift_card=choose.random() < 0.5,
        discounts=choose.choice(("paid", "paid", "before")),
        order_discounts=choose.choice(("spread", "spread", "order")),
    )
    first = programme(
        *_rules(choose, shape),
        currencies=(_currency(choose, "points"), _currency(choose, "stamps")),
        groups=(
            group("g", choose.choice(("all", "first", "best"))),
            group("h", choose.choice(("all", "first", "best"))),
        ),
        **_structures(choose),
        spend=spend,
        zone=zone,
        chance_secret=bytes(range(32)),
        without_purchase=choose.choice(
            ("match_or_average", "match_or_refuse", "average", "refuse")
        ),
    )
    if not shape.versions or choose.random() < 0.5:
        return (first,)
    changed = replace(_currency(choose, "points"), expiry=first.points["points"].expiry)
    second = replace(
        first,
        number=2,
        effective_at=SECOND_VERSION,
        rules=tuple(replace(one, gives=tuple(map(_doubled, one.gives))) for one in first.rules),
        points={**first.points, "points": changed},
    )
    return (first, second)


def _doubled(give: Give) -> Give:
    if isinstance(give, Rate):
        return replace(give, units=give.units * 2)
    return replace(give, units=give.units * 2)
