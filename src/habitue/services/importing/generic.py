"""Any shop's or till's table of lines: what a mapping's columns say, line by line.

Everything is checked by the code that also checks what arrives at the API; this module only finds
out which lines are sold and which came back, and numbers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Literal

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Kind
from habitue.domain.received.faults import ContentRefusal
from habitue.domain.received.normalising import Conventions, normalise
from habitue.integrations.files.tables import NUMBER_DECIMALS, NUMBER_SCALE
from habitue.kit.instants import Instant, datetime_of
from habitue.kit.money import currency_exponent, format_decimal
from habitue.kit.rounding import round_ratio
from habitue.services.importing.grouping import Group
from habitue.services.importing.receipts import (
    ImportFault,
    LineFaults,
    Outcome,
    Receipt,
    Sort,
    check_numbers,
    check_size,
    check_texts,
    the_customer,
    the_moment,
)

RETURN_SUFFIX: Final = "~return"
# What a line is called where the file does not say what was sold.
UNNAMED_PRODUCT: Final = "unspecified"

_LINE_TEXTS: Final = ("product", "name", "category", "brand", "role", "line", "original_line")
_RECEIPT_TEXTS: Final = ("currency", "store", "channel", "staff", "original_invoice")
_OPTIONAL_NUMBERS: Final = ("tax", "discount")


@dataclass(frozen=True, slots=True)
class GenericRules:
    """What a mapping decides beyond its columns.

    ``sorted_lines``: lines are numbered in the order of their content, for files that do not keep
    theirs.  ``negative_lines``: what negative lines of a receipt that also sells something are.
    ``return_prefix``: receipts whose number begins so are returns, their lines negative or not.
    """

    identifier: Kind = "external"
    currency: str = ""
    sorted_lines: bool = False
    negative_lines: Literal["reject", "return", "discount"] = "reject"
    return_prefix: str = ""

    def translator(self, source: str, conventions: Conventions, now: Instant) -> Generic:
        """The translator that follows these rules."""
        return Generic(self, source, conventions, now)


class _Cells:
    """The cells of a group, column by column."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self.size = group.size

    def column(self, field: str) -> list[Any]:
        """A column; ``None`` in every line where the file has none."""
        return self._group.column(field) or [None] * self.size


