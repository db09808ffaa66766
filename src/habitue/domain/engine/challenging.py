"""Challenges: what an event counts towards each of them, and what a goal that is met gives.

Progress is a tally for every challenge and period: how often each local day, each product, or the
whole was counted.  From the tally alone follows how often the goal is met, so neither the order of
events nor the split of a return matters.

* A goal that is met gives once in its period.  A streak gives once for so many periods in a row: a
  run of nine weeks holds two streaks of four.
* What comes back no longer counts.  A goal that is thereby missed takes back what it gave: points
  by the policy of their currency, vouchers as far as they are not used.  Where one of its
  currencies keeps bonuses (``keep_bonus``), a challenge keeps everything.
* Nothing is given twice: how often a challenge gave is counted, for each period.  After a merge the
  counts of both stand together; only what an event itself undoes is taken back.

What a challenge gives does not count towards tiers, and caps of rules do not apply to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from habitue.domain.engine.context import Context
from habitue.domain.engine.lots import Books, Cause
from habitue.domain.engine.taking import take_back
from habitue.domain.engine.types import MemberState, RuleOutcome
from habitue.domain.events import Event
from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.model import Programme
from habitue.kit.ids import derived_id
from habitue.kit.periods import next_period_start, period_start

# How often each key was counted: a local day, the hash of a code, or 0 for the whole.
Tally: TypeAlias = Mapping[int, int]

_WHOLE: Final = 0
_NOTHING: Final[Tally] = {}
_BY_DAY: Final = ("visits", "streak")
_SUMS: Final = ("purchases", "spend", "pieces")


def tallies_of(programme: Programme, context: Context) -> dict[str, Tally]:
    """What an event, with what is left of its basket, counts towards each challenge."""
    found = {}
    for challenge in programme.challenges.values():
        tally = _tally(challenge, context)
        if tally:
            found[challenge.challenge] = tally
    return found


def _tally(challenge: Challenge, context: Context) -> Tally:
    if not _counts(challenge, context):
        return _NOTHING
    if challenge.goal == "visits":
        return {context.day: 1}
    if challenge.goal == "streak":
        assert challenge.every is not None, "a streak has a step"
        return {period_start(context.day, challenge.every): 1}
    sight = context.basket.through(challenge.lines)
    if challenge.goal in _SUMS:
        amount = {"purchases": 1, "spend": int(sight.total // 1), "pieces": sight.quantity}
        return {_WHOLE: amount[challenge.goal]}
    found: dict[int, int] = {}
    for line, quantity in zip(context.lines, sight.quantities, strict=True):
        code = line.product if challenge.goal == "different_products" else line.category
        if quantity > 0 and code is not None:
            key = _hash(code)
            found[key] = found.get(key, 0) + quantity
    return found


def _counts(challenge: Challenge, context: Context) -> bool:
    """Whether an event counts at all; only days are counted of a visit without a purchase."""
    by_day = challenge.goal in _BY_DAY
    if context.kind == "purchase":
        seen = bool(context.lines) if by_day else context.basket.through(challenge.lines).any_hit
    else:
        seen = by_day and context.kind == "visit"
    if not seen or not challenge.runs(context.occurred_at):
        return False
    return challenge.when is None or challenge.when.holds(context)


def _hash(code: str) -> int:
    """A code as a whole number that JSON holds exactly; upper and lower case alike."""
    return int(derived_id("challenge", code.casefold())[:13], 16)


def period_of(challenge: Challenge, day: int) -> int:
    """The first day of the period in which a local day counts; 0 where there is only one."""
    if challenge.every is None or challenge.goal == "streak":
        return 0
    return period_start(day, challenge.every)


def progress_name(challenge: Challenge, period: int) -> str:
    """The name of the tally in the member's state."""
    return f"{challenge.rule}/{period}"


def reached(challenge: Challenge, tally: Tally) -> int:
    """How much of the goal there is: different keys that count, or the sum."""
    if challenge.goal in ("visits", "different_products", "different_categories"):
        return sum(1 for count in tally.values() if count > 0)
    return sum(tally.values())


