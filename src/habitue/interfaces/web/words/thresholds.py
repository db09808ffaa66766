"""What leads to a tier, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import Tiers
from habitue.interfaces.web.words.lexicon import Lexicon, joined


def goal_text(tiers: Tiers, thresholds: tuple[int | None, ...], lexicon: Lexicon) -> str:
    """Thresholds in their order with the time over which each is counted, joined as the tiers say;
    a time that is the same for all is said once, at the end."""
    needed = [
        (metric, needs)
        for metric, needs in zip(tiers.metrics, thresholds, strict=True)
        if needs is not None
    ]
    word = "or" if tiers.combine == "any" else "and"
    if len({metric.window for metric, _needs in needed if metric.name != "tenure"}) == 1:
        goal = joined([measure_text(metric, needs, lexicon) for metric, needs in needed], word=word)
        window = next(metric.window for metric, _needs in needed if metric.name != "tenure")
        return _within(goal, window, lexicon)
    goals = [_with_window(metric, needs, lexicon) for metric, needs in needed]
    return joined(goals, word=word)


def _with_window(metric: Metric, needs: int, lexicon: Lexicon) -> str:
    goal = measure_text(metric, needs, lexicon)
    return goal if metric.name == "tenure" else _within(goal, metric.window, lexicon)


def _within(goal: str, window: Window, lexicon: Lexicon) -> str:
    return pgettext("what leads to a tier, and the time for it", "%(goal)s %(window)s") % {
        "goal": goal,
        "window": window_text(window, lexicon),
    }


def measure_text(metric: Metric, units: int, lexicon: Lexicon) -> str:
    """So much of a metric."""
    if metric.name == "spend":
        return _("purchases of %(amount)s") % {"amount": lexicon.round_money(units)}
    if metric.name == "points":
        return _("%(points)s earned") % {"points": lexicon.points(units, metric.currency or "")}
    if metric.name == "visits":
        return ngettext("a visit", "%(count)s visits", units) % {"count": units}
    if metric.name == "purchases":
        return ngettext("a purchase", "%(count)s purchases", units) % {"count": units}
    return ngettext("a day of membership", "%(count)s days of membership", units) % {"count": units}


def window_text(window: Window, lexicon: Lexicon) -> str:
    """The time over which it is counted."""
    if window.kind == "rolling" and window.period is not None:
        return _("within %(period)s") % {"period": lexicon.period_after(window.period)}
    return {
        "calendar_year": _("within a calendar year"),
        "membership_year": _("within a year of membership"),
        "lifetime": _("since joining"),
    }[window.kind]
