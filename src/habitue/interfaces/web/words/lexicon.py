"""What things are called: points, tiers, rules, money and periods of one programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext

from habitue.domain.programme.challenge_model import CHALLENGE_RULE
from habitue.domain.programme.draw_model import ENTRIES
from habitue.domain.programme.model import VOUCHER, Programme
from habitue.domain.programme.naming import Names
from habitue.interfaces.texts import formats
from habitue.kit.periods import Period

PERKS: Final[dict[str, Promise]] = {
    "priority_service": gettext_lazy("priority service"),
    "personal_contact": gettext_lazy("a personal contact"),
    "free_shipping": gettext_lazy("free shipping"),
    "early_access": gettext_lazy("early access"),
}
CONTRIBUTIONS: Final[dict[str, Promise]] = {
    "review": gettext_lazy("Review"),
    "post": gettext_lazy("Shared post"),
    "story": gettext_lazy("Story"),
    "photo": gettext_lazy("Photo"),
    "survey": gettext_lazy("Survey"),
}
# A number that takes each plural form, for texts that are chosen by a whole number.
_LIKE: Final = {"one": 1, "few": 2}
_MANY: Final = 100
_MOST_DECIMALS: Final = 4


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
        """What a rule is called; tiers multiply, rewards enter into draws, and challenges give by
        rules of their own."""
        if code.startswith("tier:"):
            return self.tier(code.removeprefix("tier:"))
        if code.startswith("reward:"):
            return self.reward(code.removeprefix("reward:"))
        if code.startswith(CHALLENGE_RULE):
            return self.challenge(code.removeprefix(CHALLENGE_RULE))
        return self.names.of("earn", code, self.language)

    def challenge(self, code: str) -> str:
        """What a challenge is called."""
        return self.names.of("challenges", code, self.language)

    def tier(self, code: str) -> str:
        """What a tier is called; no tier has words too."""
        return self.names.of("tiers", code, self.language) if code else _("no tier")

    def word(self, code: str) -> str:
        """What a category, a product or the like is called; its code in quotation marks where the
        document does not say."""
        known = self.names.word(code, self.language)
        return known or formats.quoted(code, language=self.language)

    def structure(self, name: str) -> str:
        """What a structure of tiers is called."""
        return self.names.of("structures", name, self.language)

    def perk(self, code: str) -> str:
        """A perk of a tier."""
        known = self.names.word(code, self.language)
        return known or str(PERKS.get(code, "")) or self.word(code.replace("_", " "))

    def reward(self, code: str) -> str:
        """What a reward is called."""
        return self.names.of("rewards", code, self.language)

    def segment(self, code: str) -> str:
        """A segment of the document, in quotation marks."""
        return formats.quoted(
            self.names.of("segments", code, self.language), language=self.language
        )

    def draw(self, code: str) -> str:
        """What a draw is called, in quotation marks."""
        return formats.quoted(self.names.of("draws", code, self.language), language=self.language)

    def _reward_of(self, voucher: str) -> str:
        name = self.reward(voucher.removeprefix(VOUCHER))
        return formats.quoted(name, language=self.language)

    # --- points -----------------------------------------------------------------------------------

    def currency(self, code: str) -> str:
        """What a currency of points is called, as a heading."""
        if code == "points" and not self.names.has("points", code):
            return _("Points")
        if self.is_voucher(code):
            return _("Voucher: %(reward)s") % {"reward": self.reward(code.removeprefix(VOUCHER))}
        if self.is_entry(code):
            name = self.names.of("draws", code.removeprefix(ENTRIES), self.language)
            return _("Entries: %(draw)s") % {"draw": name}
        name = self.names.of("points", code, self.language)
        return name[:1].upper() + name[1:]

    def plural(self, code: str) -> str:
        """A currency of points inside a sentence: ``points``, ``stamps``."""
        if self.is_stamps(code):
            return pgettext("inside a sentence", "stamps")
        if self.is_voucher(code):
            return _("vouchers for %(reward)s") % {"reward": self._reward_of(code)}
        if self.is_entry(code):
            return _("entries for %(draw)s") % {"draw": self._draw_of(code)}
        if not self.names.has("points", code):
            return pgettext("inside a sentence", "points") if code == "points" else self.word(code)
        return self.names.of("points", code, self.language)

    def decimals(self, code: str) -> int:
        """The decimals of a currency of points."""
        currency = self.programme.points.get(code)
        return 0 if currency is None else currency.decimals

    def is_stamps(self, code: str) -> bool:
        """Whether a currency is a stamp card."""
        currency = self.programme.points.get(code)
        return currency is not None and currency.kind == "stamps"

    def card(self, code: str) -> int:
        """How many stamps fill a card; 0 where nothing says so."""
        currency = self.programme.points.get(code)
        return (currency.card or 0) if currency is not None else 0

    def _is_money(self, code: str) -> bool:
        currency = self.programme.points.get(code)
        return currency is not None and currency.kind == "cashback"

    def is_voucher(self, code: str) -> bool:
        """Whether a currency is of the vouchers for a reward."""
        return code.startswith(VOUCHER)

    def is_entry(self, code: str) -> bool:
        """Whether a currency is of the entries in a draw."""
        return code.startswith(ENTRIES)

    def is_right(self, code: str) -> bool:
        """Whether it is of vouchers or entries: rights to something, and no points to save up."""
        return self.is_voucher(code) or self.is_entry(code)

    def _is_contest(self, entries: str) -> bool:
        draw = self.programme.draws.get(entries.removeprefix(ENTRIES))
        return draw is not None and draw.judged

    def _draw_of(self, entries: str) -> str:
        return self.draw(entries.removeprefix(ENTRIES))

    def figure(self, smallest: int, code: str) -> str:
        """A number of points without their name, where a heading has it; money has its currency."""
        number = formats.units(smallest, decimals=self.decimals(code), language=self.language)
        if not self._is_money(code):
            return number
        return formats.with_currency(number, self.programme.currency, language=self.language)

    def heading(self, code: str) -> str:
        """What points are called above bare numbers; with their currency where they are money."""
        name = self.currency(code)
        return f"{name} ({self.programme.currency})" if self._is_money(code) else name

    def points(self, smallest: int, code: str) -> str:
        """A number of points with their name: ``37 points``, ``3 stamps``."""
        decimals = self.decimals(code)
        number = formats.units(smallest, decimals=decimals, language=self.language)
        return self._counted(number, Decimal(smallest).scaleb(-decimals), code)

    def exact_points(self, value: Fraction | str, code: str) -> str:
        """A number of points before it is rounded, exact as it is."""
        exact = Fraction(value) / 10 ** self.decimals(code)
        whole = exact.denominator == 1
        count = Decimal(exact.numerator) if whole else Decimal(int(exact * 10)).scaleb(-1)
        return self._counted(self.fraction(exact), count, code)

    def _counted(self, number: str, count: Decimal, code: str) -> str:
        """The count chooses the plural form; it may be rounded, the number is what is shown."""
        form = formats.plural_form(abs(count), language=self.language)
        like = _LIKE.get(form, _MANY)
        if self.is_stamps(code):
            return npgettext("on a stamp card", "%(count)s stamp", "%(count)s stamps", like) % {
                "count": number
            }
        if self.is_voucher(code):
            text = ngettext(
                "%(count)s voucher for %(reward)s", "%(count)s vouchers for %(reward)s", like
            )
            return text % {"count": number, "reward": self._reward_of(code)}
        if self.is_entry(code):
            text = ngettext(
                "%(count)s entry in the draw %(draw)s",
                "%(count)s entries in the draw %(draw)s",
                like,
            )
            if self._is_contest(code):
                text = ngettext(
                    "%(count)s entry in the contest %(draw)s",
                    "%(count)s entries in the contest %(draw)s",
                    like,
                )
            return text % {"count": number, "draw": self._draw_of(code)}
        if code == "points" and not self.names.has("points", code):
            return ngettext("%(count)s point", "%(count)s points", like) % {"count": number}
        if self._is_money(code):
            amount = formats.with_currency(number, self.programme.currency, language=self.language)
            return _("%(amount)s %(currency)s") % {
                "amount": amount,
                "currency": self.currency(code),
            }
        forms = self.names.forms(code, self.language) or (self.plural(code),)
        place = {"one": 0, "few": 1}.get(form, len(forms) - 1)
        name = forms[min(place, len(forms) - 1)]
        return _("%(count)s %(currency)s") % {"count": number, "currency": name}

    def plan(self, code: str) -> str:
        """What a paid plan is called."""
        return self.names.of("plans", code, self.language)

    def contribution(self, code: str) -> str:
        """What a kind of contributions is called."""
        if not self.names.has("contributions", code) and code in CONTRIBUTIONS:
            return str(CONTRIBUTIONS[code])
        return self.names.of("contributions", code, self.language)

    def partner(self, code: str) -> str:
        """What a partner is called."""
        return self.names.of("partners", code, self.language)

    def discount(self, code: str) -> str:
        """What a discount is called."""
        return self.names.of("discounts", code, self.language)

    # --- money, numbers, time ---------------------------------------------------------------------

    def money(self, minor: int) -> str:
        """An amount in the programme's money."""
        return formats.money(minor, self.programme.currency, language=self.language)

    def round_money(self, minor: int) -> str:
        """An amount in a sentence: without decimals where it is whole."""
        return formats.short_money(minor, self.programme.currency, language=self.language)

    def share(self, hundredths: int) -> str:
        """A percentage of so many hundredths of a per cent."""
        return formats.exact_percent(Decimal(hundredths).scaleb(-4), language=self.language)

    def fraction(self, value: Fraction) -> str:
        """A fraction as a decimal; one that does not end is cut, and says so."""
        for decimals in range(_MOST_DECIMALS + 1):
            if (value * 10**decimals).denominator == 1:
                scaled = int(value * 10**decimals)
                return formats.units(scaled, decimals=decimals, language=self.language)
        scaled = int(value * 10**_MOST_DECIMALS)
        return formats.units(scaled, decimals=_MOST_DECIMALS, language=self.language) + "…"

    def period(self, period: Period) -> str:
        """A length of time: ``12 months``."""
        return period_text(period)

    def period_after(self, period: Period) -> str:
        """A length of time as it stands after a preposition: ``within 12 months``."""
        count = period.count
        forms = {
            "day": npgettext("after a preposition", "%(count)s day", "%(count)s days", count),
            "week": npgettext("after a preposition", "%(count)s week", "%(count)s weeks", count),
            "month": npgettext("after a preposition", "%(count)s month", "%(count)s months", count),
            "quarter": npgettext(
                "after a preposition", "%(count)s quarter", "%(count)s quarters", count
            ),
            "year": npgettext("after a preposition", "%(count)s year", "%(count)s years", count),
        }
        return forms[period.unit] % {"count": count}


def period_text(period: Period) -> str:
    """A length of time by itself: ``12 months``."""
    count = period.count
    forms = {
        "day": ngettext("%(count)s day", "%(count)s days", count),
        "week": ngettext("%(count)s week", "%(count)s weeks", count),
        "month": ngettext("%(count)s month", "%(count)s months", count),
        "quarter": ngettext("%(count)s quarter", "%(count)s quarters", count),
        "year": ngettext("%(count)s year", "%(count)s years", count),
    }
    return forms[period.unit] % {"count": count}


def joined(parts: Sequence[str], *, word: str = "and") -> str:
    """A list in a sentence: ``a, b and c``."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    values = {"first": ", ".join(parts[:-1]), "last": parts[-1]}
    if word == "or":
        return pgettext("list in a sentence", "%(first)s or %(last)s") % values
    return pgettext("list in a sentence", "%(first)s and %(last)s") % values
