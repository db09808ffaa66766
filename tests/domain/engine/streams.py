"""Random programmes and random streams of events, for the properties.

Instants cluster around local midnights and around both daylight-saving days, amounts around
thresholds, so that boundaries are met often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from habitue.domain.events import Event, Line, PointsPayment, Portion, Purchase, ReturnedLine
from habitue.domain.programme.model import (
    Budget,
    ExpiresAt,
    ExpiresOnDates,
    Expiry,
    Give,
    Limit,
    Metric,
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
    Window,
)
from habitue.kit.instants import HOUR, MINUTE, Instant, day_start
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    budget,
    confirmed,
    day,
    enrolled,
    event,
    gift,
    group,
    holds,
    idle,
    morning,
    of_category,
    passed,
    per_member,
    per_purchase,
    points,
    programme,
    rate,
    received,
    redeemed,
    returned,
    rolling,
    sent,
    spend_at_least,
    times,
    undone,
    visited,
)

ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "UTC")
FIRST_DAY = day("2026-02-20")
SECOND_VERSION = morning("2026-04-15", "UTC")


@dataclass(frozen=True)
class Shape:
    """What a stream may contain."""

    budgets: bool = False
    groups: bool = True
    versions: bool = True
    spending: bool = True
    most_events: int = 10


@dataclass(frozen=True)
class Stream:
    """Versions of one programme, and the events of one member in no particular order."""

    versions: tuple[Programme, ...]
    events: tuple[Event, ...]


# --- programmes -----------------------------------------------------------------------------------

_EXPIRIES: tuple[Expiry | None, ...] = (
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
    PendingFor(parse_period("3 days")),
    PendingUntil(morning("2026-04-01")),
    PendingConfirmation(),
)
_LIMITS: tuple[tuple[Limit, ...], ...] = (
    (),
    (),
    (per_purchase(12),),
    (per_member(times=1, calendar="week"),),
    (per_member(units=15, calendar="month"),),
    (per_member(units=20, rolling="10 days", overflow="refuse"),),
    (per_member(times=2),),
    (per_member(units=30, times=3, rolling="1 month"), per_purchase(20, "refuse")),
)


@st.composite
def _currency(draw: st.DrawFn, code: str) -> PointsCurrency:
    return points(
        code,
        pending=draw(st.sampled_from(_PENDINGS)),
        expiry=draw(st.sampled_from(_EXPIRIES)),
        rounding=draw(st.sampled_from(["floor", "half_up", "half_even", "ceil"])),
        returns=draw(st.sampled_from(["re_evaluate", "keep_bonus"])),
        negative=draw(st.sampled_from(["allow_negative", "allow_negative", "book_loss", "refuse"])),
        reinstate_days=draw(st.sampled_from([None, None, 5])),
        max_balance=draw(st.sampled_from([None, None, None, 60])),
    )


def _rules(draw: st.DrawFn, shape: Shape) -> list[Rule]:
    """Some rules out of a fixed cast, each with some limits and, where there may be, a budget."""
    early = holds("one of the first purchases", lambda moment: moment.purchases < 2)
    small = holds("a small basket", lambda moment: 0 < moment.basket_amount < 1500)
    cast: list[Callable[[], Rule]] = [
        lambda: rate(draw(st.sampled_from(["1", "1.7", "0.3"])), priority=5),
        lambda: rate(2, name="drinks", lines=of_category("drink"), group="g", priority=2),
        lambda: gift(10, name="over-10", when=spend_at_least("10.00"), group="g"),
        lambda: gift(5, name="small", when=small, group="g"),
        lambda: gift(7, name="early", when=early, stop=draw(st.booleans())),
        lambda: gift(1, name="piece", each=of_category("drink"), currency="stamps"),
        lambda: gift(4, name="visit", on="visit"),
        lambda: gift(20, name="welcome", on="enrolment"),
        lambda: times("1.5", name="half-more", lines=of_category("drink", "food")),
        lambda: times("3", name="x3", when=spend_at_least("12.00"), group="g", priority=1),
    ]
    chosen = draw(st.lists(st.integers(0, len(cast) - 1), min_size=1, max_size=6, unique=True))
    rules: list[Rule] = []
    for number in sorted({0, *chosen}):
        one = cast[number]()
        one = replace(one, limits=draw(st.sampled_from(_LIMITS)))
        if not shape.groups:
            one = replace(one, group=None, stop=False)
        if shape.budgets and draw(st.booleans()):
            one = replace(one, budgets=(_rule_budget(draw, one.rule),))
        rules.append(one)
    return rules


def _rule_budget(draw: st.DrawFn, name: str) -> Budget:
    return budget(
        f"rule:{name}",
        units=draw(st.sampled_from([None, 15, 40])),
        times=draw(st.sampled_from([None, None, 2])),
        overflow=draw(st.sampled_from(["trim", "refuse"])),
    )


@st.composite
def _tiers(draw: st.DrawFn) -> Tiers | None:
    if draw(st.integers(0, 3)) == 0:
        return None
    name, scale, currency = draw(
        st.sampled_from(
            [
                ("spend", 1000, None),
                ("points", 15, "points"),
                ("visits", 2, None),
                ("purchases", 2, None),
                ("tenure", 9, None),
            ]
        )
    )
    window = draw(
        st.sampled_from(
            [
                rolling("1 month"),
                rolling("20 days"),
                Window("calendar_year"),
                Window("membership_year"),
                Window("lifetime"),
            ]
        )
    )
    steps = (("silver", 1, "1"), ("gold", 3, "1.5"))[: draw(st.integers(1, 2))]
    tiers = tuple(
        Tier(
            code=code,
            enter=(step * scale,),
            keep=(step * scale * draw(st.sampled_from([2, 1])) // 2,),
            reenter=(step * scale * 4 // 5,),
            multiply=Fraction(factor) + draw(st.sampled_from([Fraction(0), Fraction(1, 4)])),
        )
        for code, step, factor in steps
    )
    return Tiers(
        metrics=(Metric(name, window, currency),),  # type: ignore[arg-type]  # a table of names
        combine="any",
        tiers=tiers,
        valid=draw(
            st.sampled_from(
                [parse_period("15 days"), parse_period("1 month"), "calendar_year",
                 "membership_year", None]
            )
        ),
        grace=draw(st.sampled_from([None, parse_period("4 days")])),
        downgrade=draw(st.sampled_from(["soft_landing", "to_deserved"])),
        crossing=draw(st.sampled_from(["old_rate", "split"])) if name == "spend" else "old_rate",
        multiplied_currency="points",
    )  # fmt: skip


@st.composite
def programmes(draw: st.DrawFn, shape: Shape, zone: str) -> tuple[Programme, ...]:
    """One version, or two of which the second changes rates and dates."""
    spend = SpendSettings(
        tax=draw(st.booleans()),
        delivery=draw(st.booleans()),
        paid_with_points=draw(st.booleans()),
        paid_with_gift_card=draw(st.booleans()),
        discounts=draw(st.sampled_from(["paid", "paid", "before"])),
        order_discounts=draw(st.sampled_from(["spread", "spread", "order"])),
    )
    if spend.order_discounts == "order":
        spend = replace(spend, tax=True)
    first = programme(
        *_rules(draw, shape),
        currencies=(draw(_currency("points")), draw(_currency("stamps"))),
        groups=(group("g", draw(st.sampled_from(["all", "first", "best"]))),),
        tiers=draw(_tiers()),
        spend=spend,
        zone=zone,
        without_purchase=draw(
            st.sampled_from(["match_or_average", "match_or_refuse", "average", "refuse"])
        ),
    )
    if not shape.versions or draw(st.booleans()):
        return (first,)
    changed = draw(_currency("points"))
    changed = replace(changed, expiry=first.points["points"].expiry)
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


# --- events ---------------------------------------------------------------------------------------


@st.composite
def instants(draw: st.DrawFn, zone: str) -> Instant:
    """A moment near midnight, at noon, or anywhere in the day; by the day, spring and summer."""
    start = day_start(FIRST_DAY + draw(st.integers(0, 130)), zone)
    return start + draw(
        st.sampled_from([0, -1, 1, 2 * HOUR, 12 * HOUR, 12 * HOUR + MINUTE, 23 * HOUR])
    )


@st.composite
def _lines(draw: st.DrawFn) -> tuple[Line, ...]:
    count = draw(st.integers(1, 3))
    lines = []
    for number in range(count):
        amount = draw(st.sampled_from([0, 1, 99, 333, 500, 1000, 1999]))
        lines.append(
            Line(
                line=str(number),
                product=draw(st.sampled_from(["tea", "cake"])),
                quantity=draw(st.sampled_from([500, 1000, 2000, 3000])),
                amount=amount,
                tax=amount // 6,
                discount=draw(st.sampled_from([0, 0, 100])),
                role=draw(st.sampled_from(["goods", "goods", "goods", "delivery", "gift_card"])),
                category=draw(st.sampled_from(["drink", "food", None])),
            )
        )
    return tuple(lines)


@st.composite
def streams(draw: st.DrawFn, shape: Shape) -> Stream:
    """A programme and events; returns, undos and confirmations refer to events of the stream."""
    zone = draw(st.sampled_from(ZONES))
    versions = draw(programmes(shape, zone))
    events: list[Event] = []
    kinds = ["purchase"] * 4 + ["return"] * 3 + ["visit", "enrolment", "advance", "confirmation"]
    if shape.spending:
        kinds += ["redemption"] * 2 + ["undo", "adjustment", "transfer_out", "transfer_in", "floor"]
    for number in range(draw(st.integers(2, shape.most_events))):
        kind = "purchase" if not events else draw(st.sampled_from(kinds))
        when = draw(instants(zone))
        common: dict[str, Any] = {"name": f"{number:02}", "zone": zone}
        for one in _event(draw, kind, when, events, common, versions[0]):
            second = len(versions) == 2 and one.occurred_at >= SECOND_VERSION
            events.append(replace(one, version_number=2 if second else 1))
    return Stream(versions, tuple(events))


def _event(
    draw: st.DrawFn,
    kind: str,
    when: Instant,
    events: list[Event],
    common: dict[str, Any],
    version: Programme,
) -> list[Event]:
    sales = [one for one in events if one.kind == "purchase"]
    spent = [one for one in events if one.kind == "redemption"]
    units = draw(st.sampled_from([1, 3, 8, 15, 40]))
    plain: dict[str, Callable[[], Event]] = {
        "visit": lambda: visited(when, **common),
        "enrolment": lambda: enrolled(when, **common),
        "advance": lambda: passed(when, **common),
        "redemption": lambda: redeemed(when, units, **common),
        "transfer_out": lambda: sent(when, units, **common),
        "transfer_in": lambda: received(when, *_portions(draw, when), **common),
        "adjustment": lambda: _adjustment(draw, when, units, common),
        "purchase": lambda: _purchase(draw, when, common),
    }
    if kind in plain:
        return [plain[kind]()]
    if kind == "floor":
        if version.tiers is None:
            return []
        codes = ["", *(tier.code for tier in version.tiers.tiers)]
        return [adjusted(when, tier=draw(st.sampled_from(codes)), **common)]
    if kind == "return" and draw(st.integers(0, 3)) == 0:
        return [returned(when, None, *_unlinked_lines(draw), **common)]
    referred = spent if kind == "undo" else sales
    if not referred:
        return []
    of = draw(st.sampled_from(referred))
    when = max(when, of.occurred_at + draw(st.sampled_from([1, 13 * HOUR])))
    if kind == "undo":
        return [undone(when, of, draw(st.sampled_from([None, 1, 5])), **common)]
    if kind == "confirmation":
        return [confirmed(when, of, **common)]
    return [returned(when, of, *_linked_lines(draw, of), **common)]


def _purchase(draw: st.DrawFn, when: Instant, common: dict[str, Any]) -> Event:
    lines = draw(_lines())
    total = sum(line.amount for line in lines)
    body = Purchase(
        currency="EUR",
        lines=lines,
        order_discount=draw(st.sampled_from([0, 0, total // 10])),
        points_paid=draw(st.sampled_from([(), (), (), (PointsPayment("points", 4, total // 4),)])),
        gift_card_amount=draw(st.sampled_from([0, 0, total // 3])),
    )
    return event(when, body, **common)


def _adjustment(draw: st.DrawFn, when: Instant, units: int, common: dict[str, Any]) -> Event:
    sign = draw(st.sampled_from([1, 1, -1]))
    ends = draw(st.sampled_from([None, when + 30 * 24 * HOUR])) if sign > 0 else None
    return adjusted(when, sign * units, expires_at=ends, **common)


def _portions(draw: st.DrawFn, when: Instant) -> tuple[Portion, ...]:
    return tuple(
        Portion(
            draw(st.sampled_from([2, 9])),
            when - 24 * HOUR,
            draw(st.sampled_from([None, when - HOUR, when + 48 * HOUR, when + 400 * HOUR])),
        )
        for _ in range(draw(st.integers(1, 2)))
    )


def _linked_lines(draw: st.DrawFn, sale: Event) -> tuple[ReturnedLine, ...]:
    assert isinstance(sale.body, Purchase)
    if draw(st.integers(0, 2)) == 0:
        return ()
    line = draw(st.sampled_from(sale.body.lines))
    quantity = draw(st.sampled_from([None, 250, 500, 1000, line.quantity]))
    amount = draw(st.sampled_from([None, 1, 100, line.amount // 2])) if quantity else line.amount
    if quantity is None and not amount:
        quantity = line.quantity
    return (ReturnedLine(line=line.line, quantity=quantity, amount=amount),)


def _unlinked_lines(draw: st.DrawFn) -> tuple[ReturnedLine, ...]:
    product = draw(st.sampled_from(["tea", "cake", "hat"]))
    quantity = draw(st.sampled_from([None, 1000, 2500]))
    amount = draw(st.sampled_from([300, 900]))
    return (ReturnedLine(product=product, quantity=quantity, amount=amount),)
