"""One comparison as a clause: ``the amount is at least 10 €``, ``the member's tier is Gold``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from habitue.domain.programme.fields import CONTRIBUTION, MEMBER_ATTRIBUTE, TIER
from habitue.domain.programme.kinds import NO_TIER
from habitue.domain.programme.naming import readable
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.contributions import contribution_clause
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.partners import partner_clause
from habitue.interfaces.web.words.plans import plan_clause
from habitue.interfaces.web.words.referrals import referred_clause
from habitue.interfaces.web.words.when import date_clause, time_clause, weekday_clause
from habitue.kit.money import parse_amount, parse_decimal

# What each field is called where it is the subject of a clause.
SUBJECTS: Final[dict[str, Promise]] = {
    "weekday": gettext_lazy("the weekday"),
    "date": gettext_lazy("the date"),
    "time": gettext_lazy("the time of day"),
    "store": gettext_lazy("the store"),
    "channel": gettext_lazy("the channel"),
    "staff": gettext_lazy("the colleague who serves"),
    "basket.amount": gettext_lazy("the amount of the purchase"),
    "basket.quantity": gettext_lazy("the number of pieces"),
    "basket.lines": gettext_lazy("the number of lines on the receipt"),
    "member.tier": gettext_lazy("the member's tier"),
    "member.purchases": gettext_lazy("the number of earlier purchases"),
    "member.visits": gettext_lazy("the number of earlier visits"),
    "member.days_since_visit": gettext_lazy("the number of days since the latest visit"),
    "member.days_since_enrolment": gettext_lazy("the number of days since joining"),
    "contribution.product": gettext_lazy("the product that it is about"),
    "contribution.length": gettext_lazy("the number of characters of its text"),
    "line.product": gettext_lazy("the product"),
    "line.category": gettext_lazy("the category"),
    "line.brand": gettext_lazy("the brand"),
    "line.role": gettext_lazy("the kind of line"),
    "line.amount": gettext_lazy("the amount of the line"),
    "line.quantity": gettext_lazy("the number of pieces on the line"),
    "line.unit_price": gettext_lazy("the price of one piece"),
}
_ROLES: Final[dict[str, Promise]] = {
    "goods": gettext_lazy("goods"),
    "delivery": gettext_lazy("delivery"),
    "tip": gettext_lazy("tip"),
    "deposit": gettext_lazy("deposit"),
    "gift_card": gettext_lazy("bought gift card"),
}
_TIMES: Final[dict[str, Callable[[Any, str], str]]] = {
    "weekday": weekday_clause,
    "date": date_clause,
    "time": time_clause,
}
_MONEY: Final = frozenset({"basket.amount", "line.amount", "line.unit_price", "amount"})
_REPEATED: Final = ("member.purchases", "member.visits")
_FREE: Final = ("event.", MEMBER_ATTRIBUTE)
_YES_NO: Final = {"yes": True, "no": False, "true": True, "false": False}


def compared(field: str, given: Any, lexicon: Lexicon) -> str:
    """A field and what it is compared with, as a clause."""
    if field in _TIMES:
        return _TIMES[field](given, lexicon.language)
    if field in _REPEATED and (text := _repeated(field, given)):
        return text
    if field.startswith(_FREE) and (text := _marked(field, given, lexicon)):
        return text
    if text := _of_its_own(field, given, lexicon):
        return text
    if field.startswith(TIER) and (text := _tier(field, given, lexicon)):
        return text
    return _("%(subject)s is %(comparison)s") % {
        "subject": subject(field, lexicon),
        "comparison": bounds_text(field, given, lexicon),
    }


def _of_its_own(field: str, given: Any, lexicon: Lexicon) -> str:
    """A comparison with a partner, a plan, a contribution or being brought, in words of its own."""
    if field == "partner":
        return partner_clause(given, lexicon)
    if field.startswith(CONTRIBUTION):
        return contribution_clause(field, given, lexicon)
    if field in ("member.plan", "membership.action"):
        return plan_clause(field, given, lexicon)
    return referred_clause(given) if field == "member.referred" else ""


def subject(field: str, lexicon: Lexicon) -> str:
    """A field as the subject of a clause."""
    known = SUBJECTS.get(field)
    if known is not None:
        return str(known)
    if field.startswith("member.balance."):
        code = field.removeprefix("member.balance.")
        return _("the balance of %(currency)s") % {"currency": lexicon.plural(code)}
    if field.startswith(TIER):
        structure = lexicon.structure(field.removeprefix(f"{TIER}."))
        return _("the member's tier of %(structure)s") % {"structure": structure}
    mark = _mark(field, lexicon)
    if field.startswith(MEMBER_ATTRIBUTE):
        return _("the member's %(attribute)s") % {"attribute": mark}
    return mark


def _mark(field: str, lexicon: Lexicon) -> str:
    """What an attribute is called, in quotation marks."""
    code = field.removeprefix("event.").removeprefix(MEMBER_ATTRIBUTE)
    name = lexicon.names.word(code, lexicon.language) or readable(code).lower()
    return formats.quoted(name, language=lexicon.language)


def _repeated(field: str, given: Any) -> str:
    every = given.get("every") if isinstance(given, Mapping) and len(given) == 1 else None
    if every is not None:
        step = int(every)
        values = {"first": step, "second": 2 * step, "third": 3 * step}
        if field == "member.visits":
            return _("it is visit number %(first)s, %(second)s, %(third)s and so on") % values
        return _("it is purchase number %(first)s, %(second)s, %(third)s and so on") % values
    if _listed(given) == ["0"]:
        if field == "member.visits":
            return _("it is the first visit")
        return _("it is the first purchase")
    return ""


def _marked(field: str, given: Any, lexicon: Lexicon) -> str:
    """An attribute that is yes or no."""
    if isinstance(given, Mapping):
        word, given = next(iter(given.items())) if len(given) == 1 else ("", None)
        if word not in ("is", "is_not"):
            return ""
        turned = word == "is_not"
    else:
        turned = False
    said = given if isinstance(given, bool) else _YES_NO.get(str(given).lower())
    if said is None:
        return ""
    values = {"mark": _mark(field, lexicon)}
    if field.startswith(MEMBER_ATTRIBUTE):
        if said == turned:
            return _("the member is not marked %(mark)s") % values
        return _("the member is marked %(mark)s") % values
    if said == turned:
        return _("the purchase is not marked %(mark)s") % values
    return _("the purchase is marked %(mark)s") % values


def _tier(field: str, given: Any, lexicon: Lexicon) -> str:
    word, value = next(iter(given.items())) if isinstance(given, Mapping) else ("is", given)
    if isinstance(given, Mapping) and len(given) != 1:
        return ""
    if field != TIER and _listed(value) == [NO_TIER] and word in ("is", "is_not"):
        structure = {"structure": lexicon.structure(field.removeprefix(f"{TIER}."))}
        if word == "is":
            return _("the member has no tier of %(structure)s") % structure
        return _("the member has a tier of %(structure)s") % structure
    tiers = joined([_tier_name(code, lexicon) for code in _listed(value)], word="or")
    sentences = {
        "is": _("the member's tier is %(tiers)s"),
        "is_not": _("the member's tier is not %(tiers)s"),
        "at_least": _("the member's tier is %(tiers)s or a higher one"),
        "at_most": _("the member's tier is %(tiers)s or a lower one"),
        "above": _("the member's tier is higher than %(tiers)s"),
        "below": _("the member's tier is lower than %(tiers)s"),
    }
    same = {"in": "is", "not_in": "is_not"}
    sentence = sentences.get(same.get(word, word), "")
    return sentence % {"tiers": tiers} if sentence else ""


def _tier_name(code: str, lexicon: Lexicon) -> str:
    return lexicon.tier("" if code == NO_TIER else code)


def bounds_text(field: str, given: Any, lexicon: Lexicon) -> str:
    """What a field is compared with: ``at least 10 € and less than 20 €``."""
    words = given if isinstance(given, Mapping) else {"is": given}
    return joined([_bound(field, word, value, lexicon) for word, value in words.items()])


def _bound(field: str, word: str, value: Any, lexicon: Lexicon) -> str:
    if word in ("is", "in", "is_not", "not_in"):
        shown = joined([value_text(field, one, lexicon) for one in _listed(value)], word="or")
        return shown if word in ("is", "in") else _("not %(value)s") % {"value": shown}
    if word == "between":
        low, high = (value_text(field, one, lexicon) for one in value)
        return _("from %(low)s to %(high)s") % {"low": low, "high": high}
    if word == "every":
        return _("one less than a multiple of %(value)s") % {"value": value}
    return {
        "at_least": _("at least %(value)s"),
        "at_most": _("at most %(value)s"),
        "above": _("more than %(value)s"),
        "below": _("less than %(value)s"),
    }[word] % {"value": value_text(field, value, lexicon)}


def _listed(given: Any) -> list[Any]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [str(one) if isinstance(one, int) else one for one in given]
    return [str(given) if isinstance(given, int) and not isinstance(given, bool) else given]


def value_text(field: str, value: Any, lexicon: Lexicon) -> str:
    """A value of a field as a reader writes it."""
    if field in _MONEY:
        return lexicon.round_money(parse_amount(str(value), lexicon.programme.currency))
    if field.startswith("member.balance."):
        code = field.removeprefix("member.balance.")
        return lexicon.points(parse_decimal(str(value), lexicon.decimals(code)), code)
    if field.startswith(TIER):
        return _tier_name(str(value), lexicon)
    if field == "line.role":
        return str(_ROLES[str(value)])
    if field.startswith(MEMBER_ATTRIBUTE) and value in _YES_NO:
        value = _YES_NO[value]
    return _plain_value(value, lexicon)


def _plain_value(value: Any, lexicon: Lexicon) -> str:
    if isinstance(value, bool):
        return (
            pgettext("value of a yes-or-no field", "yes")
            if value
            else pgettext("value of a yes-or-no field", "no")
        )
    if isinstance(value, int | Decimal) or (isinstance(value, str) and value.isdecimal()):
        return formats.number(Decimal(value), language=lexicon.language)
    return lexicon.word(str(value))
