"""Readers of single values: each turns what stands in a document into an exact value, or says
with a stable code and a remedy why it cannot.

They accept what YAML and JSON deliver (whole numbers, ``Decimal``, texts) and the texts into which
storing turns decimals; binary floats are refused, for they have no exact decimal value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic_core import PydanticCustomError

from habitue.kit.instants import Instant, day_start, format_instant, parse_instant, zone_info
from habitue.kit.money import AmountError, currency_exponent, parse_decimal
from habitue.kit.periods import Period, parse_period

LANGUAGES = ("en", "fr", "de", "ro")

# Wide enough for every business, and far enough from the ends of the calendar for date arithmetic.
EARLIEST_DAY = date(1970, 1, 2).toordinal()
LATEST_DAY = date(2199, 12, 31).toordinal()
LONGEST_TEXT = 200
_LONGEST_DAYS = {"day": 36_525, "week": 5_218, "month": 1_200, "quarter": 400, "year": 100}

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MINUTE = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def wrong(problem: str, remedy: str) -> PydanticCustomError:
    """The error of one value: a stable code and what to do."""
    return PydanticCustomError(problem, remedy)


def one_of(options: Iterable[str]) -> str:
    """``a, b or c``."""
    *most, final = list(options) or ["nothing"]
    return f"{', '.join(most)} or {final}" if most else final


def suggestion(given: object, options: Iterable[str]) -> str:
    """``Did you mean ...?`` with a leading space where an option is close, else nothing."""
    close = difflib.get_close_matches(str(given)[:64], list(options), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def read_text(raw: object) -> str:
    """A text of 1 to 200 characters on one line; numbers are taken as they were written."""
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise wrong("not_a_text", "Write a text; put it in quotes where it looks like a number.")
    text = raw.strip()
    if not text:
        raise wrong("empty", "Write a text, or leave the field out.")
    if len(text) > LONGEST_TEXT:
        raise wrong("too_long", f"Shorten the text to {LONGEST_TEXT} characters.")
    if _CONTROL.search(text):
        raise wrong("invalid_text", "Remove control characters and line breaks from the text.")
    return text


def read_slug(raw: object) -> str:
    """A code: lower-case letters, digits, ``-`` and ``_``, at most 63 characters."""
    if not isinstance(raw, str) or not _SLUG.fullmatch(raw):
        raise wrong(
            "not_a_code",
            "Write a code of at most 63 lower-case letters, digits, hyphens and underscores, "
            "beginning with a letter or digit.",
        )
    return raw


def read_yes_no(raw: object) -> bool:
    """``yes``, ``no``, ``true`` or ``false``."""
    if isinstance(raw, bool):
        return raw
    if raw in ("yes", "true"):
        return True
    if raw in ("no", "false"):
        return False
    raise wrong("not_yes_or_no", "Write yes or no.")


def read_decimal(raw: object) -> Decimal:
    """An exact decimal number below 10^15 with at most 12 decimals."""
    if isinstance(raw, float):
        raise wrong(
            "inexact_number",
            "A binary floating-point number is not exact: pass decimals as texts or as Decimal.",
        )
    if isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 16:
        raw = f"{raw:f}"
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**15:
        return Decimal(raw)
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
        return Decimal(raw)
    raise wrong("not_a_number", "Write a number such as 10 or 1.50, with at most 12 decimals.")


def read_whole(raw: object, *, minimum: int = 0, maximum: int = 10**9) -> int:
    """A whole number between ``minimum`` and ``maximum``."""
    if isinstance(raw, str) and _WHOLE.fullmatch(raw):
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise wrong("not_a_whole_number", "Write a whole number such as 5.")
    if raw < minimum:
        problem = "negative" if minimum == 0 else "too_small"
        raise wrong(problem, f"Write a whole number of at least {minimum}.")
    if raw > maximum:
        raise wrong("too_large", f"Write a whole number of at most {maximum}.")
    return raw


def whole(minimum: int = 0, maximum: int = 10**9) -> Callable[[object], int]:
    """A reader of whole numbers between two bounds."""
    return lambda raw: read_whole(raw, minimum=minimum, maximum=maximum)


def read_units(raw: object, decimals: int, *, signed: bool = False) -> int:
    """Smallest units of a decimal number that has at most ``decimals`` decimals."""
    number = read_decimal(raw)
    if number < 0 and not signed:
        raise wrong("negative", "Write a number that is not below zero.")
    try:
        return parse_decimal(number, decimals)
    except AmountError as error:
        if error.reason == "too_precise":
            many = "no decimals" if decimals == 0 else f"at most {decimals} decimals"
            raise wrong("too_precise", f"Write a number with {many}.") from error
        raise wrong("too_large", "Write a smaller number.") from error


def read_choice(raw: object, options: Iterable[str]) -> str:
    """One of a few words."""
    choices = tuple(options)
    if not isinstance(raw, str) or raw not in choices:
        raise wrong("unknown_choice", f"Write {one_of(choices)}.{suggestion(raw, choices)}")
    return raw


def choice(*options: str) -> Callable[[object], str]:
    """A reader of one of a few words."""
    return lambda raw: read_choice(raw, options)


def read_period(raw: object) -> Period:
    """A length of time such as ``14 days`` or ``12 months``, at most a hundred years."""
    remedy = "Write a number and a unit: 14 days, 2 weeks, 12 months, 1 quarter or 2 years."
    if not isinstance(raw, str):
        raise wrong("not_a_period", remedy)
    try:
        period = parse_period(raw)
    except ValueError as error:
        raise wrong("not_a_period", remedy) from error
    if period.count > _LONGEST_DAYS[period.unit]:
        raise wrong("too_large", "Write a period of at most 100 years.")
    return period


def read_days(raw: object) -> int:
    """A period that has the same number of days whenever it begins."""
    period = read_period(raw)
    if period.unit not in ("day", "week"):
        raise wrong("not_a_number_of_days", "Write a number of days or weeks, such as 30 days.")
    return period.count * (7 if period.unit == "week" else 1)


def read_day(raw: object) -> int:
    """A calendar day ``YYYY-MM-DD`` as its ordinal."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        day = raw
    else:
        remedy = "Write a day that exists, as YYYY-MM-DD."
        if not isinstance(raw, str) or not _DAY.fullmatch(raw):
            raise wrong("not_a_day", remedy)
        try:
            day = date.fromisoformat(raw)
        except ValueError as error:
            raise wrong("not_a_day", remedy) from error
    if not EARLIEST_DAY <= day.toordinal() <= LATEST_DAY:
        raise wrong("out_of_range", "Write a day between 1970-01-02 and 2199-12-31.")
    return day.toordinal()


