"""Conditions as clauses: ``it is a Friday``, ``the purchase contains beer``.

A clause completes "if ..."; the tree of the document is walked as it was written, so that what is
said is what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from habitue.domain.programme.naming import readable
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.money import parse_amount, parse_decimal

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What each field is called where it is the subject of a clause.
_SUBJECTS: Final[dict[str, Promise]] = {
    "weekday": gettext_lazy("the weekday"),
    "date": gettext_lazy("the date"),
    "time": gettext_lazy("the time of day"),
    "store": gettext_lazy("the store"),
    "channel": gettext_lazy("the channel"),
    "staff": gettext_lazy("who serves"),
    "basket.amount": gettext_lazy("the amount of the purchase"),
    "basket.quantity": gettext_lazy("the number of pieces"),
    "basket.lines": gettext_lazy("the number of lines on the receipt"),
    "member.tier": gettext_lazy("the member's tier"),
    "member.purchases": gettext_lazy("the number of purchases before this one"),
    "member.visits": gettext_lazy("the number of visits before this one"),
    "member.days_since_visit": gettext_lazy("the number of days since the latest visit"),
    "member.days_since_enrolment": gettext_lazy("the number of days since joining"),
    "line.product": gettext_lazy("the product"),
    "line.category": gettext_lazy("the category"),
    "line.brand": gettext_lazy("the brand"),
    "line.role": gettext_lazy("the kind of line"),
    "line.amount": gettext_lazy("the amount of the line"),
    "line.quantity": gettext_lazy("the number of pieces on the line"),
    "line.unit_price": gettext_lazy("the price of one piece"),
}
_MONEY: Final = frozenset({"basket.amount", "line.amount", "line.unit_price", "amount"})


def clause(raw: Any, lexicon: Lexicon, *, of_line: bool = False) -> str:
    """The condition as a clause; ``of_line`` where a line of the receipt is the subject."""
    if not isinstance(raw, Mapping):
        return ""
    parts = [_entry(name, given, lexicon, of_line=of_line) for name, given in raw.items()]
    return joined([part for part in parts if part])


def _entry(name: str, given: Any, lexicon: Lexicon, *, of_line: bool) -> str:
    if name in ("all", "any"):
        parts = [clause(one, lexicon, of_line=of_line) for one in given]
        return joined(parts, word="and" if name == "all" else "or")
    if name == "not":
        inner = clause(given, lexicon, of_line=of_line)
        return _("it is not so that %(condition)s") % {"condition": inner}
    if name in _QUANTIFIED:
        return _quantified(name, given, lexicon)
    if name in ("count_lines", "sum_lines"):
        return _counted(name, given, lexicon)
    if of_line or name.startswith("line."):
        field = name if name.startswith("line.") else f"line.{name}"
        return _line(field, given, lexicon, of_line=of_line)
    return _compared(name, given, lexicon)


_QUANTIFIED: Final = ("any_line", "every_line", "no_line")


def _quantified(name: str, given: Any, lexicon: Lexicon) -> str:
    inner = {"condition": clause(given, lexicon, of_line=True)}
    if name == "any_line":
        return _("the purchase has something for which %(condition)s") % inner
    if name == "every_line":
        return _("for everything in the purchase, %(condition)s") % inner
    return _("the purchase has nothing for which %(condition)s") % inner


def _counted(name: str, given: Mapping[str, Any], lexicon: Lexicon) -> str:
    what = "lines" if name == "count_lines" else str(given.get("of", "amount"))
    bounds = {word: value for word, value in given.items() if word not in ("match", "of")}
    values = {
        "condition": clause(given["match"], lexicon, of_line=True),
        "comparison": _bounds(what, bounds, lexicon),
    }
    if what == "lines":
        return _("the number of lines for which %(condition)s is %(comparison)s") % values
    if what == "quantity":
        return _("the number of pieces for which %(condition)s is %(comparison)s") % values
    return _("the sum of all for which %(condition)s is %(comparison)s") % values


def _line(field: str, given: Any, lexicon: Lexicon, *, of_line: bool) -> str:
    plain = _plain_values(given)
    if plain is not None and field in ("line.category", "line.product", "line.brand"):
        names = joined([f"“{readable(one)}”" for one in plain], word="or")
        if of_line:
            return _("it is %(names)s") % {"names": names}
        return _("the purchase contains %(names)s") % {"names": names}
    compared = _compared(field, given, lexicon)
    if of_line:
        return compared
    return _("the purchase has something for which %(condition)s") % {"condition": compared}


def _compared(field: str, given: Any, lexicon: Lexicon) -> str:
    plain = _plain_values(given)
    if field == "weekday" and plain is not None:
        days = [_weekday(one, lexicon) for one in plain]
        return pgettext("weekdays", "it is a %(days)s") % {"days": joined(days, word="or")}
    if field == "time" and isinstance(given, Mapping):
        return _("it is between %(start)s and %(end)s") % {
            "start": given.get("from", "00:00"),
            "end": given.get("until", "24:00"),
        }
    if field == "member.tier" and plain is not None:
        tiers = [lexicon.tier("" if one == "none" else one) for one in plain]
        return _("the member's tier is %(tiers)s") % {"tiers": joined(tiers, word="or")}
    if field in ("member.purchases", "member.visits") and isinstance(given, Mapping):
        every = given.get("every")
        if every is not None:
            return _("it is every %(count)s. time") % {"count": every}
    comparison = (
        joined([_value(field, one, lexicon) for one in plain], word="or")
        if plain is not None
        else _bounds(field, cast("Mapping[str, Any]", given), lexicon)
    )
    return _("%(subject)s is %(comparison)s") % {
        "subject": _subject(field, lexicon),
        "comparison": comparison,
    }


def _subject(field: str, lexicon: Lexicon) -> str:
    known = _SUBJECTS.get(field)
    if known is not None:
        return str(known)
    if field.startswith("member.balance."):
        code = field.removeprefix("member.balance.")
        return _("the balance of %(currency)s") % {"currency": lexicon.currency(code)}
    return f"“{readable(field.removeprefix('event.'))}”"


def _bounds(field: str, given: Mapping[str, Any], lexicon: Lexicon) -> str:
    parts = []
    for word, value in given.items():
        if word in ("is", "in", "is_not", "not_in"):
            values = (
                value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
            )
            shown = joined([_value(field, one, lexicon) for one in values], word="or")
            negated = word in ("is_not", "not_in")
            parts.append(_("not %(value)s") % {"value": shown} if negated else shown)
        elif word == "between":
            low, high = (_value(field, one, lexicon) for one in value)
            parts.append(_("from %(low)s to %(high)s") % {"low": low, "high": high})
        elif word == "every":
            parts.append(_("a multiple of %(value)s") % {"value": value})
        else:
            parts.append(_one_bound(word) % {"value": _value(field, value, lexicon)})
    return joined(parts)


def _one_bound(word: str) -> str:
    return {
        "at_least": _("at least %(value)s"),
        "at_most": _("at most %(value)s"),
        "above": _("more than %(value)s"),
        "below": _("less than %(value)s"),
        "from": _("from %(value)s on"),
        "until": _("up to %(value)s"),
    }[word]


def _plain_values(given: Any) -> list[str] | None:
    if isinstance(given, Mapping):
        return None
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [str(one) for one in given]
    return [str(given)]


def _weekday(text: str, lexicon: Lexicon) -> str:
    place = _WEEKDAYS.index(text[:3].lower()) if text[:3].lower() in _WEEKDAYS else 0
    return formats.weekday(place, language=lexicon.language)


def _value(field: str, value: Any, lexicon: Lexicon) -> str:
    if field in _MONEY:
        return lexicon.money(parse_amount(str(value), lexicon.programme.currency))
    if field == "date":
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return formats.day(day, language=lexicon.language)
    if field == "weekday":
        return _weekday(str(value), lexicon)
    if field.startswith("member.balance."):
        code = field.removeprefix("member.balance.")
        return lexicon.points(parse_decimal(str(value), lexicon.decimals(code)), code)
    return _plain_value(value, lexicon)


def _plain_value(value: Any, lexicon: Lexicon) -> str:
    if isinstance(value, bool):
        return (
            pgettext("value of a yes-or-no field", "yes")
            if value
            else pgettext("value of a yes-or-no field", "no")
        )
    if isinstance(value, int | Decimal):
        return formats.number(value, language=lexicon.language)
    return str(value)
