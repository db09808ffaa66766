"""Mappings: which column of a file means what, and how its texts are read.

``online-retail`` and ``generic`` are built in; any other name is the path of a YAML file, which is
described in ``docs/user/import.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from habitue.domain.identity.kinds import Kind
from habitue.domain.received.fields import LONGEST_CODE, LONGEST_KEY, LONGEST_NAME
from habitue.domain.received.normalising import Conventions
from habitue.integrations.documents import UnreadableDocument, load_document
from habitue.integrations.files.tables import ColumnKind, Reading, Wish
from habitue.kit.instants import Instant, zone_info
from habitue.kit.money import currency_exponent
from habitue.services.importing import online_retail
from habitue.services.importing.generic import GenericRules
from habitue.services.importing.receipts import Translator

BUILT_IN: Final = ("online-retail", "generic")
WINDOW: Final = 10_000


class MappingProblem(Exception):  # noqa: N818  # like Refusal: what it says, not that it is an error
    """A mapping that cannot be used; the message is a sentence with the place and the value."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping, ready to open files with.

    ``invoice_parts`` are the fields that together number a receipt where no column does.
    ``currency`` is what all amounts are in; empty where the file or the programme says it.
    ``identifier`` is what the customer column holds.  ``translator`` makes the translator for a
    programme's conventions at an instant.
    """

    name: str
    source: str
    wishes: tuple[Wish, ...]
    reading: Reading
    window: int
    currency: str
    invoice_parts: tuple[str, ...]
    has_time: bool
    translator: Callable[[str, Conventions, Instant], Translator]
    identifier: Kind = "external"

    def names(self, customer: str) -> str:
        """The identifier's text of a customer: one of a shop system is known by its name and the
        customer's number there."""
        return f"{self.source}:{customer}" if self.identifier == "external" else customer

    @property
    def fingerprint(self) -> str:
        """Stands for everything that decides what a file's lines become."""
        facts = (self.name, self.wishes, self.reading, self.window, self.currency, self.source)
        return sha256(repr((*facts, self.translator)).encode()).hexdigest()


_KINDS: Final[dict[str, ColumnKind]] = {
    "date": "moment",
    "quantity": "number",
    "amount": "number",
    "unit_price": "number",
    "tax": "number",
    "discount": "number",
}
_LONGEST: Final = {
    "store": LONGEST_CODE,
    "channel": LONGEST_CODE,
    "staff": LONGEST_CODE,
    "line": LONGEST_CODE,
    "name": LONGEST_NAME,
}

Header = Annotated[str, Field(min_length=1, max_length=200)]


class Columns(BaseModel):
    """The headers under which each thing stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    invoice: Header | Annotated[list[Header], Field(min_length=1, max_length=5)]
    date: Header
    time: Header | None = None
    customer: Header | None = None
    product: Header | None = None
    name: Header | None = None
    quantity: Header | None = None
    amount: Header | None = None
    unit_price: Header | None = None
    tax: Header | None = None
    discount: Header | None = None
    currency: Header | None = None
    category: Header | None = None
    brand: Header | None = None
    role: Header | None = None
    line: Header | None = None
    store: Header | None = None
    channel: Header | None = None
    staff: Header | None = None
    original_invoice: Header | None = None
    original_line: Header | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Columns:
        if (self.amount is None) is (self.unit_price is None):
            raise ValueError("name either 'amount' or 'unit_price', and not both")
        if (self.original_invoice is None) is not (self.original_line is None):
            raise ValueError("name 'original_invoice' and 'original_line' together, or neither")
        return self


class MappingFile(BaseModel):
    """A mapping as it is written in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, Field(pattern=r"^[^\s:]{1,64}$")]
    columns: Columns
    identifier: Literal["external", "card", "email", "phone", "nfc", "wallet", "plate"] = "external"
    date_format: str | list[str] = "iso"
    zone: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    round_numbers: bool = False
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    sheet: str | None = None
    window: Annotated[int, Field(ge=0, le=1_000_000)] = WINDOW
    lines: Literal["position", "sorted"] = "position"
    negative_lines: Literal["reject", "return", "discount"] = "reject"
    return_prefix: Annotated[str, Field(max_length=20)] = ""

    @model_validator(mode="after")
    def _known_names(self) -> MappingFile:
        if self.zone is not None:
            zone_info(self.zone)
        if self.currency is not None:
            try:
                currency_exponent(self.currency)
            except KeyError:
                raise ValueError(f"{self.currency} is not a currency of ISO 4217") from None
        if self.decimal == self.thousands:
            raise ValueError("'decimal' and 'thousands' must differ")
        return self


