"""A birthday that is near, in words, so that it can be said at the door."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import local_day

NEAR_DAYS = 7


def birthday_note(birth_date: date | None, zone: str, visit: Visit) -> str:
    """That the birthday is today, was days ago, or will be; empty where it is not near.

    Who was born on 29 February celebrates on 28 February in other years (SEMANTICS 3).
    """
    if birth_date is None:
        return ""
    today = date.fromordinal(local_day(visit.now, zone))
    distances = [(_in_year(birth_date, today.year + shift) - today).days for shift in (-1, 0, 1)]
    days = min(distances, key=abs)
    if abs(days) > NEAR_DAYS:
        return ""
    if days == 0:
        return _("It is their birthday today.")
    if days < 0:
        return ngettext(
            "Their birthday was yesterday.", "Their birthday was %(count)s days ago.", -days
        ) % {"count": -days}
    return ngettext("Their birthday is tomorrow.", "Their birthday is in %(count)s days.", days) % {
        "count": days
    }


def _in_year(birth_date: date, year: int) -> date:
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
