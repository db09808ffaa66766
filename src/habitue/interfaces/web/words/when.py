"""Comparisons of time as clauses: ``it is a Friday``, ``it is between 14:00 and 17:00``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from habitue.domain.programme.kinds import WEEKDAYS
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import joined

_EARLIEST: Final = date(1970, 1, 1)
_LATEST: Final = date(2200, 1, 1)
_ONE: Final = timedelta(days=1)


def weekday_clause(given: Any, language: str) -> str:
    """On which days of the week; days that are left out leave the others."""
    words = given if isinstance(given, Mapping) else {"is": given}
    places = set(range(7))
    for word, value in words.items():
        named = {WEEKDAYS.index(str(one)) for one in _listed(value)}
        places = places & named if word in ("is", "in") else places - named
    days = [formats.weekday(place, language=language) for place in sorted(places)]
    run = sorted(places)
    if len(run) > 2 and run[-1] - run[0] == len(run) - 1:
        return _("it is a day from %(first)s to %(last)s") % {"first": days[0], "last": days[-1]}
    return pgettext("weekdays", "it is a %(days)s") % {"days": joined(days, word="or")}


def time_clause(given: Mapping[str, Any], language: str) -> str:
    """Between which times of day; the end itself is outside."""
    start, end = given.get("from"), given.get("until")
    values = {
        "start": _clock(str(start or "00:00"), language),
        "end": _clock(str(end or "24:00"), language),
    }
    if start is None:
        return _("it is before %(end)s") % values
    if end is None:
        return _("it is %(start)s or later") % values
    return _("it is between %(start)s and %(end)s") % values


def date_clause(given: Any, language: str) -> str:
    """Between which days, both inside, and which days it is or is not."""
    words = given if isinstance(given, Mapping) else {"is": given}
    low, high = _EARLIEST, _LATEST
    parts = []
    for word, value in words.items():
        if word in ("is", "in", "is_not", "not_in"):
            parts.append(_named_days(word, value, language))
            continue
        first, last = _range(word, value)
        low, high = max(low, first), min(high, last)
    span = _span(low, high, language)
    return joined([part for part in (span, *parts) if part])


def _named_days(word: str, value: Any, language: str) -> str:
    days = joined([formats.day(_day(one), language=language) for one in _listed(value)], word="or")
    if word in ("is", "in"):
        return _("it is %(day)s") % {"day": days}
    return _("it is not %(day)s") % {"day": days}


def _range(word: str, value: Any) -> tuple[date, date]:
    """The days that one bound lets through."""
    if word == "between":
        return _day(value[0]), _day(value[1])
    day = _day(value)
    return {
        "from": (day, _LATEST),
        "at_least": (day, _LATEST),
        "above": (day + _ONE, _LATEST),
        "until": (_EARLIEST, day),
        "at_most": (_EARLIEST, day),
        "below": (_EARLIEST, day - _ONE),
    }[word]


def _span(low: date, high: date, language: str) -> str:
    values = {
        "first": formats.day(low, language=language),
        "last": formats.day(high, language=language),
    }
    if low > _EARLIEST and high < _LATEST:
        return _("it is between %(first)s and %(last)s") % values
    if low > _EARLIEST:
        return _("it is %(first)s or later") % values
    if high < _LATEST:
        return _("it is %(last)s or earlier") % values
    return ""


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _clock(text: str, language: str) -> str:
    """A time of day; midnight at the end of a day is 24:00, which no clock shows."""
    hours, minutes = text.split(":")
    if int(hours) == 24:
        return text
    return formats.clock(time(int(hours), int(minutes)), language=language)