def load_mapping(name: str, *, zone: str) -> Mapping:
    """The mapping of that name or file; ``zone`` is where local times belong unless it says so.

    Raises ``MappingProblem``.
    """
    if name == "online-retail":
        return Mapping(
            name=name,
            source=online_retail.SOURCE,
            wishes=online_retail.WISHES,
            reading=online_retail.READING,
            window=online_retail.WINDOW,
            currency=online_retail.CURRENCY,
            invoice_parts=(),
            has_time=False,
            translator=online_retail.OnlineRetail,
        )
    if name == "generic":
        return _built_in_generic(zone)
    return _from_file(Path(name), zone)


def with_source(mapping: Mapping, source: str) -> Mapping:
    """The same mapping, its events keyed under another source."""
    return replace(mapping, source=source)


def _built_in_generic(zone: str) -> Mapping:
    fields = [name for name in Columns.model_fields if name != "time"]
    needed = {"invoice", "date"}
    wishes = tuple(
        _wish(field, field, required=field in needed, kind=_kind(field)) for field in fields
    )
    return _mapping("generic", "import", wishes, Reading(zone=zone), GenericRules())


def _from_file(path: Path, zone: str) -> Mapping:
    written = _read(path)
    reading = Reading(
        zone=written.zone or zone,
        date_formats=(written.date_format,)
        if isinstance(written.date_format, str)
        else tuple(written.date_format),
        decimal_mark=written.decimal,
        group_mark=written.thousands,
        round_numbers=written.round_numbers,
        delimiter=written.delimiter,
        encoding=written.encoding,
        sheet=written.sheet,
    )
    rules = GenericRules(
        identifier=written.identifier,
        currency=written.currency or "",
        sorted_lines=written.lines == "sorted",
        negative_lines=written.negative_lines,
        return_prefix=written.return_prefix,
    )
    wishes, parts = _wishes(written.columns)
    mapping = _mapping(str(path.name), written.source, wishes, reading, rules)
    return replace(
        mapping,
        window=written.window,
        currency=written.currency or "",
        invoice_parts=parts,
        has_time=written.columns.time is not None,
    )


def _mapping(
    name: str, source: str, wishes: tuple[Wish, ...], reading: Reading, rules: GenericRules
) -> Mapping:
    return Mapping(
        name=name,
        source=source,
        wishes=wishes,
        reading=reading,
        window=WINDOW,
        currency="",
        invoice_parts=(),
        has_time=False,
        translator=rules.translator,
        identifier=rules.identifier,
    )


def _wishes(columns: Columns) -> tuple[tuple[Wish, ...], tuple[str, ...]]:
    """A wish for each column that is named, and the parts of a composed receipt number."""
    wishes = []
    parts = []
    for field in Columns.model_fields:
        header = getattr(columns, field)
        if isinstance(header, list):
            parts = [f"invoice.{place}" for place in range(len(header))]
            wishes += [_wish(*pair) for pair in zip(parts, header, strict=True)]
        elif header is not None:
            # A date and a time in two columns are read as one, once both are known.
            kind = "text" if field == "date" and columns.time is not None else _kind(field)
            wishes.append(_wish(field, header, kind=kind))
    return tuple(wishes), tuple(parts)


def _kind(field: str) -> ColumnKind:
    return _KINDS.get(field, "text")


def _wish(field: str, header: str, *, required: bool = True, kind: ColumnKind = "text") -> Wish:
    return Wish(
        field,
        (header,),
        kind,
        required=required,
        longest=_LONGEST.get(field, LONGEST_KEY),
    )


def _read(path: Path) -> MappingFile:
    try:
        plain = load_document(path.read_bytes())
    except FileNotFoundError:
        names = ", ".join(BUILT_IN)
        raise MappingProblem(
            f"There is no mapping {str(path)!r}: give {names}, or the path of a YAML file."
        ) from None
    except OSError as error:
        raise MappingProblem(f"{path} cannot be read: {error.strerror}.") from error
    except UnreadableDocument as error:
        place = f" at {error.path}" if error.path else ""
        problem = error.problem.replace("_", " ")
        raise MappingProblem(f"{path}{place}: {problem}. {error.remedy}") from error
    try:
        return MappingFile.model_validate(plain)
    except ValidationError as error:
        raise MappingProblem(f"{path}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    """The first fault as a sentence with its place and value."""
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or "the whole file"
    value = fault.get("input")
    shown = "" if isinstance(value, dict) else f" (found {str(value)[:80]!r})"
    return f"{place}: {fault['msg']}{shown}."