class Generic:
    """Translates receipts by their columns."""

    def __init__(
        self, rules: GenericRules, source: str, conventions: Conventions, now: Instant
    ) -> None:
        self._rules = rules
        self._source = source
        self._conventions = conventions
        self._now = now
        self._minor: int = NUMBER_SCALE // 10 ** currency_exponent(conventions.currency)

    def translate(self, group: Group) -> Outcome:
        """The receipt's purchase, its return, or both; rejects where it cannot be understood."""
        faults = LineFaults()
        check_size(group, faults)
        cells = _Cells(group)
        customer = the_customer(group, faults)
        moment = the_moment(group, faults)
        lines = self._lines(cells, faults)
        facts = {} if faults else _facts(cells, faults)
        if faults:
            return faults.rejects(group)
        if self._rules.sorted_lines:
            lines.sort(key=_content)
        back = [line for line in lines if line["negative"]]
        if group.number.startswith(self._rules.return_prefix or "\0"):
            back, sold = lines, []
        else:
            sold = [line for line in lines if not line["negative"]]
        if back and sold and self._rules.negative_lines == "reject":
            faults.add(back[0]["place"], ImportFault.MIXED_SIGNS)
            return faults.rejects(group)
        common = {
            "source": self._source,
            "occurred_at": datetime_of(moment),
            "currency": facts.get("currency") or self._rules.currency or self._conventions.currency,
        }
        common |= {name: facts[name] for name in ("store", "channel", "staff") if name in facts}
        if customer is not None:
            common["member"] = {"kind": self._rules.identifier, "value": self._value(customer)}
        return self._receipts(group, common, sold, back, facts.get("original_invoice"))

    def _receipts(
        self,
        group: Group,
        common: Mapping[str, Any],
        sold: list[dict[str, Any]],
        back: list[dict[str, Any]],
        original: str | None,
    ) -> Outcome:
        faults = LineFaults()
        receipts: list[Receipt] = []
        if sold:
            content = {**common, "external_id": group.number}
            kept = sold
            if back and self._rules.negative_lines == "discount":
                off = sum(line["amount"] for line in back)
                content["order_discount"] = _number(off)
                kept, back = sold + back, []
            content["lines"] = [_sold(line) for line in sold]
            self._add(receipts, Sort.PURCHASE, content, sold, kept, group, faults)
        if back and "member" not in common and original is None:
            lines = _places(group, back)
            digest = sha256(repr((common, back)).encode()).digest()
            receipts.append(Receipt(group.number, Sort.RETURN_ANONYMOUS, lines, digest=digest))
        elif back:
            suffix = RETURN_SUFFIX if sold else ""
            content = {**common, "external_id": group.number + suffix}
            if original is not None:
                content["purchase"] = {"source": self._source, "external_id": original}
            content["lines"] = [_returned(line, linked=original is not None) for line in back]
            self._add(receipts, Sort.RETURN, content, back, back, group, faults)
        return faults.rejects(group) if faults else receipts

    def _add(  # the parts of one receipt
        self,
        receipts: list[Receipt],
        sort: Sort,
        content: dict[str, Any],
        named: list[dict[str, Any]],
        kept: list[dict[str, Any]],
        group: Group,
        faults: LineFaults,
    ) -> None:
        """Check a receipt's content; ``named`` are its lines as the checks count them."""
        try:
            event = normalise(sort.value, content, conventions=self._conventions, now=self._now)
        except ContentRefusal as refusal:
            for fault in refusal.faults:
                place = _line_of(fault)
                faults.add(named[place]["place"] if place is not None else 0, fault)
        else:
            receipts.append(Receipt(event.key.external_id, sort, _places(group, kept), event))

    def _value(self, customer: str) -> str:
        """Customers of a shop system are known by its name and their number there."""
        return f"{self._source}:{customer}" if self._rules.identifier == "external" else customer

    def _lines(self, cells: _Cells, faults: LineFaults) -> list[dict[str, Any]]:
        """The lines with their numbers exact and without sign, and whether they are negative."""
        columns = {field: cells.column(field) for field in _LINE_TEXTS}
        for field, column in columns.items():
            check_texts(column, field, faults)
        quantities = cells.column("quantity")
        amounts = cells.column("amount")
        prices = cells.column("unit_price")
        priced = any(price is not None for price in prices) and not any(
            amount is not None for amount in amounts
        )
        numbers = prices if priced else amounts
        check_numbers(quantities, "quantity", faults, needed=False)
        check_numbers(numbers, "unit_price" if priced else "amount", faults)
        others = {field: cells.column(field) for field in _OPTIONAL_NUMBERS}
        for field, column in others.items():
            check_numbers(column, field, faults, needed=False)
        if faults:
            return []
        lines = []
        for place, (quantity, number) in enumerate(zip(quantities, numbers, strict=True)):
            pieces = NUMBER_SCALE if quantity is None else quantity
            amount = self._amount(pieces, number) if priced else number
            if not priced and pieces < 0 < amount:
                value = format_decimal(pieces, NUMBER_DECIMALS)
                faults.refuse(
                    place, Code.INCONSISTENT, "quantity", value=value, expected="above zero"
                )
            line: dict[str, Any] = {
                "place": place,
                "negative": pieces < 0 or amount < 0,
                "quantity": abs(pieces),
                "amount": abs(amount),
            }
            line |= {field: column[place] for field, column in columns.items() if column[place]}
            line |= {field: abs(column[place]) for field, column in others.items() if column[place]}
            lines.append(line)
        return lines

    def _amount(self, quantity: int, price: int) -> int:
        """Quantity x price, rounded half up to the currency's smallest unit, in millionths."""
        minor: int = round_ratio(quantity * price, NUMBER_SCALE * self._minor, "half_up")
        return minor * self._minor


def _content(line: dict[str, Any]) -> list[tuple[str, str]]:
    """What a line says, wherever it stands."""
    return sorted((name, str(value)) for name, value in line.items() if name != "place")


def _facts(cells: _Cells, faults: LineFaults) -> dict[str, str]:
    """What is said once for a receipt, though it stands on each of its lines."""
    facts = {}
    for field in _RECEIPT_TEXTS:
        column = cells.column(field)
        check_texts(column, field, faults)
        said = {cell for cell in column if isinstance(cell, str)}
        if len(said) > 1:
            place = next(
                place for place, cell in enumerate(column) if cell not in (None, column[0])
            )
            faults.refuse(
                place, Code.INCONSISTENT, field, value=column[place], expected=str(column[0])
            )
        elif said:
            facts[field] = said.pop()
    return facts


def _sold(line: dict[str, Any]) -> dict[str, Any]:
    content = {
        "product": line.get("product", UNNAMED_PRODUCT),
        "quantity": _number(line["quantity"]),
        "amount": _number(line["amount"]),
    }
    content |= {field: _number(line[field]) for field in _OPTIONAL_NUMBERS if field in line}
    return content | {
        field: line[field]
        for field in ("line", "name", "category", "brand", "role")
        if field in line
    }


def _returned(line: dict[str, Any], *, linked: bool) -> dict[str, Any]:
    content = {"quantity": _number(line["quantity"]), "amount": _number(line["amount"])}
    if linked and "original_line" in line:
        return content | {"line": line["original_line"]}
    return content | {"product": line.get("product", UNNAMED_PRODUCT)}


def _places(group: Group, lines: list[dict[str, Any]]) -> list[int]:
    numbers = group.lines()
    return [numbers[line["place"]] for line in lines]


@lru_cache(maxsize=65_536)
def _number(millionths: int) -> str:
    """A number as the checks read it; without zeros at the end, which would be decimals."""
    return format_decimal(millionths, NUMBER_DECIMALS).rstrip("0").rstrip(".")


def _line_of(fault: Refusal) -> int | None:
    """The place in ``lines[3].amount``."""
    head, _, rest = fault.path.partition("[")
    return int(rest.partition("]")[0]) if head == "lines" and rest else None
