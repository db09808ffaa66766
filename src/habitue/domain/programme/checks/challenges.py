"""Challenges that nobody can meet: more days or periods than there are in the time for it.

* ``never_met``: visits are days, and a streak has one visit for each period; where the time of the
  challenge, or the period in which it is to be met, has fewer of them, nobody meets it.
"""

from __future__ import annotations

from typing import Final

from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.checks.asking import Subject
from habitue.kit.instants import local_day

_MOST_DAYS: Final = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_FEWEST_DAYS: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


def check_challenges(subject: Subject) -> None:
    """Look at every challenge."""
    for challenge in subject.programme.challenges.values():
        most = _most(challenge, subject.programme.zone)
        if most is not None and challenge.target > most:
            where = "streak.times" if challenge.goal == "streak" else "goal.visits"
            remedy = f"Ask for at most {most}: there is no time for more."
            path = f"challenges.{challenge.challenge}.{where}"
            subject.warn(path, challenge.target, "never_met", remedy)


def _most(challenge: Challenge, zone: str) -> int | None:
    """The most that anybody can reach; ``None`` where nothing limits it."""
    if challenge.goal not in ("visits", "streak"):
        return None
    bounds = []
    if challenge.starts_at is not None and challenge.ends_at is not None:
        days = local_day(challenge.ends_at - 1, zone) - local_day(challenge.starts_at, zone) + 1
        if challenge.goal == "streak" and challenge.every is not None:
            # A period at either end may be cut off, and still counts.
            bounds.append(days // _FEWEST_DAYS[challenge.every] + 2)
        else:
            bounds.append(days)
    if challenge.goal == "visits" and challenge.every is not None:
        bounds.append(_MOST_DAYS[challenge.every])
    return min(bounds, default=None)
