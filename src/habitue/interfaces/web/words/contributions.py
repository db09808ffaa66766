"""Contributions in words: what is asked of them, and conditions on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.programme.contributions import ContributionKind
from habitue.domain.programme.fields import CONTRIBUTION
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined

_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


def contribution_sentences(kind: ContributionKind) -> Iterator[str]:
    """What a contribution is about, what comes with it, and how often it counts."""
    about = {
        "product": _("It is about a product."),
        "purchase": _("It is about a purchase."),
        "anything": _("It may be about anything."),
    }
    yield about[kind.about]
    if kind.text:
        yield ngettext(
            "Its text has at least %(count)s character.",
            "Its text has at least %(count)s characters.",
            kind.text,
        ) % {"count": kind.text}
    if kind.link:
        yield _("A link leads to it.")
    if kind.picture:
        yield _("A picture comes with it.")
    if kind.once:
        once = {
            "product": _("It counts once for each product."),
            "purchase": _("It counts once for each purchase."),
            "anything": _("It counts once."),
        }
        yield once[kind.about]


def looking_sentences(*, staff: bool) -> Iterator[str]:
    """Who looks at contributions, and what for."""
    if staff:
        yield _(
            "Approve whatever keeps the rules and is the member's own, also where it finds fault "
            "with us. Refuse what is copied, paid for by others, offensive, or names other people."
        )
        yield _("Never ask for praise, and never reward it: only the contribution counts.")
        return
    yield _(
        "A colleague looks at each contribution before it counts, and says why where it does not."
    )
    yield _(
        "What you think of us is yours to say: praise brings nothing, and criticism costs nothing."
    )


def contribution_clause(field: str, given: Any, lexicon: Lexicon) -> str:
    """A comparison with a contribution as a clause; empty for those that need no own words."""
    word, value = next(iter(given.items())) if isinstance(given, Mapping) else ("is", given)
    if isinstance(given, Mapping) and len(given) != 1:
        return ""
    negated = word in ("is_not", "not_in")
    part = field.removeprefix(CONTRIBUTION)
    if part == "kind":
        codes = value if isinstance(value, list | tuple) else [value]
        names = [
            formats.quoted(lexicon.contribution(str(code)), language=lexicon.language)
            for code in codes
        ]
        kinds = joined(names, word="or")
        if negated:
            return _("the contribution is not of the kind %(kinds)s") % {"kinds": kinds}
        return _("the contribution is of the kind %(kinds)s") % {"kinds": kinds}
    said = value if isinstance(value, bool) else _YES_NO.get(str(value).lower())
    if said is None or part not in ("picture", "link"):
        return ""
    if part == "picture":
        return _("no picture comes with it") if said == negated else _("a picture comes with it")
    return _("no link comes with it") if said == negated else _("a link comes with it")
