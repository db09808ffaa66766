"""The Online Retail II files (UCI data set 502), quirks included.

The rules, which ``docs/user/import.md`` explains:

* The lines of an invoice are put into one order (product, quantity, price, name) before they are
  numbered: the two files hold some invoices in different orders, and both must give one body.
* ``C...`` invoices are returns without a link to their purchase; without a customer there is
  nobody to take points from, and they are set aside.
* Negative quantities without price and customer on ordinary invoices are stock write-offs; ``A...``
  invoices (bad debt), and a ``C`` invoice that charges nobody, are bookkeeping: all set aside.
* A line's amount is quantity x price, exact, then rounded half up to pence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from habitue.domain.errors import Code
from habitue.domain.events import (
    QUANTITY_SCALE,
    EventKey,
    Line,
    LineRole,
    Purchase,
    Return,
    ReturnedLine,
)
from habitue.domain.received.fields import LONGEST_KEY, LONGEST_NAME
from habitue.domain.received.models import ReceivedMember
from habitue.domain.received.normalising import Conventions, Normalised
from habitue.domain.received.numbers import LARGEST_QUANTITY, QUANTITY_DECIMALS
from habitue.integrations.files.tables import NUMBER_DECIMALS, NUMBER_SCALE, Reading, Wish
from habitue.kit.instants import Instant
from habitue.kit.money import format_decimal
from habitue.services.importing.grouping import Group
from habitue.services.importing.receipts import (
    LineFaults,
    Outcome,
    Receipt,
    Sort,
    check_moment,
    check_numbers,
    check_size,
    check_texts,
    the_customer,
    the_moment,
)

SOURCE = "online-retail"
CURRENCY = "GBP"
WINDOW = 2_000
WISHES = (
    Wish("invoice", ("invoice", "InvoiceNo"), longest=LONGEST_KEY),
    Wish("product", ("stock_code",), longest=LONGEST_KEY),
    Wish("name", ("description",), longest=LONGEST_NAME),
    Wish("quantity", ("quantity",), "number"),
    Wish("date", ("invoice_date",), "moment"),
    Wish("price", ("unit_price", "price"), "number"),
    Wish("customer", ("customer_id",), longest=LONGEST_KEY),
    Wish("country", ("country",), required=False),
)
# The second format is that of the copies in which the set is often passed on.
READING = Reading(zone="Europe/London", date_formats=("iso", "%m/%d/%Y %H:%M"), all_sheets=True)

_DELIVERY = frozenset({"POST", "DOT", "C2", "C3"})
_NOT_PRODUCTS = frozenset(
    {"M", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "ADJUST", "ADJUST2", "PADS", "B", "GIFT"}
)
_GIFT_CARD = re.compile(r"GIFT_0001_\d+")
_THOUSANDTH = NUMBER_SCALE // QUANTITY_SCALE
# Thousandths of a piece times millionths of a pound, to a penny.
_PENCE = QUANTITY_SCALE * NUMBER_SCALE // 100


class Product(NamedTuple):
    """What a stock code stands for."""

    code: str
    role: LineRole
    category: str


@lru_cache(maxsize=65_536)
def product_of(stock_code: str) -> Product:
    """The product of a stock code, whatever its case."""
    code = stock_code.strip().upper()
    if code in _DELIVERY:
        return Product(code, "delivery", "delivery")
    if _GIFT_CARD.fullmatch(code):
        return Product(code, "gift_card", "gift_card")
    if code in _NOT_PRODUCTS or code.startswith("TEST"):
        return Product(code, "goods", "other")
    return Product(code, "goods", "goods")


# One line: stock code, thousandths of a piece, millionths of a pound, name, product.  Rows sort
# into the order in which they are numbered.
_Row: TypeAlias = tuple[str, int, int, str, Product]


class OnlineRetail:
    """Translates invoices of the set.  ``source`` is the source of the events' keys."""

    def __init__(self, source: str, conventions: Conventions, now: Instant) -> None:
        self._source = source
        self._now = now
        assert conventions.currency == CURRENCY

    def translate(self, group: Group) -> Outcome:
        """The invoice's event, or what it is set aside as."""
        faults = LineFaults()
        check_size(group, faults)
        customer = the_customer(group, faults)
        moment = the_moment(group, faults)
        check_moment(moment, self._now, faults)
        rows = _rows(group, faults)
        if faults:
            return faults.rejects(group)
        sort = _sort(group.number, customer, rows)
        if sort is None:
            _note_signs(group, rows, faults)
            return faults.rejects(group)
        rows.sort()
        lines = group.lines()
        if sort not in (Sort.PURCHASE, Sort.RETURN):
            return [Receipt(group.number, sort, lines, digest=_digest(moment, rows))]
        body = _purchase(rows) if sort is Sort.PURCHASE else _return(rows)
        countries = {country for country in group.column("country") if country is not None}
        event = Normalised(
            key=EventKey(self._source, group.number),
            occurred_at=moment,
            body=body,
            member=None
            if customer is None
            else ReceivedMember(kind="external", value=f"{self._source}:{customer}"),
            store=None,
            channel=None,
            staff=None,
            attributes={"country": min(countries)} if countries else {},
        )
        return [Receipt(group.number, sort, lines, event)]


