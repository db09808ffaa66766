"""What was sold, and what of it went back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.events import QUANTITY_SCALE, Line, Purchase, ReturnedLine
from habitue.domain.sales import Sale


def _purchase(*lines: Line, order_discount: int = 0) -> Purchase:
    return Purchase("EUR", lines, order_discount=order_discount)


def _line(name: str, amount: int, pieces: int = 1, role: str = "goods") -> Line:
    return Line(name, f"p{name}", pieces * QUANTITY_SCALE, amount, role=role)  # type: ignore[arg-type]  # from a table


def test_tips_deposits_and_gift_cards_are_not_sold() -> None:
    lines = [
        _line("1", 1000),
        _line("2", 300, role="delivery"),
        _line("3", 200, role="tip"),
        _line("4", 25, role="deposit"),
        _line("5", 5000, role="gift_card"),
    ]
    assert Sale.of(_purchase(*lines)).amount == 1300
    assert Sale.of(_purchase(*lines, order_discount=100)).amount == 1200
    assert Sale.of(_purchase(lines[2], order_discount=100)).amount == 0


@pytest.mark.parametrize(
    ("returns", "back"),
    [
        ([()], [3000]),
        ([(), ()], [3000, 0]),
        ([(ReturnedLine(line="1"),), ()], [1000, 2000]),
        ([(ReturnedLine(line="2", quantity=QUANTITY_SCALE),)], [667]),
        ([(ReturnedLine(line="2", quantity=QUANTITY_SCALE),)] * 4, [667, 666, 667, 0]),
        ([(ReturnedLine(line="1", amount=150),), (ReturnedLine(line="1"),)], [150, 850]),
        ([(ReturnedLine(line="1", amount=5000),)], [1000]),
        ([(ReturnedLine(line="9"),)], [0]),
        ([(ReturnedLine(product="p2", quantity=9 * QUANTITY_SCALE),)], [2000]),
        ([(ReturnedLine(line="1", quantity=0, amount=100),)], [100]),
    ],
)
def test_what_goes_back(returns: list[tuple[ReturnedLine, ...]], back: list[int]) -> None:
    sale = Sale.of(_purchase(_line("1", 1000), _line("2", 2000, pieces=3)))
    assert [sale.take_back(lines) for lines in returns] == back


def test_a_discount_on_the_order_goes_back_in_proportion() -> None:
    sale = Sale.of(_purchase(_line("1", 1000), _line("2", 1000), order_discount=200))
    assert [sale.take_back([ReturnedLine(line="1")]), sale.take_back([])] == [900, 900]


def test_pieces_come_back_from_whichever_line_sold_them() -> None:
    first, second = _line("1", 100), _line("2", 300)
    second.product = first.product
    sale = Sale.of(_purchase(first, second))
    wanted = ReturnedLine(product=first.product)
    assert sale.take_pieces_back(wanted, 2 * QUANTITY_SCALE) == 400
    assert sale.take_pieces_back(wanted, QUANTITY_SCALE) == 0


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 7)), min_size=1, max_size=5),
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3_000)), max_size=12),
)
def test_any_split_of_a_return_adds_up_to_what_was_sold(
    lines: list[tuple[int, int]], discount: int, parts: list[tuple[int, int, int]]
) -> None:
    purchase = _purchase(
        *(_line(str(place), amount, pieces) for place, (amount, pieces) in enumerate(lines)),
        order_discount=discount,
    )
    sale = Sale.of(purchase)
    back = 0
    for place, pieces, amount in parts:
        given_back = ReturnedLine(
            line=str(place),
            quantity=pieces * QUANTITY_SCALE if pieces else None,
            amount=amount if amount % 2 else None,
        )
        part = sale.take_back([given_back])
        assert part >= 0
        back += part
    assert back + sale.take_back([]) == sale.amount
