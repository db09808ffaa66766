"""One cell to one exact value, the same for every format.

Converters are dictionaries that remember what they have converted: files repeat their prices,
products and minutes, so most cells cost one look-up.  They forget everything when they grow large,
which keeps memory bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from habitue.integrations.files.tables import (
    NUMBER_DECIMALS,
    NUMBER_SCALE,
    Reading,
    Unreadable,
    Wish,
)
from habitue.kit.instants import Instant, instant_of, zone_info

_REMEMBERED = 8_192
_LONGEST_SHOWN = 80
# The largest number read: its millionths still fit into 64 bits.
_LARGEST = 10**12
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)


class Converter(dict[Any, Any]):
    """Converts by look-up; what is not known yet is converted and remembered."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Any) -> Any:
        value = self._convert(cell)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = value
        return value


def converter(wish: Wish, reading: Reading) -> Converter:
    """The converter of a column: from whatever a reader found in a cell to the column's kind."""
    if wish.kind == "number":
        return Converter(lambda cell: number_of(cell, reading))
    if wish.kind == "moment":
        return Converter(lambda cell: moment_of(cell, reading))
    return Converter(lambda cell: checked_text(cell, wish.longest))


def shown(cell: object) -> str:
    """A cell as it is shown in a message: cut, so that one cell cannot flood a reject file."""
    text = str(cell)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def checked_text(cell: Any, longest: int) -> str | Unreadable | None:
    """A text that can be kept: not too long, valid Unicode, without control characters."""
    text = text_of(cell)
    if text is None:
        return None
    if len(text) > longest:
        return Unreadable("too_long", shown(text), longest)
    if any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text):
        return Unreadable("invalid_text", shown(text).encode("utf-8", "backslashreplace").decode())
    return text


def text_of(cell: Any) -> str | None:
    """A text without surrounding blanks; ``None`` where nothing is left.

    Whole numbers that a spreadsheet or data frame holds as floats are written without the ``.0``.
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float | Decimal):
        return _plain_decimal(Decimal(repr(cell)) if isinstance(cell, float) else cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _plain_decimal(number: Decimal) -> str:
    if number.is_finite() and number == number.to_integral_value():
        return str(int(number))
    return str(number)


def number_of(cell: Any, reading: Reading) -> int | Unreadable | None:
    """Millionths of a number.  A float stands for the shortest decimal that reads back as it."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return Unreadable("not_a_number", shown(cell))
    if isinstance(cell, int):
        number = Decimal(cell)
    elif isinstance(cell, float):
        number = Decimal(repr(cell))
    elif isinstance(cell, Decimal):
        number = cell
    elif isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        plain = _plain_number(text, reading)
        if plain is None:
            return Unreadable("not_a_number", shown(text))
        number = Decimal(plain)
    else:
        return Unreadable("not_a_number", shown(cell))
    return _millionths(number, reading, cell)


def _plain_number(text: str, reading: Reading) -> str | None:
    """The number with a point and no group marks; ``None`` where it is not one."""
    if reading.group_mark:
        text = text.replace(reading.group_mark, "")
    if reading.decimal_mark == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    return text if _NUMBER.match(text) else None


def _millionths(number: Decimal, reading: Reading, cell: object) -> int | Unreadable:
    if not number.is_finite():
        return Unreadable("not_a_number", shown(cell))
    if abs(number) >= _LARGEST:
        return Unreadable("too_large", shown(cell), _LARGEST)
    _, _, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if -exponent > NUMBER_DECIMALS:
        rounded = number.quantize(Decimal(1).scaleb(-NUMBER_DECIMALS), ROUND_HALF_UP)
        if rounded != number and not reading.round_numbers:
            return Unreadable("too_precise", shown(cell), NUMBER_DECIMALS)
        number = rounded
    return int(number * NUMBER_SCALE)


def moment_of(cell: Any, reading: Reading) -> Instant | Unreadable | None:
    """The instant of a date, a local time (in the reading's zone) or a time with an offset."""
    if cell is None:
        return None
    moment: datetime | None
    if isinstance(cell, datetime):
        moment = cell
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time())
    elif isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        moment = _parse_moment(text, reading.date_formats)
    else:
        moment = None
    if moment is None:
        return Unreadable("not_an_instant", shown(cell))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_info(reading.zone), fold=0)
    try:
        return instant_of(moment)
    except OverflowError:
        return Unreadable("not_an_instant", shown(cell))


def _parse_moment(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            if pattern == "iso":
                return datetime.fromisoformat(text)
            return datetime.strptime(text, pattern)  # noqa: DTZ007  # a local time, placed by the caller
        except ValueError:
            continue
    return None
