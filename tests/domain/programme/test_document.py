"""Good documents: every feature, and what it becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.measures import Budget, Every, Limit, Metric, Window
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Fixed,
    NeverExpires,
    PendingConfirmation,
    PendingFor,
    PendingNone,
    PendingUntil,
    Rate,
    SpendSettings,
)
from habitue.kit.instants import instant_of
from habitue.kit.periods import Period
from tests.domain.programme.samples import document, programme, rule

MONTHS_12 = Period(12, "month")


def utc(*parts: int) -> int:
    """An instant from UTC."""
    return instant_of(datetime(*parts, tzinfo=UTC))  # type: ignore[misc, arg-type]  # year, month, day, ...


def test_the_minimal_document_takes_every_default() -> None:
    made = parse_document(document(), number=7)
    assert (made.code, made.number, made.currency, made.zone) == (
        "sample",
        7,
        "EUR",
        "Europe/Paris",
    )
    assert made.languages == ("en",)
    assert made.spend == SpendSettings()
    assert (made.tiers, made.claim_days, made.without_purchase) == (None, None, "match_or_refuse")
    points = made.points["points"]
    assert (points.kind, points.decimals, points.rounding) == ("points", 0, "floor")
    assert (points.pending, points.expiry) == (PendingNone(), NeverExpires())
    assert (points.returns, points.negative) == ("re_evaluate", "allow_negative")
    assert (points.reinstate_days, points.max_balance) == (None, None)
    [base] = made.rules
    assert base.gives == (Rate("points", Fraction(1), 100),)
    assert (base.on, base.priority, base.stop, base.enabled) == ("purchase", 0, False, True)
    assert (base.limits, base.budgets, made.budgets) == ((), (), {})


@pytest.mark.parametrize(
    ("fields", "attribute", "expected"),
    [
        ("kind: stamps", "decimals", 0),
        ("kind: cashback", "decimals", 2),
        ("{kind: cashback, decimals: 3}", "decimals", 3),
        ("decimals: 1", "decimals", 1),
        ("rounding: half_even", "rounding", "half_even"),
        ("pending: 14 days", "pending", PendingFor(Period(14, "day"))),
        ("pending: none", "pending", PendingNone()),
        ("pending: confirmation", "pending", PendingConfirmation()),
        ("pending: {until: 2027-01-01}", "pending", PendingUntil(utc(2026, 12, 31, 23))),
        (
            "pending: {until: 2027-01-01T00:00:00+00:00}",
            "pending",
            PendingUntil(utc(2027, 1, 1)),
        ),
        ("expires: never", "expiry", NeverExpires()),
        ("expires: 12 months", "expiry", ExpiresAfter(MONTHS_12)),
        ("expires: {after: 12 months}", "expiry", ExpiresAfter(MONTHS_12)),
        (
            "expires: {after: 12 months, round_up_to: month}",
            "expiry",
            ExpiresAfter(MONTHS_12, "month"),
        ),
        (
            "expires: {on: [12-31, 03-31]}",
            "expiry",
            ExpiresOnDates(((3, 31), (12, 31))),
        ),
        ("expires: {on: 12-31}", "expiry", ExpiresOnDates(((12, 31),))),
        ("expires: {at: 2027-03-01}", "expiry", ExpiresAt(utc(2027, 2, 28, 23))),
        (
            "expires: {inactive: 6 months}",
            "expiry",
            ExpiresInactive(Period(6, "month"), frozenset({"purchase", "visit"})),
        ),
        (
            "expires: {inactive: 1 year, activity: [purchase, redemption]}",
            "expiry",
            ExpiresInactive(Period(1, "year"), frozenset({"purchase", "redemption"})),
        ),
        ("returns: keep_bonus", "returns", "keep_bonus"),
        ("negative: book_loss", "negative", "book_loss"),
        ("negative: refuse", "negative", "refuse"),
        ("reinstate: forfeit", "reinstate_days", None),
        ("reinstate: {for: 30 days}", "reinstate_days", 30),
        ("reinstate: {for: 2 weeks}", "reinstate_days", 14),
        ("max_balance: 5000", "max_balance", 5000),
        ("{kind: cashback, max_balance: 99.50}", "max_balance", 9950),
    ],
)
def test_points(fields: str, attribute: str, expected: object) -> None:
    fields = fields if fields.startswith("{") else f"{{{fields}}}"
    made = programme(f"points: {{points: {fields}}}").points["points"]
    assert getattr(made, attribute) == expected


@pytest.mark.parametrize(
    "section", ["points: {}", "points:", "points: {points: {}}", "points: {points: }"]
)
def test_points_need_no_settings(section: str) -> None:
    assert list(programme(section).points) == ["points"]


def test_a_tier_may_have_its_own_expiry() -> None:
    made = programme(
        "points: {points: {expires: {after: 12 months}, expires_by_tier: {gold: never}}}\n"
        "tiers: {by: {spend: lifetime}, gold: {enter: 500}}"
    )
    assert made.points["points"].expiry_by_tier == {"gold": NeverExpires()}


def test_money_decides_decimals() -> None:
    made = programme(
        "money: {currency: JPY}\npoints: {back: {kind: cashback}}\n"
        "earn: {base: {on: purchase, give: {back: 0.01, per: 1}}}"
    )
    assert made.points["back"].decimals == 0
    assert made.rules[0].gives == (Rate("back", Fraction(1, 100), 1),)


def test_spend_settings() -> None:
    made = programme(
        "spend: {tax: no, tips: yes, delivery: true, deposits: false, gift_card_sales: yes,"
        " paid_with_points: yes, paid_with_gift_card: no, discounts: before,"
        " order_discounts: order}"
    )
    assert made.spend == SpendSettings(
        tax=False,
        tips=True,
        delivery=True,
        deposits=False,
        gift_card_sales=True,
        paid_with_points=True,
        paid_with_gift_card=False,
        discounts="before",
        order_discounts="order",
    )


STARS = "points: {points: {}, stars: {decimals: 2}}"


@pytest.mark.parametrize(
    ("fields", "overlay", "gives"),
    [
        (
            "on: purchase, give: {points: 1.7, per: 1.00}",
            "",
            (Rate("points", Fraction(17, 10), 100),),
        ),
        ("on: purchase, give: {points: 1, per: 10}", "", (Rate("points", Fraction(1), 1000),)),
        ("on: purchase, give: {points: '2', per: '0.50'}", "", (Rate("points", Fraction(2), 50),)),
        ("on: purchase, give: {points: 50}", "", (Fixed("points", 50),)),
        ("on: visit, give: {points: 5}", "", (Fixed("points", 5),)),
        ("on: return, give: {points: 5}", "", (Fixed("points", 5),)),
        ("on: adjustment, give: {points: 5}", "", (Fixed("points", 5),)),
        ("on: purchase, give: {stars: 0.25}", STARS, (Fixed("stars", 25),)),
        (
            "on: purchase, give: {stars: 0.125, per: 1}",
            STARS,
            (Rate("stars", Fraction(25, 2), 100),),
        ),
        (
            "on: purchase, give: {points: 1, stars: 2, per: 1}",
            STARS,
            (Rate("points", Fraction(1), 100), Rate("stars", Fraction(200), 100)),
        ),
        ("on: purchase, give: {points: 1, per: 0}", "", (Rate("points", Fraction(1), 0),)),
        ("on: purchase, give: {points: 1, per: null}", "", (Rate("points", Fraction(1), 0),)),
        ("on: purchase, give: {points: 0}", "", (Fixed("points", 0),)),
    ],
)
def test_what_a_rule_gives(fields: str, overlay: str, gives: tuple[object, ...]) -> None:
    made = rule(fields, overlay)
    assert made.gives == gives
    assert made.multiply is None


@pytest.mark.parametrize(
    ("fields", "overlay", "multiply", "currency"),
    [
        ("on: purchase, multiply: 2", "", Fraction(2), "points"),
        ("on: purchase, multiply: 1.25", "", Fraction(5, 4), "points"),
        ("on: purchase, multiply: '0.5'", "", Fraction(1, 2), "points"),
        ("on: purchase, multiply: 2, of: stars", STARS, Fraction(2), "stars"),
        # The one named points is meant, whatever the order.
        ("on: purchase, multiply: 2", STARS, Fraction(2), "points"),
    ],
)
def test_what_a_rule_multiplies(
    fields: str, overlay: str, multiply: Fraction, currency: str
) -> None:
    made = rule(fields, overlay)
    assert (made.multiply, made.multiplied_currency) == (multiply, currency)


def test_without_a_currency_named_points_the_only_one_of_that_kind_is_meant() -> None:
    made = programme(
        "points: {aa: {kind: stamps}, zz: {}}\n"
        "earn: {base: {on: purchase, give: {zz: 1, per: 1}}, two: {on: purchase, multiply: 2}}"
    )
    assert made.rules[1].multiplied_currency == "zz"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("{per_purchase: 100}", Limit(None, 100, None, "trim")),
        ("{per_purchase: 100, overflow: refuse}", Limit(None, 100, None, "refuse")),
        ("{per_member: 1, every: day}", Limit(1, None, Every("day"), "trim")),
        ("{per_member: 1}", Limit(1, None, Every(), "trim")),
        ("{per_member: 3, every: ever}", Limit(3, None, Every(), "trim")),
        ("{per_member: 3, every: week}", Limit(3, None, Every("week"), "trim")),
        ("{per_member: 3, every: quarter}", Limit(3, None, Every("quarter"), "trim")),
        (
            "{per_member_units: 500, every: rolling 30 days}",
            Limit(None, 500, Every(None, Period(30, "day")), "trim"),
        ),
        (
            "{per_member_units: 500, every: rolling 1 year, overflow: refuse}",
            Limit(None, 500, Every(None, Period(1, "year")), "refuse"),
        ),
    ],
)
def test_limits(limit: str, expected: Limit) -> None:
    assert rule(f"on: purchase, multiply: 2, limit: {limit}").limits == (expected,)
    assert rule(f"on: purchase, multiply: 2, limit: [{limit}, {limit}]").limits == (
        expected,
        expected,
    )


def test_limits_count_in_the_units_of_the_points() -> None:
    made = rule("on: purchase, give: {stars: 1, per: 1}, limit: {per_purchase: 1.5}", STARS)
    assert made.limits == (Limit(None, 150, None, "trim"),)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("50000", Budget("rule:r", 50000, None, "trim")),
        ("{units: 10}", Budget("rule:r", 10, None, "trim")),
        ("{times: 10}", Budget("rule:r", None, 10, "trim")),
        (
            "{units: 10, times: 2, overflow: refuse}",
            Budget("rule:r", 10, 2, "refuse"),
        ),
    ],
)
def test_budgets(budget: str, expected: Budget) -> None:
    assert rule(f"on: purchase, give: {{points: 1}}, budget: {budget}").budgets == (expected,)


def test_campaigns_share_their_time_and_their_budget() -> None:
    made = programme(
        "campaigns: {summer: {from: 2026-06-01, until: 2026-08-31, budget: 50000}}\n"
        "earn:\n"
        "  a: {on: purchase, give: {points: 1, per: 1}, campaign: summer, budget: 10}\n"
        "  b: {on: visit, give: {points: 1}, campaign: summer,\n"
        "      from: 2026-07-01, until: 2026-12-31}\n"
    )
    first, second = made.rules
    shared = Budget("campaign:summer", 50000, None, "trim")
    assert first.budgets == (Budget("rule:a", 10, None, "trim"), shared)
    assert second.budgets == (shared,)
    assert made.budgets == {"campaign:summer": shared, "rule:a": first.budgets[0]}
    assert (first.starts_at, first.ends_at) == (utc(2026, 5, 31, 22), utc(2026, 8, 31, 22))
    assert (second.starts_at, second.ends_at) == (utc(2026, 6, 30, 22), utc(2026, 8, 31, 22))


@pytest.mark.parametrize(
    ("fields", "starts_at", "ends_at"),
    [
        ("from: 2026-01-01", utc(2025, 12, 31, 23), None),
        # A day counts to its end.
        ("until: 2027-01-31", None, utc(2027, 1, 31, 23)),
        ("from: 2026-03-29, until: 2026-03-29", utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        # An instant counts itself.
        (
            "from: 2026-01-01T10:00:00+02:00, until: 2026-01-01T12:00:00Z",
            utc(2026, 1, 1, 8),
            utc(2026, 1, 1, 12) + 1,
        ),
    ],
)
def test_the_time_of_a_rule(fields: str, starts_at: int | None, ends_at: int | None) -> None:
    made = rule(f"on: purchase, give: {{points: 1}}, {fields}")
    assert (made.starts_at, made.ends_at) == (starts_at, ends_at)


def test_rules_stand_in_the_order_of_evaluation() -> None:
    made = programme(
        "stacking: {promo: best, club: first, rest: all}\n"
        "earn:\n"
        "  b: {on: purchase, give: {points: 1, per: 1}}\n"
        "  a: {on: purchase, multiply: 2, group: promo, priority: -1}\n"
        "  c: {on: purchase, multiply: 3, group: promo, priority: 5, stop: yes, enabled: no}\n"
        "  a2: {on: purchase, give: {points: 1}, lines: {category: tea}}\n"
        "  a1: {on: purchase, give: {points: 1}, each: {line.category: tea}}\n"
    )
    assert [one.rule for one in made.rules] == ["c", "a1", "a2", "b", "a"]
    first = made.rules[0]
    assert (first.group, first.stop, first.enabled) == ("promo", True, False)
    assert {code: group.mode for code, group in made.groups.items()} == {
        "promo": "best",
        "club": "first",
        "rest": "all",
    }
    assert made.rules[1].each is not None
    assert made.rules[2].lines is not None


def tiers(text: str, points: str = "{points: {}}") -> Any:
    """The tiers of a document."""
    made = programme(f"points: {points}\ntiers: {{{text}}}").tiers
    assert made is not None
    return made


def test_tiers_with_one_metric() -> None:
    made = tiers(
        "by: {spend: rolling 12 months}, grace: 30 days, downgrade: to_deserved, crossing: split,"
        " gold: {enter: 500.00, keep: 400.00, reenter: 450.00, multiply: 1.5,"
        " perks: [lounge, fast]},"
        " silver: {enter: 200}"
    )
    assert made.metrics == (Metric("spend", Window("rolling", MONTHS_12)),)
    assert [tier.code for tier in made.tiers] == ["silver", "gold"]
    silver, gold = made.tiers
    assert (silver.enter, silver.keep, silver.reenter) == ((20000,), (20000,), (20000,))
    assert (gold.enter, gold.keep, gold.reenter) == ((50000,), (40000,), (45000,))
    assert (silver.multiply, gold.multiply, gold.perks) == (1, Fraction(3, 2), ("lounge", "fast"))
    assert (made.grace, made.downgrade, made.crossing) == (
        Period(30, "day"),
        "to_deserved",
        "split",
    )
    assert (made.valid, made.combine, made.multiplied_currency) == (MONTHS_12, "any", "points")


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        ("by: {spend: rolling 12 months}", MONTHS_12),
        ("by: {spend: rolling 90 days}", Period(90, "day")),
        ("by: {visits: calendar year}", "calendar_year"),
        ("by: {purchases: membership year}", "membership_year"),
        ("by: {spend: lifetime}", None),
        ("by: {tenure: lifetime}", None),
        ("by: {spend: lifetime}, valid: 6 months", Period(6, "month")),
        ("by: {spend: rolling 12 months}, valid: for ever", None),
        ("by: {spend: rolling 1 month}, valid: end of next calendar year", "calendar_year"),
        ("by: {spend: lifetime}, valid: end of next membership year", "membership_year"),
    ],
)
def test_how_long_a_tier_is_held(fields: str, valid: object) -> None:
    assert tiers(f"{fields}, gold: {{enter: 5}}").valid == valid


def test_tiers_with_several_metrics() -> None:
    made = tiers(
        "by: {visits: calendar year, spend: calendar year, points.stars: calendar year}, of: stars,"
        " combine: any,"
        " gold: {enter: {spend: 500, visits: 20}, keep: {spend: 300}},"
        " silver: {enter: {spend: 100, visits: 5, points.stars: 1.5}, reenter: {visits: 3}}",
        "{points: {}, stars: {decimals: 2}}",
    )
    # The order of the metrics is fixed: a stored document has none.
    assert [metric.key for metric in made.metrics] == ["spend", "visits", "points.stars"]
    silver, gold = made.tiers
    assert silver.enter == (10000, 5, 150)
    assert silver.reenter == (10000, 3, 150)
    assert gold.enter == (50000, 20, None)
    assert gold.keep == (30000, 20, None)
    assert made.multiplied_currency == "stars"


def test_tiers_that_need_every_metric_may_share_a_threshold() -> None:
    made = tiers(
        "by: {visits: lifetime, spend: lifetime}, combine: all,"
        " b: {enter: {spend: 100, visits: 5}}, a: {enter: {spend: 200, visits: 5}}"
    )
    assert [tier.code for tier in made.tiers] == ["b", "a"]
    assert made.combine == "all"


def test_points_as_a_metric_mean_the_main_points() -> None:
    earn = "earn: {base: {on: purchase, give: {a: 1, per: 1}}}\n"
    made = programme(
        "points: {a: {kind: stamps}, b: {}}\n"
        f"{earn}tiers: {{by: {{points: lifetime}}, gold: {{enter: 500}}}}"
    ).tiers
    assert made is not None
    assert made.metrics == (Metric("points", Window("lifetime"), "b"),)
    made = programme(
        "points: {a: {decimals: 1}, b: {}}\n"
        f"{earn}tiers: {{of: b, by: {{points.a: lifetime}}, gold: {{enter: {{points.a: 0.5}}}}}}"
    ).tiers
    assert made is not None
    assert made.metrics[0].key == "points.a"
    assert made.tiers[0].enter == (5,)


def test_returns_and_claims() -> None:
    made = programme("returns: {without_purchase: match_or_average}\nclaims: {within: 30 days}")
    assert (made.without_purchase, made.claim_days) == ("match_or_average", 30)


def test_conditions_know_what_the_document_declares() -> None:
    made = rule(
        "on: purchase, multiply: 2, when: {member.tier: {at_least: silver}, event.covers: 4,"
        " member.balance.points: {at_least: 10}}",
        "attributes: {covers: number}\n"
        "tiers: {by: {spend: lifetime}, gold: {enter: 10}, silver: {enter: 5}}",
    )
    assert made.when is not None


def test_names_for_people_are_allowed_wherever_something_has_a_name() -> None:
    made = programme(
        "name: {en: Sample, fr: Exemple, de: Muster, ro: Exemplu}\n"
        "points: {points: {name: Points}}\n"
        "campaigns: {c: {name: Summer}}\n"
        "earn: {base: {name: {fr: Base}, on: purchase, give: {points: 1}, campaign: c}}\n"
        "tiers: {by: {spend: lifetime}, gold: {name: {en: Gold}, enter: 1}}"
    )
    assert [rule.rule for rule in made.rules] == ["base"]
