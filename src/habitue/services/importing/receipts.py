"""What becomes of the lines of one receipt: an event, a thing only counted, or rejects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol, TypeAlias

from habitue.domain.errors import Code, Parameter, Refusal
from habitue.domain.received.fields import MOST_LINES
from habitue.domain.received.normalising import Normalised
from habitue.domain.received.numbers import past_instant
from habitue.integrations.files.tables import Unreadable
from habitue.kit.instants import Instant, datetime_of
from habitue.services.importing.grouping import Group

_LIMIT_NAMES: Final = {Code.TOO_PRECISE: "decimals"}
_TEXT: Final = {str}
_NUMBER: Final = {int}
_TEXT_OR_NONE: Final = {str, type(None)}
_NUMBER_OR_NONE: Final = {int, type(None)}


class Sort(StrEnum):
    """What a receipt turned out to be."""

    PURCHASE = "purchase"
    RETURN = "return"
    # Set aside: counted and remembered, but no event of anybody.
    RETURN_ANONYMOUS = "return_anonymous"
    WRITE_OFF = "write_off"
    ADJUSTMENT = "adjustment"


class ImportFault(StrEnum):
    """Why a line was rejected, where the reason lies in the file and not in the event."""

    WRONG_NUMBER_OF_FIELDS = "wrong_number_of_fields"
    RECEIPT_INCOMPLETE = "receipt_incomplete"
    SEVERAL_CUSTOMERS = "several_customers"
    MIXED_SIGNS = "mixed_signs"


@dataclass(frozen=True, slots=True)
class Reject:
    """One line that was not taken, and why.  ``line`` is its number in the file."""

    line: int
    receipt: str
    code: str
    path: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)


@dataclass(slots=True)
class Receipt:
    """One receipt that could be read.  ``event`` is present unless it is set aside; ``digest``
    stands for its content where it is."""

    number: str
    sort: Sort
    lines: list[int]
    event: Normalised | None = None
    digest: bytes = b""

    @property
    def anonymous(self) -> bool:
        """Whether nobody is known to have it."""
        return self.event is None or self.event.member is None


Outcome: TypeAlias = list[Receipt] | list[Reject]


class Translator(Protocol):
    """A mapping at work: from the lines of a receipt to what they mean."""

    def translate(self, group: Group) -> Outcome:
        """The receipts in the group (usually one), or a reject for each of its lines."""


class LineFaults:
    """The faults of one receipt's lines, by place in the group."""

    def __init__(self) -> None:
        self._found: dict[int, Refusal | ImportFault] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, place: int, fault: Refusal | ImportFault) -> None:
        """Note a fault; the first one of a line is the one that is reported."""
        self._found.setdefault(place, fault)

    def refuse(self, place: int, code: Code, path: str, **parameters: Parameter) -> None:
        """Note a refusal."""
        self.add(place, Refusal(code, path, **parameters))

    def cell(self, place: int, path: str, cell: Any) -> None:
        """Note that a cell is missing or cannot be read."""
        if isinstance(cell, Unreadable):
            code = Code(cell.reason)
            limits = {_LIMIT_NAMES.get(code, "limit"): cell.limit} if cell.limit else {}
            self.refuse(place, code, path, value=cell.value, **limits)
        else:
            self.refuse(place, Code.MISSING_FIELD, path)

    def rejects(self, group: Group) -> list[Reject]:
        """One reject for every line: a receipt is recorded whole or not at all."""
        lines = group.lines()
        first = min(self._found)
        return [
            _reject(line, group.number, self._found.get(place), lines[first])
            for place, line in enumerate(lines)
        ]


def _reject(line: int, receipt: str, fault: Refusal | ImportFault | None, at: int) -> Reject:
    if fault is None:
        return Reject(line, receipt, ImportFault.RECEIPT_INCOMPLETE, parameters={"value": at})
    if isinstance(fault, ImportFault):
        return Reject(line, receipt, fault)
    return Reject(line, receipt, fault.code.value, fault.path, fault.parameters)


def rejects_of(receipt: Receipt, refusal: Refusal) -> list[Reject]:
    """A reject for every line of a receipt that was refused as a whole."""
    return [
        Reject(line, receipt.number, refusal.code.value, refusal.path, refusal.parameters)
        for line in receipt.lines
    ]


def check_texts(cells: list[Any], path: str, faults: LineFaults, *, needed: bool = False) -> None:
    """Note texts that could not be read, and missing ones where they are ``needed``."""
    if not set(map(type, cells)) <= (_TEXT if needed else _TEXT_OR_NONE):
        for place, cell in enumerate(cells):
            if not isinstance(cell, str) and (needed or cell is not None):
                faults.cell(place, path, cell)


def check_numbers(cells: list[Any], path: str, faults: LineFaults, *, needed: bool = True) -> None:
    """Note numbers that could not be read, and missing ones where they are ``needed``."""
    if not set(map(type, cells)) <= (_NUMBER if needed else _NUMBER_OR_NONE):
        for place, cell in enumerate(cells):
            if not isinstance(cell, int) and (needed or cell is not None):
                faults.cell(place, path, cell)


def check_size(group: Group, faults: LineFaults) -> None:
    """Note more lines than one event may have."""
    if group.size > MOST_LINES:
        faults.refuse(0, Code.TOO_MANY, "lines", value=group.size, limit=MOST_LINES)


def the_customer(group: Group, faults: LineFaults) -> str | None:
    """The one customer of a receipt; lines without a customer belong to the same."""
    cells = group.column("customer")
    check_texts(cells, "customer", faults)
    customers = {cell for cell in cells if isinstance(cell, str)}
    if len(customers) > 1:
        faults.add(0, ImportFault.SEVERAL_CUSTOMERS)
    return customers.pop() if customers else None


def check_moment(moment: Instant, now: Instant, faults: LineFaults) -> None:
    """Note a moment at which nothing can have happened."""
    found: list[Refusal] = []
    if not faults:
        past_instant(datetime_of(moment), now, "date", found)
    for fault in found:
        faults.add(0, fault)


def the_moment(group: Group, faults: LineFaults) -> Instant:
    """When the receipt was written: the earliest of its lines' times."""
    moments = group.column("date")
    distinct = set(moments)
    if len(distinct) > 1 or not isinstance(moments[0], int):
        for place, moment in enumerate(moments):
            if not isinstance(moment, int):
                faults.cell(place, "date", moment)
    return 0 if faults else min(distinct)
