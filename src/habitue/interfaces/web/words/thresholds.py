"""What leads to a tier, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.programme.model import Metric, Tiers
from habitue.interfaces.web.words.lexicon import Lexicon, joined


def goal_text(tiers: Tiers, thresholds: tuple[int | None, ...], lexicon: Lexicon) -> str:
    """Thresholds in their order, joined as the tiers say."""
    texts = [
        measure_text(metric, needs, lexicon)
        for metric, needs in zip(tiers.metrics, thresholds, strict=True)
        if needs is not None
    ]
    return joined(texts, word="or" if tiers.combine == "any" else "and")


def measure_text(metric: Metric, units: int, lexicon: Lexicon) -> str:
    """So much of a metric."""
    if metric.name == "spend":
        return _("%(amount)s of purchases") % {"amount": lexicon.money(units)}
    if metric.name == "points":
        return _("%(points)s earned") % {"points": lexicon.points(units, metric.currency or "")}
    if metric.name == "visits":
        return ngettext("a visit", "%(count)s visits", units) % {"count": units}
    if metric.name == "purchases":
        return ngettext("a purchase", "%(count)s purchases", units) % {"count": units}
    return ngettext("a day of membership", "%(count)s days of membership", units) % {"count": units}


def window_text(tiers: Tiers, lexicon: Lexicon) -> str:
    """The time over which it is counted; the first metric speaks for all."""
    window = tiers.metrics[0].window
    if window.kind == "rolling" and window.period is not None:
        return _("within %(period)s") % {"period": lexicon.period(window.period)}
    return {
        "calendar_year": _("within a calendar year"),
        "membership_year": _("within a year of membership"),
        "lifetime": _("since joining"),
    }[window.kind]
