"""Challenges in words: what is the goal, by when, what it gives, and how far a member is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from habitue.domain.challenge_progress import ChallengeProgress
from habitue.domain.events import QUANTITY_SCALE
from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.measures import Metric, Window
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import times_text
from habitue.interfaces.web.words.rules import only_for
from habitue.interfaces.web.words.thresholds import measure_text

_ANEW: Final[dict[str, Promise]] = {
    "day": gettext_lazy("It begins anew every day."),
    "week": gettext_lazy("It begins anew every week, on Monday."),
    "month": gettext_lazy("It begins anew every month."),
    "quarter": gettext_lazy("It begins anew every quarter."),
    "year": gettext_lazy("It begins anew every year."),
}


@dataclass(frozen=True, slots=True)
class ChallengeInWords:
    """A challenge as pages show it; ``lacks`` is empty where it is met."""

    code: str
    name: str
    goal: str
    gives: str
    lacks: str
    percent: int
    last_day: str


def challenge_sentences(challenge: Challenge, lexicon: Lexicon) -> Iterator[str]:
    """What members have to know of a challenge."""
    if lexicon.names.has("challenge_about", challenge.challenge):
        yield lexicon.names.of("challenge_about", challenge.challenge, lexicon.language)
    yield _("Reached with %(goal)s.") % {"goal": goal_text(challenge, challenge.target, lexicon)}
    if challenge.lines is not None:
        yield only_for(challenge.lines.source, lexicon)
    if challenge.when is not None and (condition := clause(challenge.when.source, lexicon)):
        yield _("Only what happens while %(condition)s counts.") % {"condition": condition}
    yield times_text(challenge, lexicon)
    if challenge.goal == "streak":
        yield _("After each row a new one begins.")
    elif challenge.every is not None:
        yield str(_ANEW[challenge.every])
    yield _reward(challenge, lexicon)
    if challenge.badge:
        yield _("There is a badge for it, which stays.")
    yield _("What is returned no longer counts, and takes back what it led to.")


def _reward(challenge: Challenge, lexicon: Lexicon) -> str:
    """What a goal that is met gives; empty where there is a badge alone."""
    gifts = joined([lexicon.points(units, code) for code, units in challenge.gives.items()])
    return _("Whoever reaches it gets %(gifts)s.") % {"gifts": gifts} if gifts else ""


def goal_text(challenge: Challenge, units: int, lexicon: Lexicon) -> str:
    """So much of what is the goal of a challenge."""
    if challenge.goal in ("visits", "purchases", "spend"):
        metric = Metric(challenge.goal, Window("lifetime"))
        return measure_text(metric, units, lexicon)
    if challenge.goal == "streak":
        return _row_text(challenge, units)
    if challenge.goal == "pieces":
        whole, rest = divmod(units, QUANTITY_SCALE)
        exact = Decimal(units) / QUANTITY_SCALE
        shown = formats.number(exact, language=lexicon.language)
        return ngettext("a piece", "%(count)s pieces", 2 if rest else whole) % {"count": shown}
    if challenge.goal == "different_products":
        return ngettext("a product", "%(count)s different products", units) % {"count": units}
    return ngettext(
        "something of a category", "something of %(count)s different categories", units
    ) % {"count": units}


def _row_text(challenge: Challenge, units: int) -> str:
    texts = {
        "day": ngettext("a visit on one day", "a visit on %(count)s days in a row", units),
        "week": ngettext("a visit in a week", "a visit in %(count)s weeks in a row", units),
        "month": ngettext("a visit in a month", "a visit in %(count)s months in a row", units),
        "quarter": ngettext(
            "a visit in a quarter", "a visit in %(count)s quarters in a row", units
        ),
        "year": ngettext("a visit in a year", "a visit in %(count)s years in a row", units),
    }
    return texts[challenge.every or "week"] % {"count": units}


def challenge_in_words(progress: ChallengeProgress, lexicon: Lexicon) -> ChallengeInWords:
    """How far a member is with a challenge."""
    challenge = progress.challenge
    last = progress.last_date
    return ChallengeInWords(
        code=challenge.challenge,
        name=lexicon.challenge(challenge.challenge),
        goal=_("Reached with %(goal)s.")
        % {"goal": goal_text(challenge, challenge.target, lexicon)},
        gives=_reward(challenge, lexicon),
        lacks=_lacking(progress, lexicon),
        percent=progress.percent,
        last_day=formats.day(last, language=lexicon.language) if last is not None else "",
    )


def _lacking(progress: ChallengeProgress, lexicon: Lexicon) -> str:
    if progress.is_met:
        return ""
    challenge = progress.challenge
    if challenge.goal != "streak":
        goal = goal_text(challenge, progress.lacks, lexicon)
        return _("Reached with %(goal)s more.") % {"goal": goal}
    return _("%(done)s of %(all)s in a row so far.") % {
        "done": progress.has,
        "all": progress.needs,
    }
