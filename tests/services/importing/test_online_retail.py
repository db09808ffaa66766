"""The quirks of the Online Retail II files, one by one."""

from typing import Any

import pytest

from habitue.domain.events import Purchase, Return, ReturnedLine
from habitue.services.importing.online_retail import OnlineRetail, product_of
from habitue.services.importing.receipts import Receipt, Reject, Sort
from tests.services.importing.building import CONVENTIONS, NOW, group_of, millionths

AT = 1259653500_000000  # 2009-12-01 07:45 in London


def line(**changed: Any) -> dict[str, Any]:
    """A line of an ordinary invoice."""
    plain: dict[str, Any] = {
        "product": "85048",
        "name": "GLASS BALL",
        "quantity": 12,
        "date": AT,
        "price": 6.95,
        "customer": "13085",
        "country": "United Kingdom",
    } | changed
    for name in ("quantity", "price"):
        if isinstance(plain[name], int | float):
            plain[name] = millionths(plain[name])
    return plain


def translate(number: str, *lines: dict[str, Any]) -> list[Any]:
    """What becomes of an invoice."""
    return list(OnlineRetail("online-retail", CONVENTIONS, NOW).translate(group_of(number, lines)))


def receipt(number: str, *lines: dict[str, Any]) -> Receipt:
    """The one receipt that an invoice becomes."""
    (found,) = translate(number, *lines)
    assert isinstance(found, Receipt), found
    return found


def purchase(number: str, *lines: dict[str, Any]) -> Purchase:
    """The purchase that an invoice becomes."""
    found = receipt(number, *lines)
    assert found.event is not None
    assert isinstance(found.event.body, Purchase)
    return found.event.body


def test_an_invoice_is_a_purchase_of_its_customer() -> None:
    found = receipt("489434", line(), line(product="79323P", price=6.75, quantity=2))
    assert found.sort is Sort.PURCHASE
    assert found.event is not None
    assert found.event.key.source == "online-retail"
    assert found.event.key.external_id == "489434"
    assert found.event.occurred_at == AT
    assert found.event.attributes == {"country": "United Kingdom"}
    assert found.event.member is not None
    assert (found.event.member.kind, found.event.member.value) == (
        "external",
        "online-retail:13085",
    )
    assert isinstance(found.event.body, Purchase)
    assert [
        (one.line, one.product, one.quantity, one.amount) for one in found.event.body.lines
    ] == [
        ("1", "79323P", 2_000, 1_350),
        ("2", "85048", 12_000, 8_340),
    ]
    assert found.event.body.currency == "GBP"


def test_identical_lines_are_all_kept() -> None:
    assert [one.line for one in purchase("489434", line(), line(), line()).lines] == ["1", "2", "3"]


def test_the_order_of_the_lines_in_the_file_does_not_matter() -> None:
    lines = [line(), line(product="22041"), line(quantity=1), line(name="OTHER"), line(price=1)]
    assert purchase("1", *lines) == purchase("1", *reversed(lines))


def test_stock_codes_have_one_case_and_no_blanks() -> None:
    assert product_of("79323p") == product_of("79323P") == product_of(" 79323p ")


@pytest.mark.parametrize(
    ("code", "role", "category"),
    [
        ("85048", "goods", "goods"),
        ("79323P", "goods", "goods"),
        ("DCGS0058", "goods", "goods"),
        ("SP1002", "goods", "goods"),
        ("POST", "delivery", "delivery"),
        ("DOT", "delivery", "delivery"),
        ("C2", "delivery", "delivery"),
        ("gift_0001_20", "gift_card", "gift_card"),
        ("M", "goods", "other"),
        ("m", "goods", "other"),
        ("D", "goods", "other"),
        ("S", "goods", "other"),
        ("BANK CHARGES", "goods", "other"),
        ("AMAZONFEE", "goods", "other"),
        ("CRUK", "goods", "other"),
        ("ADJUST", "goods", "other"),
        ("ADJUST2", "goods", "other"),
        ("TEST001", "goods", "other"),
        ("TEST002", "goods", "other"),
        ("PADS", "goods", "other"),
        ("B", "goods", "other"),
    ],
)
def test_what_stock_codes_stand_for(code: str, role: str, category: str) -> None:
    found = product_of(code)
    assert (found.role, found.category) == (role, category)