def _rows(group: Group, faults: LineFaults) -> list[_Row]:
    codes = group.column("product")
    names = group.column("name")
    quantities = group.column("quantity")
    prices = group.column("price")
    check_texts(codes, "stock_code", faults, needed=True)
    check_texts(names, "description", faults)
    check_numbers(quantities, "quantity", faults)
    check_numbers(prices, "unit_price", faults)
    if faults:
        return []
    if max(map(abs, quantities)) > LARGEST_QUANTITY * _THOUSANDTH:
        faults.refuse(0, Code.TOO_LARGE, "quantity", limit=str(LARGEST_QUANTITY // QUANTITY_SCALE))
    for place, quantity in enumerate(quantities):
        if not quantity or quantity % _THOUSANDTH:
            code = Code.TOO_PRECISE if quantity else Code.NOT_POSITIVE
            faults.refuse(
                place, code, "quantity", value=format_decimal(quantity, NUMBER_DECIMALS), decimals=3
            )
    products = list(map(product_of, codes))
    return [
        (product[0], quantity // _THOUSANDTH, price, name or "", product)
        for product, quantity, price, name in zip(products, quantities, prices, names, strict=True)
    ]


def _sort(number: str, customer: str | None, rows: list[_Row]) -> Sort | None:
    """What the invoice is; ``None`` where its signs contradict one another."""
    letter = number[:1].upper()
    if letter == "A" and customer is None:
        return Sort.ADJUSTMENT
    quantities = [row[1] for row in rows]
    prices = [row[2] for row in rows]
    if min(prices) < 0:
        return None
    if letter == "C":
        if max(quantities) < 0:
            return Sort.RETURN if customer is not None else Sort.RETURN_ANONYMOUS
        return Sort.ADJUSTMENT if customer is None and min(quantities) > 0 else None
    if min(quantities) > 0:
        return Sort.PURCHASE
    nothing = customer is None and max(quantities) < 0 and max(prices) == 0
    return Sort.WRITE_OFF if nothing else None


def _note_signs(group: Group, rows: list[_Row], faults: LineFaults) -> None:
    """Which lines have the wrong sign for their invoice."""
    cancelled = group.number[:1].upper() == "C"
    expected = "below zero" if cancelled else "above zero"
    for place, (_, quantity, price, _, _) in enumerate(rows):
        if price < 0:
            value = format_decimal(price, NUMBER_DECIMALS)
            faults.refuse(place, Code.NEGATIVE_AMOUNT, "unit_price", value=value)
        elif (quantity < 0) is not cancelled:
            value = format_decimal(quantity, QUANTITY_DECIMALS)
            faults.refuse(place, Code.INCONSISTENT, "quantity", value=value, expected=expected)
    assert faults


def _pence(quantity: int, price: int) -> int:
    """A line's amount: thousandths times millionths, rounded half up to hundredths."""
    pence: int = (quantity * price + _PENCE // 2) // _PENCE
    return pence


def _purchase(rows: list[_Row]) -> Purchase:
    return Purchase(
        CURRENCY,
        tuple(
            [
                Line(
                    str(place),
                    code,
                    quantity,
                    _pence(quantity, price),
                    0,
                    0,
                    product[1],
                    product[2],
                    None,
                    name or None,
                )
                for place, (code, quantity, price, name, product) in enumerate(rows, 1)
            ]
        ),
    )


def _return(rows: list[_Row]) -> Return:
    return Return(
        CURRENCY,
        None,
        tuple(
            [
                ReturnedLine(None, code, -quantity, _pence(-quantity, price))
                for code, quantity, price, _, _ in rows
            ]
        ),
    )


def _digest(moment: int, rows: list[_Row]) -> bytes:
    """Stands for the content of an invoice that is set aside."""
    return sha256(repr((moment, [row[:4] for row in rows])).encode()).digest()
