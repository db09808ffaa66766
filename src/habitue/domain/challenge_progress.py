"""How far a member is with each challenge, and which badges they hold.

Read off a state that was advanced to the instant of the question; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from habitue.domain.engine.challenging import period_of, progress_name, reached, runs_of
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, local_day
from habitue.kit.periods import next_period_start, period_start


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """One challenge that runs now: how much there is of the goal, in its smallest units, and
    whether it is met.  ``last_date`` is the last day that counts, where there is one."""

    challenge: Challenge
    has: int
    is_met: bool
    last_date: date | None

    @property
    def needs(self) -> int:
        """The goal."""
        return self.challenge.target

    @property
    def lacks(self) -> int:
        """What is still to come; 0 where it is met."""
        return 0 if self.is_met else max(0, self.needs - self.has)

    @property
    def percent(self) -> int:
        """How far the way is gone, from 0 to 100; 100 is said when it is met."""
        if self.is_met:
            return 100
        return min(99, max(0, self.has) * 100 // self.needs)


def challenge_progress(
    programme: Programme, state: MemberState, at: Instant
) -> tuple[ChallengeProgress, ...]:
    """The challenges that run at an instant, by their codes."""
    day = local_day(at, programme.zone)
    return tuple(
        _progress(programme, state, challenge, day)
        for challenge in programme.challenges.values()
        if challenge.runs(at)
    )


def badges_of(programme: Programme, state: MemberState) -> tuple[str, ...]:
    """The codes of the challenges whose badges the member holds."""
    return tuple(
        challenge.challenge
        for challenge in programme.challenges.values()
        if challenge.badge and any(state.usage.get(challenge.rule, {}).values())
    )


def _progress(
    programme: Programme, state: MemberState, challenge: Challenge, day: int
) -> ChallengeProgress:
    period = period_of(challenge, day)
    tally = state.credits.get(progress_name(challenge, period), {})
    if challenge.goal == "streak":
        has = _row(challenge, tally, day)
        is_met = has == challenge.target
    else:
        has = reached(challenge, tally)
        is_met = has >= challenge.target
    return ChallengeProgress(challenge, has, is_met, _last_day(programme, challenge, day))


def _row(challenge: Challenge, tally: dict[int, int], day: int) -> int:
    """How many periods of the present row there are; a row that ended before the latest period is
    no row any more, and the one that has just been completed shows as complete."""
    assert challenge.every is not None, "a streak has a step"
    runs = runs_of(challenge, tally)
    present = period_start(day, challenge.every)
    if not runs or present not in (runs[-1][0], next_period_start(runs[-1][0], challenge.every)):
        return 0
    last, length = runs[-1]
    rest = length % challenge.target
    return challenge.target if rest == 0 and last == present else rest


def _last_day(programme: Programme, challenge: Challenge, day: int) -> date | None:
    """The last day of the period, or of the challenge, whichever comes first."""
    ends = []
    if challenge.every is not None and challenge.goal != "streak":
        ends.append(next_period_start(day, challenge.every) - 1)
    if challenge.ends_at is not None:
        ends.append(local_day(challenge.ends_at - 1, programme.zone))
    return date.fromordinal(min(ends)) if ends else None
