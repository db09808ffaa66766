"""Money as whole minor units of an ISO 4217 currency, read from and written to decimals exactly."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from functools import lru_cache

# ISO 4217 minor units that are not two; every other active code has two.
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_TWO_DECIMALS_TEXT = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN
    BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
    PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"""
_TWO_DECIMALS = frozenset(_TWO_DECIMALS_TEXT.split())

# Larger sums than any receipt; keeps every product of sums and rates inside 64 bits.
LARGEST_AMOUNT = 10**15

# The usual context rounds to 28 digits without a word; this one refuses to round at all.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


class AmountError(ValueError):
    """A text that is not an amount of the currency; ``reason`` is a stable word."""

    def __init__(self, reason: str, value: object) -> None:
        super().__init__(f"{reason}: {value!r}")
        self.reason = reason
        self.value = value


@lru_cache(maxsize=256)
def currency_exponent(currency: str) -> int:
    """How many decimals the currency has; ``KeyError`` where the code is not one of ISO 4217."""
    if currency in _TWO_DECIMALS:
        return 2
    return _EXPONENTS[currency]


def parse_amount(value: str | int | Decimal, currency: str) -> int:
    """Minor units of a decimal amount; raises ``AmountError`` (``not_a_number``, ``too_precise``,
    ``too_large``).  Floats are refused: they have no exact decimal value."""
    return parse_decimal(value, currency_exponent(currency))


def parse_decimal(value: str | int | Decimal, decimals: int) -> int:
    """Smallest units of a decimal number with at most ``decimals`` decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise AmountError("not_a_number", value)
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise AmountError("not_a_number", value) from error
    if not number.is_finite():
        raise AmountError("not_a_number", value)
    if number.copy_abs() >= LARGEST_AMOUNT:
        raise AmountError("too_large", value)
    try:
        scaled = number.scaleb(decimals, context=_EXACT)
    except DecimalException as error:
        raise AmountError("too_precise", value) from error
    whole = int(scaled)
    if whole != scaled:
        raise AmountError("too_precise", value)
    if abs(whole) > LARGEST_AMOUNT:
        raise AmountError("too_large", value)
    return whole


def format_decimal(units: int, decimals: int) -> str:
    """The plain decimal text of smallest units: ``1999`` with 2 decimals is ``19.99``."""
    if decimals == 0:
        return str(units)
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def format_amount(minor: int, currency: str) -> str:
    """The plain decimal text of an amount, without the currency's sign."""
    return format_decimal(minor, currency_exponent(currency))
