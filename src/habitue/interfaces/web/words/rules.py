"""One rule in words: what it gives, when, for what, how often at most, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from habitue.domain.programme.model import VOUCHER, Give, Rate, Rule
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import only_if, things_of
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import (
    budget_sentences,
    currency_of,
    limit_sentences,
    times_text,
)


def rule_sentences(rule: Rule, lexicon: Lexicon, *, for_staff: bool = False) -> list[str]:
    """The sentences of a rule, the gift first; how large a budget is is told to staff alone."""
    return [sentence for sentence in _sentences(rule, lexicon, for_staff=for_staff) if sentence]


def short_sentences(rule: Rule, lexicon: Lexicon) -> list[str]:
    """What a rule gives, for what, when and until when; how often, and how much at most, is left to
    the rule sheet."""
    return [sentence for sentence in _promise(rule, lexicon) if sentence]


def _promise(rule: Rule, lexicon: Lexicon) -> Iterator[str]:
    yield gift_text(rule, lexicon)
    if rule.days_before:
        yield _ahead(rule)
    if rule.lines is not None:
        yield only_for(rule.lines.source, lexicon)
    if rule.when is not None:
        yield only_if(rule.when.source, lexicon)
    if rule.chance is not None:
        yield _by_chance(rule.chance, lexicon)
    yield times_text(rule, lexicon)


def _sentences(rule: Rule, lexicon: Lexicon, *, for_staff: bool) -> Iterator[str]:
    yield from _promise(rule, lexicon)
    if rule.chance is not None:
        yield _("Nobody can choose or know it in advance, and everybody can check it afterwards.")
    for limit in rule.limits:
        yield from limit_sentences(limit, currency_of(rule), lexicon)
    if rule.group is not None:
        yield _group(rule, lexicon)
    if for_staff:
        for budget in rule.budgets:
            yield from budget_sentences(budget, currency_of(rule), lexicon)
        if rule.stop:
            yield _("Where it applies, the rules after it do not.")
    elif rule.budgets:
        yield _("As long as its budget lasts.")


def gift_text(rule: Rule, lexicon: Lexicon) -> str:
    """What a rule gives, as a sentence."""
    if rule.multiply is not None:
        return multiplied_text(rule.multiply, rule.multiplied_currency or "", lexicon)
    gifts = joined([_give(give, lexicon) for give in rule.gives])
    if rule.each is not None:
        return _for_each(gifts, rule.each.source, lexicon)
    if any(isinstance(give, Rate) for give in rule.gives):
        return _("%(gifts)s.") % {"gifts": gifts}
    sentences = {
        "purchase": _("%(gifts)s for a purchase."),
        "visit": _("%(gifts)s for a visit."),
        "enrolment": _("%(gifts)s for joining."),
        "birthday": _("%(gifts)s for the birthday."),
        "anniversary": _("%(gifts)s for each year of membership."),
        "membership": _("%(gifts)s for the paid membership."),
        "contribution": _("%(gifts)s for a contribution."),
        "referred": _("%(gifts)s for whoever was brought by a member."),
        "referral": _("%(gifts)s for bringing a friend."),
        "return": _("%(gifts)s when something is returned."),
        "adjustment": _("%(gifts)s for a correction by hand."),
    }
    return sentences[rule.on] % {"gifts": gifts}


def _by_chance(chance: Fraction, lexicon: Lexicon) -> str:
    if chance.numerator == 1:
        return _("By chance: in one of %(count)s cases on average.") % {
            "count": formats.number(Decimal(chance.denominator), language=lexicon.language)
        }
    return _("By chance: in %(share)s %% of the cases on average.") % {
        "share": lexicon.fraction(chance * 100)
    }


def _ahead(rule: Rule) -> str:
    days = rule.days_before
    if any(give.currency.startswith(VOUCHER) for give in rule.gives):
        return ngettext(
            "It can be used from %(count)s day before until %(count)s day after.",
            "It can be used from %(count)s days before until %(count)s days after.",
            days,
        ) % {"count": days}
    return ngettext(
        "It is given %(count)s day ahead.", "It is given %(count)s days ahead.", days
    ) % {"count": days}


def multiplied_text(factor: Fraction, currency: str, lexicon: Lexicon) -> str:
    """So many times as many points, as a sentence."""
    values = {"currency": lexicon.plural(currency), "factor": lexicon.fraction(factor)}
    if factor == 2:
        return _("Twice as many %(currency)s.") % values
    return _("%(factor)s times as many %(currency)s.") % values


def _give(give: Give, lexicon: Lexicon) -> str:
    if isinstance(give, Rate):
        return rate_text(give, lexicon)
    return lexicon.points(give.units, give.currency)


def rate_text(rate: Rate, lexicon: Lexicon) -> str:
    """So many points for so much spend, without a full stop; money for money is a share."""
    currency = lexicon.programme.points.get(rate.currency)
    if currency is not None and currency.kind == "cashback":
        percent = rate.units / rate.per * 100
        return _("%(percent)s%% back as %(currency)s") % {
            "percent": lexicon.fraction(percent),
            "currency": lexicon.currency(rate.currency),
        }
    return pgettext("rate of earning", "%(points)s for each %(amount)s") % {
        "points": lexicon.exact_points(rate.units, rate.currency),
        "amount": lexicon.round_money(rate.per),
    }


def _for_each(gifts: str, source: object, lexicon: Lexicon) -> str:
    kind, text = things_of(source, lexicon)
    if kind == "named":
        return _("%(gifts)s for each %(thing)s.") % {"gifts": gifts, "thing": text}
    if kind == "other":
        return _("%(gifts)s for each piece of anything but %(things)s.") % {
            "gifts": gifts,
            "things": text,
        }
    return _("%(gifts)s for each piece for which %(condition)s.") % {
        "gifts": gifts,
        "condition": text,
    }


def only_for(source: object, lexicon: Lexicon) -> str:
    """Which lines alone count, as a sentence."""
    kind, text = things_of(source, lexicon)
    if kind == "named":
        return _("Only %(things)s counts for it.") % {"things": text}
    if kind == "other":
        return _("Everything counts for it but %(things)s.") % {"things": text}
    return _("Only that counts for it for which %(condition)s.") % {"condition": text}


def _group(rule: Rule, lexicon: Lexicon) -> str:
    """With which other rules it does not add up; nothing where it is alone in its group."""
    mode = lexicon.programme.groups[rule.group or ""].mode
    rivals = [
        lexicon.rule(other.rule)
        for other in lexicon.programme.rules
        if other.group == rule.group and other.rule != rule.rule and other.enabled
    ]
    if not rivals or mode == "all":
        return ""
    quoted = [formats.quoted(rival, language=lexicon.language) for rival in rivals]
    values = {"rules": joined(quoted)}
    if mode == "best":
        return _("Not together with %(rules)s: what is better for the member counts.") % values
    return _("Not together with %(rules)s: the first one that applies counts.") % values