@pytest.mark.parametrize(
    ("quantity", "price", "pence"),
    [(1, 0.001, 0), (4, 0.001, 0), (5, 0.001, 1), (15, 0.001, 2), (3, 2.55, 765), (7, 0.0, 0)],
)
def test_amounts_are_rounded_half_up_to_pence(quantity: int, price: float, pence: int) -> None:
    (only,) = purchase("1", line(quantity=quantity, price=price)).lines
    assert only.amount == pence


def test_two_timestamps_are_the_first_of_them() -> None:
    found = receipt("1", line(date=AT + 60_000_000), line(date=AT))
    assert found.event is not None
    assert found.event.occurred_at == AT


def test_a_cancellation_is_a_return_without_its_purchase() -> None:
    found = receipt("C489449", line(quantity=-12), line(quantity=-1, product="POST", price=28))
    assert found.sort is Sort.RETURN
    assert found.event is not None
    assert found.event.body == Return(
        "GBP",
        None,
        (
            ReturnedLine(None, "85048", 12_000, 8_340),
            ReturnedLine(None, "POST", 1_000, 2_800),
        ),
    )


@pytest.mark.parametrize(
    ("number", "changed", "sort"),
    [
        ("C496350", {"quantity": 1, "product": "M", "price": 373.57}, Sort.ADJUSTMENT),
        ("C489450", {"quantity": -1}, Sort.RETURN_ANONYMOUS),
        ("489464", {"quantity": -96, "price": 0, "name": "lost"}, Sort.WRITE_OFF),
        ("A506401", {"quantity": 1, "product": "B", "price": -53594.36}, Sort.ADJUSTMENT),
        ("A563185", {"quantity": 1, "product": "B", "price": 11062.06}, Sort.ADJUSTMENT),
    ],
)
def test_what_is_set_aside(number: str, changed: dict[str, Any], sort: Sort) -> None:
    found = receipt(number, line(customer=None, **changed))
    assert found.sort is sort
    assert found.event is None
    assert len(found.digest) == 32
    other = receipt(number, line(customer=None, **changed | {"name": "different"}))
    assert other.digest != found.digest


def test_an_invoice_without_customer_is_an_anonymous_receipt() -> None:
    found = receipt("489521", line(customer=None), line(customer=None, price=0))
    assert found.sort is Sort.PURCHASE
    assert found.anonymous
    assert [one.amount for one in purchase("1", line(customer=None, price=0)).lines] == [0]


@pytest.mark.parametrize(
    ("number", "lines", "faults"),
    [
        ("1", [line(quantity=-1)], [(1, "inconsistent", "quantity")]),
        ("C1", [line(quantity=1)], [(1, "inconsistent", "quantity")]),
        ("1", [line(price=-1)], [(1, "negative_amount", "unit_price")]),
        ("A1", [line(price=-1)], [(1, "negative_amount", "unit_price")]),
        ("1", [line(quantity=0)], [(1, "not_positive", "quantity")]),
        ("1", [line(quantity=0.0001)], [(1, "too_precise", "quantity")]),
        ("1", [line(quantity=None)], [(1, "missing_field", "quantity")]),
        ("1", [line(price=None)], [(1, "missing_field", "unit_price")]),
        ("1", [line(product=None)], [(1, "missing_field", "stock_code")]),
        ("1", [line(date=None)], [(1, "missing_field", "date")]),
        ("1", [line(date=NOW + 10**9)], [(1, "in_the_future", "date")]),
        ("1", [line(date=0)], [(1, "too_long_ago", "date")]),
        (
            "1",
            [line(), line(customer="1")],
            [(1, "several_customers", ""), (2, "receipt_incomplete", "")],
        ),
        (
            "1",
            [line(), line(price=None), line()],
            [
                (1, "receipt_incomplete", ""),
                (2, "missing_field", "unit_price"),
                (3, "receipt_incomplete", ""),
            ],
        ),
        ("1", [line()] * 2001, [(1, "too_many", "lines")]),
    ],
)
def test_an_invoice_is_taken_whole_or_not_at_all(
    number: str, lines: list[dict[str, Any]], faults: list[tuple[int, str, str]]
) -> None:
    rejects = translate(number, *lines)
    assert len(rejects) == len(lines)
    assert all(isinstance(reject, Reject) for reject in rejects)
    found = [(reject.line, str(reject.code), reject.path) for reject in rejects]
    assert found[: len(faults)] == faults
