"""Discounts through the intake: foreseen without a trace, recorded as named, budgets held under
parallel load; audited and replayed."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.services.intake import Envelope
from tests.services.till import CORNER, Till, key_of

LOWERING: dict[str, Any] = CORNER | {
    "programme": "prices",
    "discounts": {
        "regular": {"discount": "10 %", "limit": {"per_member": 2}},
        "coupon": {"discount": "2.00", "budget": {"units": "4.00", "overflow": "refuse"}},
    },
}


@pytest.fixture
def shop(till: Till) -> Till:
    """A till at which two members are known."""
    till.programme = "prices"
    till.publish(LOWERING)
    for card in ("CARD000A", "CARD000B"):
        till.enrol(card)
    return till


def named(till: Till, card: str | None, **given: str) -> Envelope:
    """A purchase of 20.00 that names what was taken off."""
    off = sum(int(text.replace(".", "")) for text in given.values())
    return till.other(
        "purchase",
        card,
        currency="EUR",
        lines=[
            {
                "product": "tea",
                "amount": f"{(2000 - off) / 100:.2f}",
                "discount": f"{off / 100:.2f}",
            }
        ],
        discounts=[
            {"discount": code, "line": "1", "amount": amount} for code, amount in given.items()
        ],
    )


def test_what_is_foreseen_can_be_recorded_as_it_is(shop: Till) -> None:
    full = shop.purchase("CARD000A", "20.00", "5.00")
    prices = shop.evaluate(full).content["prices"]
    assert (prices["before"], prices["off"], prices["after"]) == ("25.00", "4.30", "20.70")
    assert prices["lines"][0] == {
        "line": "1",
        "product": "p1",
        "before": "20.00",
        "amount": "16.56",
        "discount": "3.44",
    }
    assert {one["discount"]: one["given"] for one in prices["considered"]} == {
        "coupon": 200,
        "regular": 230,
    }
    charged = [
        {name: line[name] for name in ("line", "product", "amount", "discount")}
        for line in prices["lines"]
    ]
    content = shop.content("CARD000A", currency="EUR", lines=charged, discounts=prices["discounts"])
    answer = shop.ok(Envelope("prices", "purchase", content))
    assert "prices" not in answer
    assert shop.balance("CARD000A") == 20
    assert taken(shop) == 200
    again = shop.evaluate(shop.purchase("CARD000A", "20.00"))
    assert again.content["prices"]["off"] == "3.80"


def taken(till: Till) -> int:
    """What was taken from the budget of the coupon, in minor units."""
    ((units,),) = till.rows("SELECT units_taken FROM budget WHERE key = 'discount:coupon'")
    return int(units)


def test_a_limit_and_a_budget_are_held(shop: Till) -> None:
    shop.ok(named(shop, "CARD000A", regular="1.80", coupon="2.00"))
    shop.ok(named(shop, "CARD000A", regular="1.80", coupon="2.00"))
    assert shop.refused(named(shop, "CARD000A", regular="1.80")) == "discount_limit_reached"
    assert shop.refused(named(shop, "CARD000B", coupon="0.01")) == "discount_used_up"
    assert shop.refused(named(shop, "CARD000B", summer="1.00")) == "unknown_discount"
    shop.ok(named(shop, "CARD000B", regular="2.00"))


def test_what_comes_back_is_there_for_others(shop: Till) -> None:
    sale = named(shop, "CARD000A", coupon="2.00")
    shop.ok(sale)
    shop.ok(named(shop, "CARD000A", coupon="2.00"))
    assert shop.refused(named(shop, "CARD000B", coupon="2.00")) == "discount_used_up"
    shop.ok(shop.other("return", "CARD000A", currency="EUR", purchase=key_of(sale)))
    shop.ok(named(shop, "CARD000B", coupon="2.00"))
    assert taken(shop) == 400


@pytest.mark.parametrize(
    ("discounts", "code", "path"),
    [
        ([{"discount": "regular", "line": "9", "amount": "1.00"}], "inconsistent", "line"),
        ([{"discount": "regular", "line": "1", "amount": "1.01"}], "inconsistent", "amount"),
        ([{"discount": "regular", "line": "1", "amount": "0"}], "not_positive", "amount"),
        ([{"discount": "regular", "line": "1"}], "missing_field", "amount"),
    ],
)
def test_what_does_not_fit_the_lines_is_refused(
    shop: Till, discounts: list[dict[str, str]], code: str, path: str
) -> None:
    envelope = shop.other(
        "purchase",
        "CARD000A",
        currency="EUR",
        lines=[{"product": "tea", "amount": "19.00", "discount": "1.00"}],
        discounts=discounts,
    )
    (answer,) = shop.send(envelope)
    assert answer.refusal is not None
    assert (answer.refusal.code.value, answer.refusal.path) == (code, f"discounts[0].{path}")


def test_nobody_in_particular_is_given_none(shop: Till) -> None:
    assert shop.refused(named(shop, None, regular="1.00")) == "missing_field"
    shop.ok(shop.purchase(None, "5.00"))
