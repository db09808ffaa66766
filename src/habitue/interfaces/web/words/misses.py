"""Why a rule that was considered gave nothing, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from habitue.domain.explanation.blocked import Blocked, Missed, Why, explain_blocked
from habitue.domain.programme.kinds import WEEKDAYS
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.comparing import subject, value_text
from habitue.interfaces.web.words.conditions import clause, things_of
from habitue.interfaces.web.words.gains import cap_sentences
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.limits import currency_of

_PLAIN: Final[dict[Why, Promise]] = {
    Why.DISABLED: gettext_lazy("The rule is switched off."),
    Why.NOT_YET: gettext_lazy("The rule was not yet in force."),
    Why.OVER: gettext_lazy("The rule was no longer in force."),
}
_UNCONDITIONAL: Final[dict[Why, Promise]] = {
    Why.NOT_JOINED: gettext_lazy("Only who has joined earns, and the member has not."),
    Why.CHANCE: gettext_lazy("Chance did not choose it this time."),
    Why.NOT_DRAWN: gettext_lazy("Chance decides once it is recorded."),
}
# What a moment is, a reader may want to see beside what was asked; lines of the receipt they see.
_SHOWN: Final = ("weekday", "date", "time", "basket.", "member.", "store", "channel")


def why_not(
    outcomes: Sequence[Mapping[str, Any]], lexicon: Lexicon, *, everything: bool = False
) -> list[tuple[str, str]]:
    """The rules that gave nothing, each with the reason.  What is over, not yet begun or switched
    off is left out unless ``everything`` is wanted: nobody expects it."""
    found = []
    for outcome in outcomes:
        blocked = explain_blocked(lexicon.programme, outcome)
        if blocked is None or (blocked.why in _PLAIN and not everything):
            continue
        text = " ".join(sentence for sentence in _sentences(blocked, lexicon) if sentence)
        if text:
            found.append((lexicon.rule(blocked.code), text))
    return found


def _sentences(blocked: Blocked, lexicon: Lexicon) -> Iterator[str]:
    rule, other = blocked.rule, {"rule": lexicon.rule(blocked.other)}
    if blocked.why in _PLAIN:
        yield str(_PLAIN[blocked.why])
    elif blocked.why in _UNCONDITIONAL:
        yield str(_UNCONDITIONAL[blocked.why])
    elif blocked.why is Why.CONDITION:
        yield from _condition(blocked, lexicon)
    elif blocked.why is Why.NO_LINE:
        chosen = None if rule is None else rule.each or rule.lines
        yield no_line_text(None if chosen is None else chosen.source, lexicon)
    elif blocked.why is Why.GROUP_FIRST:
        yield _("%(rule)s counted instead: of these offers the first one counts.") % other
    elif blocked.why is Why.GROUP_BEST:
        yield _("%(rule)s counted instead: of these offers the better one counts.") % other
    elif blocked.why is Why.STOPPED:
        yield _("%(rule)s applied; the rules after it do not.") % other
    else:
        currency = "" if rule is None else currency_of(rule)
        for cap in blocked.caps:
            yield from cap_sentences(cap, currency, lexicon)


def _condition(blocked: Blocked, lexicon: Lexicon) -> Iterator[str]:
    when = None if blocked.rule is None else blocked.rule.when
    condition = "" if when is None else clause(when.source, lexicon)
    if not condition:
        yield _("Its condition did not hold.")
        return
    yield _("It would need that %(condition)s.") % {"condition": condition}
    for missed in blocked.missed:
        if missed.field.startswith(_SHOWN):
            yield _seen(missed, lexicon)


def _seen(missed: Missed, lexicon: Lexicon) -> str:
    text = pgettext("what was seen", "%(subject)s: %(value)s.") % {
        "subject": subject(missed.field, lexicon),
        "value": _seen_value(missed, lexicon),
    }
    return text[:1].upper() + text[1:]


def _seen_value(missed: Missed, lexicon: Lexicon) -> str:
    seen = missed.seen
    if seen == "nothing":
        return pgettext("what was seen", "none")
    if missed.field == "weekday":
        return formats.weekday(WEEKDAYS.index(seen), language=lexicon.language)
    if missed.field == "date":
        return formats.day(date.fromisoformat(seen), language=lexicon.language)
    if missed.field == "time":
        return seen
    return value_text(missed.field, seen, lexicon)


def no_line_text(source: object, lexicon: Lexicon) -> str:
    """That nothing on the receipt is what a filter lets through."""
    kind, text = things_of(source, lexicon)
    if not text:
        return _("Nothing on the receipt counts for it.")
    if kind == "named":
        return _("There was no %(things)s on the receipt.") % {"things": text}
    if kind == "other":
        return _("There was nothing but %(things)s on the receipt.") % {"things": text}
    return _("Nothing on the receipt for which %(condition)s.") % {"condition": text}
