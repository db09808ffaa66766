"""What things are called: points, tiers, rules, money and periods of one programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext

from habitue.domain.programme.model import Programme
from habitue.domain.programme.naming import Names, readable
from habitue.interfaces.texts import formats
from habitue.kit.periods import Period

PERKS: Final[dict[str, Promise]] = {
    "priority_service": gettext_lazy("priority service"),
    "personal_contact": gettext_lazy("a personal contact"),
    "free_shipping": gettext_lazy("free shipping"),
    "early_access": gettext_lazy("early access"),
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one programme in one language."""

    programme: Programme
    names: Names
    language: str

    def title(self) -> str:
        """What the programme is called."""
        return self.names.of_programme(self.programme.code, self.language)

    def rule(self, code: str) -> str:
        """What a rule is called; tiers multiply by rules of their own."""
        if code.startswith("tier:"):
            return self.tier(code.removeprefix("tier:"))
        return self.names.of("earn", code, self.language)

    def tier(self, code: str) -> str:
        """What a tier is called; no tier has words too."""
        return self.names.of("tiers", code, self.language) if code else _("no tier")

    def currency(self, code: str) -> str:
        """What a currency of points is called."""
        if code == "points" and not self.names.has("points", code):
            return _("Points")
        return self.names.of("points", code, self.language)

    def decimals(self, code: str) -> int:
        """The decimals of a currency of points."""
        currency = self.programme.points.get(code)
        return 0 if currency is None else currency.decimals

    def is_stamps(self, code: str) -> bool:
        """Whether a currency is a stamp card."""
        currency = self.programme.points.get(code)
        return currency is not None and currency.kind == "stamps"

    def points(self, smallest: int, code: str) -> str:
        """A number of points with their name: ``37 points``, ``3 stamps``."""
        number = formats.units(smallest, decimals=self.decimals(code), language=self.language)
        return self._counted(number, smallest, code)

    def exact_points(self, value: Fraction | str, code: str) -> str:
        """A number of points before it is rounded, exact as it is."""
        smallest = Fraction(value)
        decimals = self.decimals(code)
        number = self.fraction(smallest / 10**decimals)
        return self._counted(number, 2 if smallest != 10**decimals else 1, code)

    def _counted(self, number: str, smallest: int, code: str) -> str:
        count = abs(smallest) if not self.decimals(code) else 2
        if self.is_stamps(code):
            return npgettext("on a stamp card", "%(count)s stamp", "%(count)s stamps", count) % {
                "count": number
            }
        if code == "points" and not self.names.has("points", code):
            return ngettext("%(count)s point", "%(count)s points", count) % {"count": number}
        return _("%(count)s %(currency)s") % {"count": number, "currency": self.currency(code)}

    def money(self, minor: int) -> str:
        """An amount in the programme's money."""
        return formats.money(minor, self.programme.currency, language=self.language)

    def fraction(self, value: Fraction) -> str:
        """A fraction as a decimal, with at most six decimals."""
        for decimals in range(7):
            if (value * 10**decimals).denominator == 1:
                scaled = int(value * 10**decimals)
                return formats.units(scaled, decimals=decimals, language=self.language)
        scaled = int(value * 10**6)
        return formats.units(scaled, decimals=6, language=self.language) + "…"

    def period(self, period: Period) -> str:
        """A length of time: ``12 months``."""
        count = period.count
        forms = {
            "day": ngettext("%(count)s day", "%(count)s days", count),
            "week": ngettext("%(count)s week", "%(count)s weeks", count),
            "month": ngettext("%(count)s month", "%(count)s months", count),
            "quarter": ngettext("%(count)s quarter", "%(count)s quarters", count),
            "year": ngettext("%(count)s year", "%(count)s years", count),
        }
        return forms[period.unit] % {"count": count}

    def perk(self, code: str) -> str:
        """A perk of a tier."""
        return str(PERKS.get(code, readable(code).lower()))


def joined(parts: Sequence[str], *, word: str = "and") -> str:
    """A list in a sentence: ``a, b and c``."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    values = {"first": ", ".join(parts[:-1]), "last": parts[-1]}
    if word == "or":
        return pgettext("list in a sentence", "%(first)s or %(last)s") % values
    return pgettext("list in a sentence", "%(first)s and %(last)s") % values
