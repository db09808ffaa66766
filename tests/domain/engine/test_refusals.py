"""Each refusal that the engine can raise: its code, its place, and that nothing changes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import habitue.domain.engine
from habitue.domain.errors import Code
from habitue.domain.events import (
    Contribution,
    Event,
    EventKey,
    Membership,
    PointsPayment,
    Profile,
    ReturnedLine,
    Withdrawal,
)
from habitue.domain.programme.measures import Every, Limit
from habitue.domain.programme.model import PendingConfirmation
from tests.domain.engine.building import (
    adjusted,
    at,
    back,
    bought,
    confirmed,
    event,
    item,
    ladder,
    points,
    programme,
    rate,
    redeemed,
    returned,
    sent,
    tier,
    undone,
    unlinked,
)
from tests.domain.engine.discounting import shop, sold
from tests.domain.engine.harness import Member
from tests.domain.engine.rewarding import offering, reward, taken

_SALE = bought("2026-02-01", item("A", "30.00", pieces="3"), item("B", "5.00"))
_SPENT = redeemed("2026-02-02", 20)
_NEVER = bought("2026-01-15", "1.00", name="never")


def _plain() -> Member:
    member = Member(programme(rate(), tiers=ladder(tier("gold", 100_000))))
    member.post(_SALE, _SPENT)
    return member


def _refusing() -> Member:
    strict = points(negative="refuse")
    member = Member(
        programme(rate(), currencies=(strict,), without_purchase="refuse", claim_days=10)
    )
    member.post(_SALE, _SPENT)
    return member


def _confirming() -> Member:
    member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
    member.post(_SALE, confirmed("2026-02-02", _SALE))
    return member


def _offering() -> Member:
    one = Limit(1, None, Every(), "refuse")
    version = offering(
        reward("cake", ("points", 1)),
        reward("gone", ("points", 1), ends_at=at("2026-02-15")),
        reward("once", ("points", 1), limits=(one,)),
        reward("few", ("points", 1), stock="reward:few"),
        rules=(rate(),),
        stock=1,
        currencies=(points(), points("stamps")),
    )
    member = Member(version)
    member.post(_SALE, taken("2026-02-02", "once"), taken("2026-02-03", "few"))
    return member


def _knowing() -> Member:
    version = replace(programme(rate()), member_attributes={"children": "number"})
    return Member(version)


def _planning() -> Member:
    return Member(shop("d: {discount: 5 %}", "plans: {club: {price: 9.00, every: 1 month}}"))


def _contributing() -> Member:
    takes = "contributions: {review: {about: product, once: yes, text: 9}, song: {}, tale: {}}"
    member = Member(shop("d: {discount: 5 %}", takes))
    for name in ("song", "tale"):
        member.post(event("2026-03-01", Contribution(name), name=name))
    member.post(
        event("2026-03-01", Contribution("review", "a", length=9), name="review"),
        event("2026-03-02", Withdrawal(EventKey("till", "tale")), name="untold"),
    )
    return member


def _outside() -> Member:
    return Member(replace(shop("few: {discount: 0.50}"), joining="invitation"))


def _lowering() -> Member:
    member = Member(
        shop(
            """
            once: {discount: 1.00, limit: {per_member: 1}}
            few: {discount: 0.50, budget: 1.00}
            """
        )
    )
    sale = sold("2026-03-01", item("a", "5.00"), {"once": "1.00", "few": "0.50"}, name="s")
    member.post(sale)
    return member


_CASES: list[tuple[Code, str, Callable[[], Member], Event]] = [
    (Code.UNKNOWN_VERSION, "", _plain, bought("2026-03-01", "1.00", version=9)),
    (Code.WRONG_CURRENCY, "currency", _plain, bought("2026-03-01", "1.00", currency="USD")),
    (Code.WRONG_CURRENCY, "currency", _plain, returned("2026-03-01", _SALE, currency="USD")),
    (Code.UNKNOWN_POINTS, "currency", _plain, redeemed("2026-03-01", 1, currency="stars")),
    (Code.UNKNOWN_POINTS, "currency", _plain, adjusted("2026-03-01", 1, currency="stars")),
    (Code.UNKNOWN_POINTS, "currency", _plain, sent("2026-03-01", 1, currency="stars")),
    (Code.UNKNOWN_EVENT, "redemption", _plain, undone("2026-03-01", redeemed("2026-01-01", 1))),
    (Code.INCONSISTENT, "expires_at", _plain,
     adjusted("2026-03-01", 1, expires_at=at("2026-02-28"))),
    (Code.PURCHASE_NOT_FOUND, "purchase", _plain, returned("2026-03-01", _NEVER)),
    (Code.PURCHASE_NOT_FOUND, "purchase", _plain, confirmed("2026-03-01", _NEVER)),
    (Code.RETURN_OF_UNKNOWN_LINE, "lines[1].line", _plain,
     returned("2026-03-01", _SALE, back("B"), back("Z"))),
    (Code.RETURN_OF_UNKNOWN_LINE, "lines[0].product", _plain,
     returned("2026-03-01", _SALE, ReturnedLine(product="Z", quantity=1000))),
    (Code.RETURN_EXCEEDS_PURCHASE, "lines[0].quantity", _plain,
     returned("2026-03-01", _SALE, back("A", pieces="3.001"))),
    (Code.RETURN_EXCEEDS_PURCHASE, "lines[0].amount", _plain,
     returned("2026-03-01", _SALE, back("A", amount="30.01"))),
    (Code.RETURN_NOT_MATCHED, "purchase", _refusing,
     returned("2026-03-01", None, unlinked("A", pieces="1", amount="10.00"))),
    (Code.RETURN_EXCEEDS_BALANCE, "lines", _refusing, returned("2026-03-01", _SALE)),
    (Code.RETURN_BEFORE_PURCHASE, "occurred_at", _plain, returned("2026-01-31", _SALE)),
    (Code.NOTHING_TO_CONFIRM, "purchase", _plain, confirmed("2026-03-01", _SALE)),
    (Code.NOTHING_TO_CONFIRM, "purchase", _confirming, confirmed("2026-03-01", _SALE)),
    (Code.NOT_ENOUGH_POINTS, "units", _plain, redeemed("2026-03-01", 16)),
    (Code.NOT_ENOUGH_POINTS, "units", _plain, redeemed("2026-02-01 18:00", 16)),
    (Code.NOT_ENOUGH_POINTS, "units", _plain, sent("2026-03-01", 16)),
    (Code.NOT_ENOUGH_POINTS, "units", _plain, adjusted("2026-03-01", -16)),
    (Code.NOT_ENOUGH_POINTS, "points_paid", _plain,
     bought("2026-03-01", item("C", "0.50"), points_paid=(PointsPayment("points", 16, 50),))),
    (Code.UNDO_EXCEEDS_REDEMPTION, "units", _plain, undone("2026-03-01", _SPENT, 21)),
    (Code.UNKNOWN_TIER, "tier", _plain, adjusted("2026-03-01", tier="platinum")),
    (Code.CLAIM_TOO_LATE, "claimed_at", _refusing,
     bought("2026-03-01", "1.00", claimed_at=at("2026-03-12"))),
    (Code.CLAIM_NOT_ALLOWED, "claimed_at", _plain,
     bought("2026-03-01", "1.00", claimed_at=at("2026-03-02"))),
    (Code.NOT_POSITIVE, "units", _plain, redeemed("2026-03-01", 0)),
    (Code.UNKNOWN_CHOICE, "attributes.size", _knowing,
     event("2026-03-01", Profile(), attributes={"size": 43})),
    (Code.WRONG_TYPE, "attributes.children", _knowing,
     event("2026-03-01", Profile(), attributes={"children": "many"})),
    (Code.UNKNOWN_REWARD, "reward", _offering, taken("2026-03-01", "pie")),
    (Code.INCONSISTENT, "units", _offering, taken("2026-03-01", "cake", units=2)),
    (Code.REWARD_NOT_AVAILABLE, "currency", _offering, taken("2026-03-01", "cake", "stamps")),
    (Code.REWARD_NOT_AVAILABLE, "reward", _offering, taken("2026-03-01", "gone")),
    (Code.REWARD_LIMIT_REACHED, "reward", _offering, taken("2026-03-01", "once")),
    (Code.OUT_OF_STOCK, "reward", _offering, taken("2026-03-01", "few")),
    (Code.UNKNOWN_DISCOUNT, "discounts[0].discount", _lowering,
     sold("2026-03-02", item("a", "5.00"), {"gone": "1.00"}, name="d")),
    (Code.DISCOUNT_LIMIT_REACHED, "discounts", _lowering,
     sold("2026-03-02", item("a", "5.00"), {"once": "1.00"}, name="d")),
    (Code.DISCOUNT_USED_UP, "discounts", _lowering,
     sold("2026-03-02", item("a", "5.00"), {"few": "0.51"}, name="d")),
    (Code.UNKNOWN_PLAN, "plan", _plain, event("2026-03-02", Membership("club", "joined"))),
    (Code.PLAN_NOT_POSSIBLE, "action", _planning,
     event("2026-03-02", Membership("club", "renewed"))),
    (Code.UNKNOWN_CONTRIBUTION, "contribution", _contributing,
     event("2026-03-02", Contribution("dance"))),
    (Code.MISSING_FIELD, "product", _contributing, event("2026-03-02", Contribution("review"))),
    (Code.CONTRIBUTION_NOT_COMPLETE, "text", _contributing,
     event("2026-03-02", Contribution("review", "b", length=8))),
    (Code.ALREADY_CONTRIBUTED, "contribution", _contributing,
     event("2026-03-02", Contribution("review", "A", length=9))),
    (Code.ALREADY_WITHDRAWN, "contribution", _contributing,
     event("2026-03-03", Withdrawal(EventKey("till", "tale")))),
    (Code.UNKNOWN_EVENT, "contribution", _contributing,
     event("2026-03-03", Withdrawal(EventKey("till", "poem")))),
    (Code.NOT_JOINED, "discounts", _outside,
     sold("2026-03-02", item("a", "5.00"), {"few": "0.10"}, name="d")),
    (Code.NEGATIVE_AMOUNT, "lines[0]", _plain,
     returned("2026-03-01", _SALE, back("A", amount="-1.00"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "path", "make", "refused"),
    _CASES,
    ids=[f"{number}-{case[0].value}" for number, case in enumerate(_CASES, 1)],
)
def test_refusal(code: Code, path: str, make: Callable[[], Member], refused: Event) -> None:
    refusal = make().refuses(refused, code)
    assert refusal.path.startswith(path)
    assert refusal.as_json()["code"] == code.value


def test_every_code_that_the_engine_raises_stands_in_the_table() -> None:
    folder = Path(next(iter(habitue.domain.engine.__path__)))
    raised = {
        node.attr
        for file in sorted(folder.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Code"
    }
    assert raised
    assert raised <= {code.name for code, *_ in _CASES}
