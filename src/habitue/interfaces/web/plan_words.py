"""The paid plan of a member in words: shared by the portal, the till and the back office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import Instant, local_day
from habitue.selectors.standing import Standing


@dataclass(frozen=True, slots=True)
class PlanInWords:
    """A plan as a page shows it: its name, how it stands, and whether that wants attention."""

    name: str
    text: str
    warn: bool


def plan_in_words(standing: Standing, lexicon: Lexicon, now: Instant) -> PlanInWords | None:
    """The plan that the member has, or has paused; ``None`` without one."""
    plan = standing.plan
    today = local_day(now, standing.programme.zone)
    state = plan.state_on(today)
    if state == "none":
        return None

    def day(ordinal: int) -> str:
        return formats.day(date.fromordinal(ordinal), language=lexicon.language)

    last = day(plan.ends_on(today) - 1)
    if state == "paused":
        text = _("paused, and goes on by itself on %(day)s") % {
            "day": day(plan.paused_day + plan.pause_days)
        }
    elif state == "grace":
        text = _("paid until %(day)s, and good until %(last)s all the same") % {
            "day": last,
            "last": day(plan.ends_on(today) + plan.grace_days - 1),
        }
    elif state == "trial":
        text = _("on trial until %(day)s") % {"day": last}
    elif plan.cancelled:
        text = _("cancelled, and good until %(day)s") % {"day": last}
    else:
        text = _("paid until %(day)s") % {"day": last}
    return PlanInWords(lexicon.plan(plan.plan), text, warn=state in ("grace", "paused"))
