"""Numbers, money, days and instants as readers of our four languages write them.

Everything is exact: amounts come as whole minor units, points as whole smallest units, and become
decimals here for the first time.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time, get_day_names
from babel.numbers import format_currency, format_decimal, format_percent

from habitue.kit.instants import Instant, datetime_of
from habitue.kit.money import currency_exponent

# British English: day before month, and the week begins on Monday.
_LOCALES: Final = {
    "en": Locale("en", "GB"),
    "fr": Locale("fr"),
    "de": Locale("de"),
    "ro": Locale("ro"),
}


# A narrow space keeps French marks off the text, and on its line.
_QUOTES: Final = {
    "en": ("“", "”"),
    "fr": ("«\u202f", "\u202f»"),
    "de": ("„", "“"),
    "ro": ("„", "”"),
}


def locale_of(language: str) -> Locale:
    """Babel's locale of one of our languages; English for any other."""
    return _LOCALES.get(language, _LOCALES["en"])


# A page says the same numbers again and again, and writing one takes as long as ten look-ups.
_kept: Final = lru_cache(maxsize=10_000)


@_kept
def money(minor: int, currency: str, *, language: str) -> str:
    """An amount of money with its currency: ``19,99 €``."""
    amount = Decimal(minor).scaleb(-currency_exponent(currency))
    return format_currency(amount, currency, locale=locale_of(language))


def with_currency(number: str, currency: str, *, language: str) -> str:
    """A number that is written already, with the sign of a currency where the language puts it."""
    sample = format_currency(1, currency, "¤0", locale=locale_of(language), currency_digits=False)
    sign = sample.replace("1", "")
    before = locale_of(language).currency_formats["standard"].pattern.startswith("¤")
    if before:
        return f"{sign}\u00a0{number}" if sign[-1:].isalpha() else f"{sign}{number}"
    return f"{number}\u00a0{sign}"


def short_money(minor: int, currency: str, *, language: str) -> str:
    """An amount of money in a sentence: ``600 €`` where it is whole, else ``19,99 €``."""
    whole, rest = divmod(minor, 10 ** currency_exponent(currency))
    if rest:
        return money(minor, currency, language=language)
    locale = locale_of(language)
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    return format_currency(whole, currency, pattern, locale=locale, currency_digits=False)


@_kept
def units(smallest: int, *, decimals: int = 0, language: str) -> str:
    """A number of points with all of the currency's decimals, without a name: ``1,250``."""
    return format_decimal(
        Decimal(smallest).scaleb(-decimals),
        format=_pattern(decimals),
        locale=locale_of(language),
    )


def signed(smallest: int, *, decimals: int = 0, language: str) -> str:
    """A change, always with its sign; the minus is the typographic one."""
    text = units(abs(smallest), decimals=decimals, language=language)
    sign = "−" if smallest < 0 else "+" if smallest > 0 else ""
    return f"{sign}{text}"


def number(value: Decimal | int, *, language: str) -> str:
    """A decimal with as many decimals as it has."""
    return format_decimal(value, locale=locale_of(language), decimal_quantization=False)


def percent(share: Decimal, *, language: str) -> str:
    """A share of one as a percentage, with one decimal at most."""
    return format_percent(
        share.quantize(Decimal("0.001")), locale=locale_of(language), decimal_quantization=False
    )


def exact_percent(share: Decimal, *, language: str) -> str:
    """A share of one as a percentage, with all its decimals."""
    return format_percent(share.normalize(), locale=locale_of(language), decimal_quantization=False)


def day(value: date, *, language: str) -> str:
    """A day with the month in words: ``3 March 2025``."""
    return _first(format_date(value, format="long", locale=locale_of(language)), value, language)


def short_day(value: date, *, language: str) -> str:
    """A day where there is little room: ``3 Mar 2025``."""
    return _first(format_date(value, format="medium", locale=locale_of(language)), value, language)


# What “si” and “que” lose their vowel before; the words that our sentences go on with.
_ELIDED: Final = (
    (re.compile(r"\b([Ss])i (?=ils?\b)"), r"\1’"),
    (re.compile(r"\b([Qq])ue (?=(ils?|elles?|on|une?)\b)"), r"\1u’"),
)


def elided(text: str, *, language: str) -> str:
    """A French sentence that was put together of parts, as it is spoken: ``s’il``, ``qu’il``."""
    if language == "fr":
        for pattern, short in _ELIDED:
            text = pattern.sub(short, text)
    return text


def _first(text: str, value: date, language: str) -> str:
    """The first day of a month is an ordinal in French: ``1er mai``."""
    return f"1er {text[2:]}" if language == "fr" and value.day == 1 else text


def birthday(value: date, *, language: str) -> str:
    """A day of any year: ``3 March``."""
    pattern = "d. MMMM" if language == "de" else "d MMMM"
    return _first(format_date(value, format=pattern, locale=locale_of(language)), value, language)


def month(value: date, *, language: str) -> str:
    """The month of a day: ``March 2025``."""
    return format_date(value, format="LLLL y", locale=locale_of(language))


def day_of(instant: Instant, *, zone: str, language: str) -> str:
    """The day of an instant in a zone."""
    return day(datetime_of(instant, zone).date(), language=language)


def moment(instant: Instant, *, zone: str, language: str) -> str:
    """An instant as day and time of a zone, to the minute."""
    local = datetime_of(instant, zone)
    locale = locale_of(language)
    shown = short_day(local.date(), language=language)
    return f"{shown}, {format_time(local.time(), format='short', locale=locale)}"


def precise_moment(instant: Instant, *, zone: str, language: str) -> str:
    """An instant to the second, with its zone."""
    local = datetime_of(instant, zone)
    return format_datetime(local, format="long", locale=locale_of(language))


def clock(value: time, *, language: str) -> str:
    """A time of day: ``19:30``."""
    return format_time(value, format="short", locale=locale_of(language))


def weekday(number_from_monday: int, *, language: str) -> str:
    """The name of a weekday, Monday being 0, as it stands inside a sentence."""
    names = get_day_names("wide", context="format", locale=locale_of(language))
    return str(names[number_from_monday])


def quoted(text: str, *, language: str) -> str:
    """A text in the language's quotation marks: ``„Bier“``."""
    opening, closing = _QUOTES.get(language, _QUOTES["en"])
    return f"{opening}{text}{closing}"


def plural_form(count: int | Decimal, *, language: str) -> str:
    """The name of the plural form that a number takes: ``one``, ``few``, ``other``."""
    return str(locale_of(language).plural_form(count))


def _pattern(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def short_month(value: date, *, language: str) -> str:
    """A month where there is little room: ``Mar 25``."""
    return format_date(value, format="LLL yy", locale=locale_of(language))


def day_and_month(value: date, *, language: str) -> str:
    """A day where there is little room and the year is known: ``3 Mar``."""
    pattern = "d. MMM" if language == "de" else "d MMM"
    return _first(format_date(value, format=pattern, locale=locale_of(language)), value, language)