def runs_of(challenge: Challenge, tally: Tally) -> list[tuple[int, int]]:
    """The longest rows of periods of a streak: the first day of the last one, and how many."""
    assert challenge.every is not None, "a streak has a step"
    runs: list[tuple[int, int]] = []
    for start in sorted(day for day, count in tally.items() if count > 0):
        if runs and next_period_start(runs[-1][0], challenge.every) == start:
            runs[-1] = (start, runs[-1][1] + 1)
        else:
            runs.append((start, 1))
    return runs


def times_met(challenge: Challenge, tally: Tally) -> int:
    """How often the goal is met."""
    if challenge.goal == "streak":
        return sum(length // challenge.target for _, length in runs_of(challenge, tally))
    return int(reached(challenge, tally) >= challenge.target)


def count_towards(
    programme: Programme,
    state: MemberState,
    books: Books,
    event: Event,
    day: int,
    *,
    before: Mapping[str, Tally],
    after: Mapping[str, Tally],
    strict: bool,
) -> list[RuleOutcome]:
    """Count what an event is now worth to each challenge, in place of what it was before; gives and
    takes back.  ``day`` is the local day of what happened.  Answers what was given, and why.

    Raises ``RETURN_EXCEEDS_BALANCE`` (``taking``).
    """
    outcomes: list[RuleOutcome] = []
    for code in sorted({*before, *after}):
        challenge = programme.challenges[code]
        period = period_of(challenge, day)
        name = progress_name(challenge, period)
        old = state.credits.get(name, {})
        new = _changed(old, before.get(code, _NOTHING), after.get(code, _NOTHING))
        state.credits[name] = new
        had = state.usage.get(challenge.rule, {}).get(period, (0, 0))[0]
        due = times_met(challenge, new)
        if due > had:
            _note(state, challenge, period, due)
            outcomes += _give(programme, state, books, event, challenge, period, due - had)
        elif due < times_met(challenge, old) and not _keeps(programme, challenge):
            fewer = min(had - due, times_met(challenge, old) - due)
            if fewer:
                _note(state, challenge, period, had - fewer)
                _take(programme, state, books, event, challenge, fewer, strict=strict)
    return outcomes


def _changed(old: Mapping[int, int], before: Tally, after: Tally) -> dict[int, int]:
    new = dict(old)
    for sign, tally in ((-1, before), (1, after)):
        for key, count in tally.items():
            new[key] = new.get(key, 0) + sign * count
    return {key: count for key, count in new.items() if count}


def _note(state: MemberState, challenge: Challenge, period: int, times: int) -> None:
    usage = dict(state.usage.get(challenge.rule, {}))
    usage[period] = [times, 0]
    if not times:
        del usage[period]
    state.usage[challenge.rule] = usage


def _keeps(programme: Programme, challenge: Challenge) -> bool:
    return any(programme.points[code].returns == "keep_bonus" for code in challenge.gives)


def _give(
    programme: Programme,
    state: MemberState,
    books: Books,
    event: Event,
    challenge: Challenge,
    period: int,
    times: int,
) -> list[RuleOutcome]:
    cause = _cause(event, challenge)
    outcomes = []
    for code, each in challenge.gives.items():
        currency, units = programme.points[code], each * times
        caps = []
        if currency.max_balance is not None:
            room = max(0, currency.max_balance - state.balance(code))
            caps = ["balance ceiling"] if room < units else []
            units = min(units, room)
        if units:
            name = progress_name(challenge, period)
            lot = books.open_earned_lot(currency, event.zone, cause, name=name)
            books.put(lot.lot_id, units)
            books.post("earn", code, lot.lot_id, units, cause)
        exact = str(each * times)
        outcomes.append(RuleOutcome(challenge.rule, True, "", code, exact, units, caps))  # noqa: FBT003  # it fired
    return outcomes or [RuleOutcome(challenge.rule, fired=True)]


def _take(
    programme: Programme,
    state: MemberState,
    books: Books,
    event: Event,
    challenge: Challenge,
    times: int,
    *,
    strict: bool,
) -> None:
    cause = _cause(event, challenge)
    for code, each in challenge.gives.items():
        currency, units = programme.points[code], each * times
        if currency.kind == "voucher":
            # What was used stays used.
            units = min(units, max(0, state.balance(code)))
        take_back(state, books, programme, currency, units, cause, strict=strict)


def _cause(event: Event, challenge: Challenge) -> Cause:
    return Cause(
        event.event_id,
        event.version_number,
        event.occurred_at,
        rule=challenge.rule,
        reason={"exact": "1"},
    )