@dataclass(frozen=True, slots=True)
class DayOrInstant:
    """A point in time as documents name it: a local day (ordinal), or an instant."""

    day: int | None = None
    instant: Instant | None = None

    def __str__(self) -> str:
        if self.day is not None:
            return date.fromordinal(self.day).isoformat()
        return "" if self.instant is None else format_instant(self.instant)

    def start(self, zone: str) -> Instant:
        """The instant itself, or the first one of the day."""
        if self.instant is not None:
            return self.instant
        assert self.day is not None
        return day_start(self.day, zone)

    def end(self, zone: str) -> Instant:
        """The first instant that lies after it: a day counts to its end, an instant itself too."""
        if self.instant is not None:
            return self.instant + 1
        assert self.day is not None
        return day_start(self.day + 1, zone)


def read_day_or_instant(raw: object) -> DayOrInstant:
    """``2027-01-31``, or ISO 8601 with an offset such as ``2027-01-31T18:00:00+01:00``."""
    if isinstance(raw, str) and len(raw) > 10:
        remedy = "Write a day (2027-01-31), or a time with its offset (2027-01-31T18:00:00+01:00)."
        if len(raw) > 40:
            raise wrong("not_an_instant", remedy)
        try:
            instant = parse_instant(raw)
            read_day(datetime.fromisoformat(raw).date())
        except (ValueError, OverflowError) as error:
            raise wrong("not_an_instant", remedy) from error
        return DayOrInstant(instant=instant)
    return DayOrInstant(day=read_day(raw))


def read_minute(raw: object) -> int:
    """A time of day ``HH:MM`` as minutes since midnight, up to ``24:00``."""
    match = _MINUTE.fullmatch(raw) if isinstance(raw, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else 1441
    if minute > 1440:
        raise wrong("not_a_time", 'Write a time of day in quotes, such as "16:00".')
    return minute


def read_day_of_year(raw: object) -> tuple[int, int]:
    """A day of every year ``MM-DD`` as month and day; 29 February is not in every year."""
    match = _DAY_OF_YEAR.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise wrong("not_a_day_of_the_year", "Write month and day as MM-DD, such as 12-31.")
    try:
        day = date(2023, int(match[1]), int(match[2]))
    except ValueError as error:
        raise wrong(
            "not_a_day_of_the_year",
            "Write a day that every year has, as MM-DD; 02-28 or 03-01 in place of 02-29.",
        ) from error
    return day.month, day.day


def read_zone(raw: object) -> str:
    """The IANA name of a time zone."""
    try:
        zone_info(raw if isinstance(raw, str) else "")
    except ValueError as error:
        raise wrong(
            "unknown_zone", "Write the IANA name of a time zone, such as Europe/Paris."
        ) from error
    return str(raw)


def read_currency(raw: object) -> str:
    """The ISO 4217 code of a currency."""
    try:
        currency_exponent(raw if isinstance(raw, str) else "")
    except KeyError as error:
        raise wrong(
            "unknown_currency", "Write an ISO 4217 code in capitals, such as EUR or GBP."
        ) from error
    return str(raw)
