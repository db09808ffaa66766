"""Why a ledger line is there: the rule that made it, the numbers that went in, what held it back.

"37 points" becomes: base rule, one point for each euro, on 37.40 exactly 37.4, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.domain.engine.entering import REWARD_RULE
from habitue.interfaces.web.words.gains import gain_sentences
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.limits import first_day, last_day
from habitue.interfaces.web.words.points import expiry_text
from habitue.selectors.ledger import EntryRecord

KINDS: Final[dict[str, Promise]] = {
    "earn": pgettext_lazy("kind of ledger line", "Earned"),
    "reverse": pgettext_lazy("kind of ledger line", "Taken back"),
    "redeem": pgettext_lazy("kind of ledger line", "Spent"),
    "restore": pgettext_lazy("kind of ledger line", "Given back"),
    "expire": pgettext_lazy("kind of ledger line", "Expired"),
    "activate": pgettext_lazy("kind of ledger line", "Now available"),
    "settle": pgettext_lazy("kind of ledger line", "Settled"),
    "adjust": pgettext_lazy("kind of ledger line", "Adjusted by hand"),
    "transfer_out": pgettext_lazy("kind of ledger line", "Sent"),
    "transfer_in": pgettext_lazy("kind of ledger line", "Received"),
    "write_off": pgettext_lazy("kind of ledger line", "Written off"),
}
_PLAIN: Final[dict[str, Promise]] = {
    "redeem": gettext_lazy("Points were spent; the ones that expire first go first."),
    "restore": gettext_lazy("The points went back to where they had come from."),
    "expire": gettext_lazy("The time in which they could be used was over."),
    "activate": gettext_lazy("They had been waiting, and can be used from now on."),
    "settle": gettext_lazy("What was owed was settled with points that were earned."),
    "write_off": gettext_lazy("More was returned than was left; the rest is not owed."),
    "transfer_out": gettext_lazy("They went to another membership, with the dates that they have."),
    "transfer_in": gettext_lazy(
        "They came from another membership, with the dates that they had there."
    ),
}
# The kinds of lines for which it matters when the points had been earned.
_OF_LOTS: Final = frozenset({"redeem", "restore", "expire", "activate"})


@dataclass(frozen=True, slots=True)
class Explained:
    """A line in words: what it is, and sentences that say why."""

    title: str
    sentences: tuple[str, ...]


def explain(entry: EntryRecord, lexicon: Lexicon) -> Explained:
    """Why the line is there; ``lexicon`` is that of the version that made it."""
    kind = str(KINDS[entry.kind])
    name = _rule_name(entry, lexicon)
    title = _("%(kind)s: %(rule)s") % {"kind": kind, "rule": name} if name else kind
    return Explained(title, tuple(sentence for sentence in _why(entry, lexicon) if sentence))


def _rule_name(entry: EntryRecord, lexicon: Lexicon) -> str:
    if not entry.rule or entry.rule == "return:average":
        return ""
    return lexicon.rule(entry.rule)


def _why(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    if entry.kind == "earn":
        yield from gain_sentences(entry, lexicon)
    elif entry.kind == "reverse":
        yield from _reversed(entry, lexicon)
    elif entry.kind == "adjust":
        text = str(entry.reason.get("text", ""))
        if text:
            yield _("Reason: %(reason)s") % {"reason": text}
    else:
        yield str(_PLAIN[entry.kind])
        if entry.kind in _OF_LOTS:
            yield from _of_lot(entry, lexicon)
        if entry.reason.get("merged"):
            yield _("Two memberships of the same person became one.")
    if entry.event_id is not None and entry.recorded_by != entry.event_id:
        yield _("Corrected when something that had happened before became known later.")


def _of_lot(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    """When the points had been earned, and how long they are or were good."""
    if entry.lot_opened_at is None:
        return
    values = {
        "earned": first_day(entry.lot_opened_at, lexicon),
        "last": last_day(entry.lot_expires_at, lexicon),
    }
    if entry.lot_expires_at is None:
        yield _("They had been earned on %(earned)s.") % values
        currency = lexicon.programme.points.get(entry.currency)
        if entry.kind == "expire" and currency is not None:
            yield expiry_text(currency.expiry, lexicon)
    else:
        yield _("They had been earned on %(earned)s and were good until %(last)s.") % values


def _reversed(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    if entry.rule is not None and entry.rule.startswith(REWARD_RULE):
        yield _("The reward that it had come with was given back.")
        return
    if entry.rule == "return:average":
        yield _("Something was returned without its receipt; it counts at the average.")
        return
    if entry.against_at is None:
        yield _("Something was returned, or the purchase was undone.")
    else:
        yield _("Something that was bought on %(day)s was returned, or the purchase undone.") % {
            "day": first_day(entry.against_at, lexicon)
        }
    kept = entry.reason.get("kept")
    if isinstance(kept, int):
        points = {"points": lexicon.points(abs(kept), entry.currency)}
        if kept < 0:
            # A factor below one takes a part of what the other rules give.
            yield _("For what is left of the purchase this rule still takes %(points)s.") % points
        else:
            yield _("What is left of the purchase still earns %(points)s by this rule.") % points
    if entry.lot_id is None and entry.amount < 0:
        yield _("It was spent before: what is earned next makes up for it.")


def total_text(units: int, currency: str, lexicon: Lexicon) -> str:
    """A change with its sign and name: ``+37 points``."""
    sign = "−" if units < 0 else "+"
    return f"{sign}{lexicon.points(abs(units), currency)}"
