"""Why a ledger line is there: the rule that made it, the numbers that went in, what held it back.

"37 points" becomes: base rule, one point for each euro, on 37.40 exactly 37.4, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.domain.programme.model import Programme, Rate, Rule
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.lexicon import Lexicon
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
_ROUNDED: Final[dict[str, Promise]] = {
    "floor": gettext_lazy("Exactly %(exact)s, rounded down."),
    "ceil": gettext_lazy("Exactly %(exact)s, rounded up."),
    "half_up": gettext_lazy("Exactly %(exact)s, rounded to the nearest."),
    "half_even": gettext_lazy("Exactly %(exact)s, rounded to the nearest."),
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


@dataclass(frozen=True, slots=True)
class Explained:
    """A line in words: what it is, and sentences that say why."""

    title: str
    sentences: tuple[str, ...]


def explain(entry: EntryRecord, lexicon: Lexicon) -> Explained:
    """Why the line is there; ``lexicon`` is that of the version that made it."""
    kind = str(KINDS[entry.kind])
    name = _rule_name(entry, lexicon)
    title = f"{kind}: {name}" if name else kind
    return Explained(title, tuple(sentence for sentence in _why(entry, lexicon) if sentence))


def _rule_name(entry: EntryRecord, lexicon: Lexicon) -> str:
    if not entry.rule or entry.rule == "return:average":
        return ""
    return lexicon.rule(entry.rule)


def _why(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    rule = _rule(lexicon.programme, entry.rule)
    if entry.kind == "earn":
        yield from _earned(entry, rule, lexicon)
    elif entry.kind == "reverse":
        yield from _reversed(entry, lexicon)
    elif entry.kind == "adjust":
        text = str(entry.reason.get("text", ""))
        if text:
            yield _("Reason: %(reason)s") % {"reason": text}
    elif entry.kind in _PLAIN:
        yield str(_PLAIN[entry.kind])
        if entry.reason.get("merged"):
            yield _("Two memberships of the same person became one.")
    if entry.event_id is not None and entry.recorded_by != entry.event_id:
        yield _("Corrected when something that had happened before became known later.")


def _earned(entry: EntryRecord, rule: Rule | None, lexicon: Lexicon) -> Iterator[str]:
    exact = str(entry.reason.get("exact", ""))
    if (entry.rule or "").startswith("tier:"):
        yield _tier_factor((entry.rule or "").removeprefix("tier:"), lexicon)
    elif rule is not None:
        yield from _gift(entry, rule, lexicon)
    currency = lexicon.programme.points.get(entry.currency)
    if exact and exact != str(entry.amount) and currency is not None:
        yield str(_ROUNDED[currency.rounding]) % {
            "exact": lexicon.exact_points(exact, entry.currency)
        }
    for cap in entry.reason.get("caps", ()):
        yield cap_sentence(str(cap))


def _tier_factor(code: str, lexicon: Lexicon) -> str:
    tiers = lexicon.programme.tiers
    for tier in tiers.tiers if tiers is not None else ():
        if tier.code == code:
            return _("The tier %(tier)s multiplies by %(factor)s.") % {
                "tier": lexicon.tier(code),
                "factor": lexicon.fraction(tier.multiply),
            }
    return ""


def _gift(entry: EntryRecord, rule: Rule, lexicon: Lexicon) -> Iterator[str]:
    if rule.multiply is not None:
        yield _("What else was earned, × %(factor)s.") % {"factor": lexicon.fraction(rule.multiply)}
    for give in rule.gives:
        if give.currency != entry.currency:
            continue
        if isinstance(give, Rate):
            yield _("%(points)s for each %(amount)s.") % {
                "points": lexicon.exact_points(give.units, give.currency),
                "amount": lexicon.money(give.per),
            }
        elif rule.each is not None:
            yield _("%(points)s for each piece, where %(condition)s.") % {
                "points": lexicon.points(give.units, give.currency),
                "condition": clause(rule.each.source, lexicon, of_line=True),
            }
        elif give.units != entry.amount:
            yield _("The rule gives %(points)s.") % {
                "points": lexicon.points(give.units, give.currency)
            }
    if rule.when is not None:
        yield _("Because %(condition)s.") % {"condition": clause(rule.when.source, lexicon)}


def cap_sentence(cap: str) -> str:
    """What a cap of the engine's explanation means."""
    if cap.startswith("budget"):
        return _("The budget of this offer was used up, so less was given.")
    if cap == "balance ceiling":
        return _("The balance has a ceiling, so less was given.")
    if cap == "never below zero":
        return _("A factor below one takes no more than what was given.")
    if cap.endswith("times"):
        return _("The offer applies only so often, so nothing more was given.")
    return _("The offer gives only so much, so less was given.")


def _reversed(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    if entry.rule == "return:average":
        yield _("Something was returned without its receipt; it counts at the average.")
        return
    kept = entry.reason.get("kept")
    yield _("Something was returned, or the purchase was undone.")
    if isinstance(kept, int):
        yield _("What is left of the purchase still earns %(points)s by this rule.") % {
            "points": lexicon.points(kept, entry.currency)
        }


def _rule(programme: Programme, code: str | None) -> Rule | None:
    return next((rule for rule in programme.rules if rule.rule == code), None)


def why_not(outcomes: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> list[tuple[str, str]]:
    """The rules that did not apply to a purchase, each with the reason; what is over, not yet
    begun or switched off is left out: nobody expects it."""
    found = []
    for outcome in outcomes:
        blocked = str(outcome.get("blocked", ""))
        if outcome.get("fired") or not blocked:
            continue
        sentence = _blocked(blocked, outcome, lexicon)
        if sentence:
            found.append((lexicon.rule(str(outcome["rule"])), sentence))
    return found


def _blocked(blocked: str, outcome: Mapping[str, Any], lexicon: Lexicon) -> str:
    rule = _rule(lexicon.programme, str(outcome["rule"]))
    if blocked == "condition" and rule is not None and rule.when is not None:
        return _("It would need that %(condition)s.") % {
            "condition": clause(rule.when.source, lexicon)
        }
    if blocked == "no line matches" and rule is not None:
        chosen = rule.each or rule.lines
        source = chosen.source if chosen is not None else {}
        return _("Nothing on the receipt for which %(condition)s.") % {
            "condition": clause(source, lexicon, of_line=True)
        }
    if blocked.startswith("group"):
        return _("Another offer of this kind counted instead.")
    if blocked.startswith("stopped"):
        return _("A rule before it ended the reckoning.")
    return ""


def total_text(units: int, currency: str, lexicon: Lexicon) -> str:
    """A change with its sign and name: ``+37 points``."""
    sign = "−" if units < 0 else "+"
    return f"{sign}{lexicon.points(abs(units), currency)}"
