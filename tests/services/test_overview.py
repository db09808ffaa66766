"""The overview says what happened, by local days, steps, stores and rights."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from habitue.domain.access import Role
from habitue.domain.errors import Refusal
from habitue.domain.overview import LONGEST_DAYS, Figures, Step, Stretch
from habitue.kit.instants import (
    MINUTE,
    datetime_of,
    instant_of,
    local_day,
    parse_instant,
)
from habitue.selectors.overview import get_overview
from habitue.services.bookings import book_due
from habitue.services.intake import Envelope
from habitue.services.members import update_member
from tests.services.figures_cast import OWNER, Business, open_stores, overview, settle, staff
from tests.services.till import Till


def _at(till: Till, moment: str, envelope: Callable[[], Envelope]) -> Envelope:
    """Something that happens at a moment, and is recorded then."""
    till.clock.at = max(till.clock.at, parse_instant(moment))
    made = envelope()
    assert isinstance(made.content, dict)
    made.content["occurred_at"] = moment
    till.ok(made)
    return made


@pytest.fixture
def spring(till: Till) -> Till:
    """Two guests, two stores on two sides of the earth, and a week around the end of March."""
    till.clock.at = parse_instant("2026-03-20T12:00:00+00:00")
    open_stores(till)
    till.enrol("CARD0001")
    till.clock.at = parse_instant("2026-03-28T12:00:00+00:00")
    till.enrol("CARD0002")
    first = _at(
        till,
        "2026-03-28T23:30:00+00:00",  # 29 March in Paris, on the morning of which clocks change
        lambda: till.purchase("CARD0001", "10.00", "20.00", store="paris"),
    )
    _at(
        till,
        "2026-03-30T16:00:00+00:00",  # 31 March in Tokyo
        lambda: till.purchase("CARD0001", "5.00", store="tokyo"),
    )
    _at(
        till,
        "2026-03-31T21:59:00+00:00",  # 31 March in Paris, a minute before April
        lambda: till.purchase("CARD0002", "100.00", order_discount="1.00", store="paris"),
    )
    _at(till, "2026-03-31T22:01:00+00:00", lambda: till.other("visit", "CARD0002", store="paris"))
    _at(
        till,
        "2026-04-02T10:00:00+00:00",
        lambda: till.give_back("CARD0001", first, lines=[{"line": "1"}], store="paris"),
    )
    return till


def _shown(figures: Figures) -> dict[str, Any]:
    return {
        name: getattr(figures, name)
        for name in (
            "members",
            "new_members",
            "active_members",
            "purchases",
            "sales",
            "discounts",
            "returns",
            "returned",
            "visits",
            "average_purchase",
        )
    }


@pytest.mark.parametrize("settled", [False, True])
def test_a_week_is_summed_by_local_days(spring: Till, *, settled: bool) -> None:
    if settled:
        settle(spring)
    found = overview(spring, until=date(2026, 4, 2), days=7)
    assert _shown(found.current.figures) == {
        "members": 2,
        "new_members": 1,
        "active_members": 2,
        "purchases": 3,
        "sales": 13_400,
        "discounts": 100,
        "returns": 1,
        "returned": 1_000,
        "visits": 1,
        "average_purchase": 4_467,
    }
    assert _shown(found.before.figures) == {
        "members": 1,
        "new_members": 1,
        "active_members": 0,
        "purchases": 0,
        "sales": 0,
        "discounts": 0,
        "returns": 0,
        "returned": 0,
        "visits": 0,
        "average_purchase": None,
    }
    days = {step.first_day: step.figures for step in found.current.steps}
    assert [day.isoformat() for day in days] == [
        f"2026-{part}" for part in (["03-27", "03-28", "03-29", "03-30", "03-31", "04-01", "04-02"])
    ]
    assert [figures.sales for figures in days.values()] == [0, 0, 3_000, 0, 10_400, 0, 0]
    assert [figures.active_members for figures in days.values()] == [0, 0, 1, 0, 2, 0, 0]
    assert [figures.visits for figures in days.values()] == [0, 0, 0, 0, 0, 1, 0]
    assert [figures.members for figures in days.values()] == [1, 2, 2, 2, 2, 2, 2]
    assert (found.unit, found.currency) == ("day", "EUR")
    assert dict(found.decimals) == {"points": 0, "stars": 2, "voucher:tea": 0}


@pytest.mark.parametrize("settled", [False, True])
def test_points_are_summed_by_what_happened_to_them(spring: Till, *, settled: bool) -> None:
    spring.clock.at = parse_instant("2026-04-10T12:00:00+00:00")
    _at(
        spring,
        "2026-04-10T12:00:00+00:00",
        lambda: spring.other("redemption", "CARD0001", currency="points", units=4),
    )
    _at(
        spring,
        "2026-04-10T12:01:00+00:00",
        lambda: spring.other(
            "adjustment", "CARD0002", currency="points", units=7, reason="a broken glass"
        ),
    )
    spring.clock.at = parse_instant("2026-06-20T12:00:00+00:00")
    while book_due(spring.connection, clock=spring.clock):
        pass
    if settled:
        settle(spring)
    april = overview(spring, until=date(2026, 4, 30), days=60).current
    points = april.figures.points["points"]
    assert (points.issued, points.reversed, points.redeemed, points.adjusted) == (136, 10, 4, 7)
    assert (points.expired, points.outstanding) == (0, 129)
    steps = {step.last_day: step.figures.points["points"].outstanding for step in april.steps}
    assert steps[date(2026, 4, 2)] == 126
    later = overview(spring, until=date(2026, 6, 20), days=60).current.figures.points["points"]
    # Two months after each was earned, the end of the day in the programme's zone.
    assert (later.issued, later.expired, later.outstanding) == (0, 129, 0)


def test_a_store_is_looked_at_by_itself(spring: Till) -> None:
    for _ in range(2):
        found = overview(spring, until=date(2026, 4, 2), days=7, store="tokyo")
        assert found.stores == ("tokyo",)
        figures = found.current.figures
        assert (figures.purchases, figures.sales, figures.active_members) == (1, 500, 1)
        assert (figures.returned, figures.points["points"].issued) == (0, 5)
        assert figures.points["points"].outstanding is None
        assert overview(
            spring, until=date(2026, 4, 2), days=7, store="nowhere"
        ).current.figures == (
            overview(spring, until=date(2020, 4, 2), days=7, store="tokyo").current.figures
        )
        settle(spring)


def test_members_belong_to_their_home_store(spring: Till) -> None:
    ((member_id,),) = spring.rows("SELECT member_id FROM identifier WHERE value = %s", ["CARD0001"])
    settle(spring)
    update_member(
        spring.connection,
        member_id=member_id,
        changes={"store": "tokyo"},
        now=spring.clock.now(),
    )
    for _ in range(2):
        found = {
            store: overview(spring, until=date(2026, 4, 2), days=20, store=store)
            for store in ("tokyo", "paris", None)
        }
        assert [one.current.figures.members for one in found.values()] == [1, 0, 2]
        settle(spring)


def test_whoever_is_bound_to_stores_sees_these(spring: Till) -> None:
    one = staff(Role.MANAGER, "tokyo")
    both = staff(Role.MANAGER, "tokyo", "paris")
    for _ in range(2):
        found = overview(spring, until=date(2026, 4, 2), days=7, actor=one)
        assert (found.stores, found.current.figures.sales) == (("tokyo",), 500)
        found = overview(spring, until=date(2026, 4, 2), days=7, actor=both)
        assert found.stores == ("paris", "tokyo")
        # One guest was in both, and is one member.
        assert (found.current.figures.sales, found.current.figures.active_members) == (13_400, 2)
        settle(spring)
    with pytest.raises(Refusal, match="not_permitted"):
        overview(spring, until=date(2026, 4, 2), days=7, actor=one, store="paris")


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (staff(Role.STAFF), "not_permitted"),
        (staff(Role.DEVELOPER), "not_permitted"),
        (staff(Role.OWNER, programmes=frozenset({"other"})), "not_permitted"),
        (staff(Role.ANALYST), ""),
    ],
)
def test_the_report_needs_its_permission(till: Till, actor: Any, code: str) -> None:
    open_stores(till)
    if code:
        with pytest.raises(Refusal, match=code):
            overview(till, until=date(2026, 4, 2), days=7, actor=actor)
    else:
        assert overview(till, until=date(2026, 4, 2), days=7, actor=actor).current.steps


@pytest.mark.parametrize(
    ("days", "until", "code"),
    [
        (0, date(2026, 4, 2), "not_positive"),
        (-3, date(2026, 4, 2), "not_positive"),
        (LONGEST_DAYS + 1, date(2026, 4, 2), "too_large"),
        (100, date(1, 1, 5), "too_large"),
    ],
)
def test_days_that_cannot_be_are_refused(till: Till, days: int, until: date, code: str) -> None:
    open_stores(till)
    with pytest.raises(Refusal, match=code):
        overview(till, until=until, days=days)


def test_an_unknown_programme_is_refused(till: Till) -> None:
    till.programme = "nobody"
    with pytest.raises(Refusal, match="unknown_programme"):
        overview(till, until=date(2026, 4, 2), days=7)


def test_the_longest_stretch_ends_at_the_last_day(till: Till) -> None:
    open_stores(till)
    found = overview(till, until=date(2026, 4, 2), days=LONGEST_DAYS)
    assert found.unit == "month"
    assert found.current.last_day == date(2026, 4, 2)
    assert found.before.last_day + timedelta(days=1) == found.current.first_day
    days = (found.current.last_day - found.current.first_day).days + 1
    assert days == (found.before.last_day - found.before.first_day).days + 1 == LONGEST_DAYS


@pytest.mark.parametrize("seed", range(20, 24))
def test_random_business_is_counted_as_the_ledger_tells_it(till: Till, seed: int) -> None:
    """Counted again in Python, event by event and line by line, from what is recorded."""
    till.audited = False
    open_stores(till)
    business = Business(till, random.Random(seed))
    for place in range(80):
        business.happen()
        if place == 40:
            settle(till)
    until = datetime_of(till.clock.now()).date() - timedelta(days=3)
    for days in (5, 40, 90, 250):
        for store in (None, "tokyo"):
            found = overview(till, until=until, days=days, store=store).current
            stretches: list[Stretch | Step] = [found, *found.steps]
            for step in stretches:
                told = _told(till, step.first_day, step.last_day, store)
                assert {name: getattr(step.figures, name) for name in told} == told


def _told(till: Till, first: date, last: date, store: str | None) -> dict[str, Any]:
    merged = dict(till.rows("SELECT member_id, merged_into FROM member"))
    events = [
        (merged.get(member) or member, kind, payload)
        for member, kind, at, payload in till.rows(
            "SELECT member_id, kind, occurred_at, payload FROM ledger_event"
        )
        if first <= _day(at, payload["zone"]) <= last
        and (store is None or payload.get("store") == store)
    ]
    bought = [(member, payload) for member, kind, payload in events if kind == "purchase"]
    return {
        "purchases": len(bought),
        "active_members": len({member for member, _ in bought}),
        "sales": sum(
            sum(line["amount"] for line in payload["body"]["lines"] if line.get("role") != "tip")
            - _discount(payload)
            for _, payload in bought
        ),
        "returns": sum(kind == "return" for _, kind, _ in events),
        "visits": sum(kind == "visit" for _, kind, _ in events),
    }


def _discount(payload: dict[str, Any]) -> int:
    sold = sum(line["amount"] for line in payload["body"]["lines"] if line.get("role") != "tip")
    return min(int(payload["body"].get("order_discount", 0)), int(sold))


def _day(at: Any, zone: str) -> date:
    return date.fromordinal(local_day(instant_of(at), zone))


def test_lines_that_only_time_made_are_of_the_programmes_day(till: Till) -> None:
    """Points lapse at midnight in Paris, which is still the day before by universal time."""
    till.clock.at = parse_instant("2026-03-01T12:00:00+00:00")
    open_stores(till)
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00", store="tokyo"))
    till.clock.at = parse_instant("2026-05-20T12:00:00+00:00")
    while book_due(till.connection, clock=till.clock):
        pass
    rows = till.rows("SELECT effective_at FROM entry WHERE kind = 'expire' AND currency = 'points'")
    for _ in range(2):
        for (at,) in rows:
            day = _day(at, "Europe/Paris")
            found = overview(till, until=day, days=1).current.figures.points["points"]
            assert found.expired == 10
        settle(till)
    assert rows


def test_an_overview_takes_a_fixed_number_of_statements(spring: Till) -> None:
    """However much was recorded since figures were settled."""
    few = _statements(spring)
    for card in ("CARD0001", "CARD0002") * 10:
        spring.ok(spring.give_back(card, _bought(spring, card)))
    assert _statements(spring) == few <= 12
    settle(spring)
    assert _statements(spring) < few


def _bought(till: Till, card: str) -> Envelope:
    purchase = till.purchase(card, "1.00")
    till.ok(purchase)
    return purchase


def _statements(till: Till) -> int:
    with psycopg.connect(till.connection.info.dsn, autocommit=True) as connection:
        seen: list[Any] = []

        class Counting(psycopg.Cursor[Any]):
            def execute(self, *arguments: Any, **options: Any) -> Any:
                seen.append(arguments[0])
                return super().execute(*arguments, **options)

        connection.cursor_factory = Counting
        get_overview(
            connection,
            actor=OWNER,
            programme=till.programme,
            until_day=date(2026, 4, 2),
            days=7,
            now=till.clock.now() + MINUTE,
        )
        return len(seen)
