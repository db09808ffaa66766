"""Exact numbers of what was received, quick for the few prices that a shop repeats all day."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import QUANTITY_SCALE
from habitue.domain.received.faults import shown
from habitue.kit.instants import DAY, MINUTE, Instant, format_instant, instant_of, parse_instant
from habitue.kit.money import LARGEST_AMOUNT, AmountError, format_decimal, parse_decimal

LARGEST_QUANTITY: Final = 10**9 * QUANTITY_SCALE
QUANTITY_DECIMALS: Final = 3
# A till's clock may be a little fast.
FUTURE_ALLOWED: Final[Instant] = 5 * MINUTE
# 1970: no till is older, and a forgotten clock starts there.
EARLIEST: Final[Instant] = DAY

_parse = lru_cache(maxsize=65_536, typed=True)(parse_decimal)


@lru_cache(maxsize=65_536, typed=True)
def plain(value: Any, decimals: int) -> int:
    """The quick way for the usual case: smallest units, or -1 where there is anything to say."""
    if not isinstance(value, str | int | Decimal):
        return -1
    try:
        return max(parse_decimal(value, decimals), -1)
    except AmountError:
        return -1


def exact(value: object, decimals: int, path: str, faults: list[Refusal]) -> int:
    """Smallest units of a number; 0 and a fault where it is none."""
    if isinstance(value, str | int | Decimal):
        try:
            return _parse(value, decimals)
        except AmountError as error:
            faults.append(_number_fault(error, value, decimals, path))
    else:
        faults.append(Refusal(Code.NOT_A_NUMBER, path, value=shown(value)))
    return 0


def _number_fault(error: AmountError, value: object, decimals: int, path: str) -> Refusal:
    if error.reason == "too_precise":
        return Refusal(Code.TOO_PRECISE, path, value=shown(value), decimals=decimals)
    if error.reason == "too_large":
        limit = format_decimal(LARGEST_AMOUNT, decimals)
        return Refusal(Code.TOO_LARGE, path, value=shown(value), limit=limit)
    return Refusal(Code.NOT_A_NUMBER, path, value=shown(value))


def amount(value: object, decimals: int, path: str, faults: list[Refusal]) -> int:
    """An amount of money, not below zero."""
    units = exact(value, decimals, path, faults)
    if units < 0:
        faults.append(Refusal(Code.NEGATIVE_AMOUNT, path, value=shown(value)))
    return units


def positive(value: object, decimals: int, path: str, faults: list[Refusal]) -> int:
    """A number above zero."""
    before = len(faults)
    units = exact(value, decimals, path, faults)
    if units <= 0 and len(faults) == before:
        faults.append(Refusal(Code.NOT_POSITIVE, path, value=shown(value)))
    return units


def quantity(value: object, path: str, faults: list[Refusal]) -> int:
    """Thousandths of a piece, above zero."""
    units = positive(value, QUANTITY_DECIMALS, path, faults)
    if units > LARGEST_QUANTITY:
        limit = format_decimal(LARGEST_QUANTITY, QUANTITY_DECIMALS)
        faults.append(Refusal(Code.TOO_LARGE, path, value=shown(value), limit=limit))
    return units


def instant(value: object, path: str, faults: list[Refusal]) -> Instant:
    """The instant of ISO 8601 with an offset, or of an aware ``datetime``."""
    try:
        if isinstance(value, str):
            return parse_instant(value)
        if isinstance(value, datetime):
            return instant_of(value)
    except (ValueError, OverflowError):
        pass
    faults.append(Refusal(Code.NOT_AN_INSTANT, path, value=shown(value)))
    return 0


def past_instant(value: object, now: Instant, path: str, faults: list[Refusal]) -> Instant:
    """An instant at which something can have happened."""
    before = len(faults)
    at = instant(value, path, faults)
    if len(faults) > before:
        return at
    if at > now + FUTURE_ALLOWED:
        limit = format_instant(now)
        faults.append(Refusal(Code.IN_THE_FUTURE, path, value=shown(value), limit=limit))
    elif at < EARLIEST:
        limit = format_instant(EARLIEST)
        faults.append(Refusal(Code.TOO_LONG_AGO, path, value=shown(value), limit=limit))
    return at
