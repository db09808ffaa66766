"""What a basket costs a member, in words: what is taken off by which discount, and why not more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.domain.programme.discounts import Discount
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.misses import no_line_text
from habitue.kit.money import currency_exponent

_PLAIN: Final[dict[str, Promise]] = {
    "below the lowest step": gettext_lazy("It begins once more was bought."),
    "nothing to take off": gettext_lazy("It costs no more than that as it is."),
}
_CAPS: Final[dict[str, Promise]] = {
    "limit": gettext_lazy("It was used as far as it may be."),
    "budget": gettext_lazy("What there was of it for all members together is used up."),
}
# What is over, has not begun or is switched off, nobody expects.
_UNEXPECTED: Final = ("disabled", "not yet in force", "no longer in force")
_GROUP: Final = re.compile(r"group .+: (.+) (comes first|is better)")


@dataclass(frozen=True, slots=True)
class ToldPrices:
    """Amounts in the reader's language: to pay, before, and what each discount takes off; ``value``
    is what is to pay as a plain decimal, ``missed`` says why other discounts are not given."""

    to_pay: str
    before: str
    value: str
    off: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]


def told_prices(prices: Mapping[str, Any], lexicon: Lexicon) -> ToldPrices:
    """The prices of an evaluation (``services.intake.pricing``) in words."""
    exponent = currency_exponent(lexicon.programme.currency)

    def money(text: str) -> str:
        return lexicon.money(int(Decimal(text).scaleb(exponent)))

    totals: dict[str, Decimal] = {}
    for given in prices["discounts"]:
        code = str(given["discount"])
        totals[code] = totals.get(code, Decimal(0)) + Decimal(given["amount"])
    return ToldPrices(
        to_pay=money(prices["after"]),
        before=money(prices["before"]),
        value=str(prices["after"]),
        off=tuple((lexicon.discount(code), money(str(off))) for code, off in totals.items()),
        missed=tuple(
            (lexicon.discount(str(one["discount"])), text)
            for one in prices["considered"]
            if (text := _missed(one, lexicon))
        ),
    )


def _missed(outcome: Mapping[str, Any], lexicon: Lexicon) -> str:
    """Why a discount is not given; empty where it is, or where nobody asks."""
    blocked = str(outcome.get("blocked", ""))
    if not blocked and not outcome["given"] and outcome.get("caps"):
        blocked = str(outcome["caps"][-1])
    if not blocked or blocked in _UNEXPECTED:
        return ""
    discount = lexicon.programme.discounts[str(outcome["discount"])]
    if blocked == "condition":
        return _condition(discount, lexicon)
    if blocked == "no line matches":
        wanted = discount.each or discount.lines
        return no_line_text(None if wanted is None else wanted.source, lexicon)
    if (lost := _GROUP.fullmatch(blocked)) is not None:
        other = {"rule": lexicon.discount(lost[1])}
        if lost[2] == "comes first":
            return _("%(rule)s counted instead: of these offers the first one counts.") % other
        return _("%(rule)s counted instead: of these offers the better one counts.") % other
    return str(_PLAIN.get(blocked) or _CAPS[blocked.split()[0]])


def _condition(discount: Discount, lexicon: Lexicon) -> str:
    condition = "" if discount.when is None else clause(discount.when.source, lexicon)
    return _("It would need that %(condition)s.") % {"condition": condition} if condition else ""
