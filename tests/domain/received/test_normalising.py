"""What tills may send: every fault has its code, its path and its value."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Adjustment, Purchase, Redemption, Return, Undo
from habitue.domain.received.faults import ContentRefusal
from habitue.domain.received.fields import MOST_LINES
from habitue.domain.received.normalising import Conventions, Normalised, normalise
from habitue.kit.instants import parse_instant

NOW = parse_instant("2026-06-01T12:00:00+00:00")
CONVENTIONS = Conventions("EUR", {"points": 0, "cash": 2})
COMMON: dict[str, Any] = {
    "source": "till",
    "external_id": "r1",
    "occurred_at": "2026-06-01T13:00:00+02:00",
}
LINE: dict[str, Any] = {"product": "tea", "amount": "3.50"}
PURCHASE: dict[str, Any] = COMMON | {"currency": "EUR", "lines": [LINE]}


def read(kind: str, content: Any) -> Normalised:
    return normalise(kind, content, conventions=CONVENTIONS, now=NOW)


def faults(kind: str, content: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as caught:
        read(kind, content)
    refusal = caught.value
    found = refusal.faults if isinstance(refusal, ContentRefusal) else (refusal,)
    return [(fault.code.value, fault.path) for fault in found]


def test_s04_numbers_become_exact() -> None:
    line = LINE | {"quantity": "0.125", "amount": Decimal("3.50"), "tax": 1, "discount": "0.10"}
    body = read("purchase", PURCHASE | {"lines": [line]}).body
    assert isinstance(body, Purchase)
    (made,) = body.lines
    assert (made.line, made.quantity, made.amount, made.tax, made.discount) == (
        "1",
        125,
        350,
        100,
        10,
    )


def test_instants_keep_their_microsecond_whatever_the_offset() -> None:
    said = read("purchase", PURCHASE | {"occurred_at": "2026-06-01T13:59:59.123456+05:30"})
    assert said.occurred_at == parse_instant("2026-06-01T08:29:59.123456+00:00")
    aware = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert read("purchase", PURCHASE | {"occurred_at": aware}).occurred_at == NOW


BAD_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"source": None}, "wrong_type", "source"),
    ({"source": 5}, "wrong_type", "source"),
    ({"source": "x" * 201}, "too_long", "source"),
    ({"source": "  "}, "invalid_text", "source"),
    ({"source": "a\x00b"}, "invalid_text", "source"),
    ({"source": "a\x85b"}, "invalid_text", "source"),
    ({"source": "\ud800"}, "invalid_text", "source"),
    ({"source": "habitue:advance"}, "invalid_text", "source"),
    ({"external_id": "x" * 201}, "too_long", "external_id"),
    ({"member": "me"}, "wrong_type", "member"),
    ({"member": {"kind": "card"}}, "missing_field", "member.value"),
    ({"member": {"kind": "card", "value": "1", "pin": "2"}}, "unknown_field", "member.pin"),
    ({"store": ["s"]}, "wrong_type", "store"),
    ({"colour": "red"}, "unknown_field", "colour"),
    ({"occurred_at": "yesterday"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "2026-06-01"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "2026-06-01T12:00:00"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": 1780315200}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "2026-06-01T12:05:01Z"}, "in_the_future", "occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59Z"}, "in_the_future", "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00Z"}, "too_long_ago", "occurred_at"),
    ({"occurred_at": "1969-12-31T00:00:00Z"}, "too_long_ago", "occurred_at"),
    ({"currency": "USD"}, "wrong_currency", "currency"),
    ({"currency": "XXY"}, "unknown_currency", "currency"),
    ({"lines": []}, "missing_field", "lines"),
    ({"lines": {}}, "wrong_type", "lines"),
    ({"lines": [LINE] * (MOST_LINES + 1)}, "too_many", "lines"),
    ({"lines": [LINE | {"amount": "-0.01"}]}, "negative_amount", "lines[0].amount"),
    ({"lines": [LINE | {"amount": "1.005"}]}, "too_precise", "lines[0].amount"),
    ({"lines": [LINE | {"amount": 1.5}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [LINE | {"amount": True}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [LINE | {"amount": "NaN"}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [LINE | {"amount": ["1"]}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [LINE | {"amount": "1e16"}]}, "too_large", "lines[0].amount"),
    ({"lines": [LINE | {"quantity": "0"}]}, "not_positive", "lines[0].quantity"),
    ({"lines": [LINE | {"quantity": "-1"}]}, "not_positive", "lines[0].quantity"),
    ({"lines": [LINE | {"quantity": "0.0001"}]}, "too_precise", "lines[0].quantity"),
    ({"lines": [LINE | {"quantity": "1000000001"}]}, "too_large", "lines[0].quantity"),
    ({"lines": [LINE | {"tax": "9"}]}, "inconsistent", "lines[0].tax"),
    ({"lines": [LINE | {"role": "present"}]}, "unknown_choice", "lines[0].role"),
    ({"lines": [LINE, LINE | {"line": "1"}]}, "duplicate_line", "lines[1].line"),
    ({"lines": [{"product": "tea"}]}, "missing_field", "lines[0].amount"),
    ({"lines": [LINE | {"amount": "6000000000000"}] * 2}, "too_large", "lines"),
    ({"order_discount": "3.51"}, "inconsistent", "order_discount"),
    ({"gift_card_amount": "3.51"}, "inconsistent", "gift_card_amount"),
    (
        {"points_paid": [{"currency": "points", "units": 10, "amount": "9"}]},
        "inconsistent",
        "points_paid[0].amount",
    ),
    (
        {"points_paid": [{"currency": "gold", "units": 10, "amount": "1"}]},
        "unknown_points",
        "points_paid[0].currency",
    ),
    (
        {"points_paid": [{"currency": "points", "units": "1.5", "amount": "1"}]},
        "too_precise",
        "points_paid[0].units",
    ),
    ({"attributes": {"weight": 1.5}}, "wrong_type", "attributes.weight"),
    ({"attributes": {"note": "x" * 501}}, "too_long", "attributes.note"),
    ({"attributes": {"note": "\x1b"}}, "invalid_text", "attributes.note"),
    ({"attributes": {f"a{n}": n for n in range(51)}}, "too_many", "attributes"),
    ({"attributes": {"n": 10**16}}, "too_large", "attributes.n"),
]


@pytest.mark.parametrize(("change", "code", "path"), BAD_FIELDS)
def test_a_bad_field_of_a_purchase_is_named(change: dict[str, Any], code: str, path: str) -> None:
    assert faults("purchase", PURCHASE | change) == [(code, path)]


BAD_OTHERS: list[tuple[str, dict[str, Any], str, str]] = [
    ("present", {}, "unknown_choice", "kind"),
    ("return", {"currency": "EUR"}, "missing_field", "lines"),
    ("return", {"currency": "EUR", "lines": [{"line": "1"}]}, "missing_field", "lines[0].product"),
    ("return", {"currency": "EUR", "lines": [{"product": "tea"}]}, "missing_field", "lines[0].qu"),
    ("redemption", {"currency": "points", "units": 0}, "not_positive", "units"),
    ("redemption", {"currency": "gold", "units": 1}, "unknown_points", "currency"),
    ("adjustment", {"reason": "x"}, "not_positive", "units"),
    ("adjustment", {"units": 5, "reason": "x"}, "missing_field", "currency"),
    ("adjustment", {"currency": "points", "units": 5}, "missing_field", "reason"),
    ("undo", {}, "missing_field", "redemption"),
    ("undo", {"redemption": {"source": "a", "external_id": "b"}, "units": 1}, "missing", "curr"),
    ("confirmation", {"purchase": {"source": "a"}}, "missing_field", "purchase.external_id"),
]


@pytest.mark.parametrize(("kind", "change", "code", "path"), BAD_OTHERS)
def test_a_bad_field_of_another_event_is_named(
    kind: str, change: dict[str, Any], code: str, path: str
) -> None:
    found = faults(kind, COMMON | change)
    assert found[0][0].startswith(code)
    assert path in found[0][1]


def test_what_is_no_object_is_malformed() -> None:
    assert faults("purchase", ["a"]) == [("malformed", "")]


def test_all_faults_are_listed_in_the_order_of_the_codes() -> None:
    bad = PURCHASE | {
        "currency": "USD",
        "occurred_at": "2030-01-01T00:00:00Z",
        "lines": [LINE | {"amount": "-1"}, LINE | {"line": "1", "quantity": "x"}],
    }
    found = [Code(code) for code, _ in faults("purchase", bad)]
    order = list(Code)
    assert len(found) == 5
    assert found == sorted(found, key=order.index)


def test_a_refusal_shows_values_that_can_be_stored() -> None:
    with pytest.raises(ContentRefusal) as caught:
        read("purchase", PURCHASE | {"source": "\ud800" * 300, "x": 1})
    shown = caught.value.as_json()
    assert str(shown).encode()
    assert len(caught.value.faults) == 2


def test_the_other_kinds_are_read() -> None:
    given_back = COMMON | {
        "currency": "EUR",
        "purchase": {"source": "till", "external_id": "r0"},
        "lines": [{"line": "1", "quantity": "2"}, {"line": "2", "amount": "1.20"}],
    }
    body = read("return", given_back).body
    assert isinstance(body, Return)
    assert [(line.quantity, line.amount) for line in body.lines] == [(2000, None), (None, 120)]
    spent = read("redemption", COMMON | {"currency": "cash", "units": "1.50"}).body
    assert isinstance(spent, Redemption)
    assert spent.units == 150
    key = {"source": "till", "external_id": "r0"}
    undone = read("undo", COMMON | {"redemption": key, "currency": "cash", "units": "0.5"}).body
    assert isinstance(undone, Undo)
    assert undone.units == 50
    lifted = read("adjustment", COMMON | {"reason": "asked", "tier": ""}).body
    assert isinstance(lifted, Adjustment)
    assert lifted.tier == ""


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_value_of_any_type_breaks_the_reader(value: Any) -> None:
    for field in ("source", "occurred_at", "lines", "member", "order_discount", "attributes"):
        with contextlib.suppress(Refusal):
            read("purchase", PURCHASE | {field: value})


@given(st.integers(0, 10**12), st.integers(1, 10**9))
def test_amounts_written_as_text_are_read_back(cents: int, pieces: int) -> None:
    line = {
        "product": "x",
        "amount": f"{cents // 100}.{cents % 100:02d}",
        "quantity": f"{pieces / 1000:.3f}",
    }
    body = read("purchase", PURCHASE | {"lines": [line]}).body
    assert isinstance(body, Purchase)
    assert (body.lines[0].amount, body.lines[0].quantity) == (cents, pieces)


def test_a_clock_may_be_a_little_fast() -> None:
    soon = (datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(minutes=5)).isoformat()
    assert read("purchase", PURCHASE | {"occurred_at": soon}).occurred_at > NOW
