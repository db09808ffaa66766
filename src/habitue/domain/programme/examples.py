"""Worked examples of a programme: small purchases, decided by the engine itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import Decision, MemberState, SharedFacts, TierStanding
from habitue.domain.events import QUANTITY_SCALE, Event, EventKey, Line, Purchase
from habitue.domain.programme.model import Programme, Rule
from habitue.kit.instants import DAY, FAR_FUTURE, HOUR, Instant, day_start, local_day
from habitue.kit.money import currency_exponent

# What a guest spends on a visit, in whole units of money, and a little that does not come out even.
_WHOLE: Final = 24
_CENTS: Final = 60
# When a rule is tried: on each day of a week, in the morning, after noon and in the evening.
_DAYS: Final = 7
_HOURS: Final = (9, 15, 19)
_MOST_RULES: Final = 6
_NAMED_BY: Final = ("category", "product", "brand")


@dataclass(frozen=True, slots=True)
class Example:
    """A purchase of ``amount`` minor units, and what it earns by currency of points.

    ``tier`` is the member's, empty where there is none.  Where the example is about one ``rule``,
    ``things`` are what was bought, by field and code, and ``at`` is when.
    """

    tier: str
    amount: int
    earned: Mapping[str, int]
    rule: str = ""
    things: tuple[tuple[str, str], ...] = ()
    at: Instant | None = None


def worked_examples(programme: Programme, at: Instant) -> list[Example]:
    """One example without a tier and one for each tier, with nothing but plain goods; budgets are
    taken to be untouched."""
    codes = ["", *(tier.code for tiers in programme.structures for tier in tiers.tiers)]
    amount = _amount(programme)
    return [Example(code, amount, _earned(_decided(programme, code, (), at))) for code in codes]


def rule_examples(programme: Programme, at: Instant) -> list[Example]:
    """One example for each of the first rules that ask for something: a purchase within the week to
    come, or the rule's first week, to which it applies.  Rules for which no such purchase is found
    have none."""
    found = []
    for rule in programme.rules:
        asks = rule.when is not None or rule.lines is not None or rule.each is not None
        is_over = rule.ends_at is not None and rule.ends_at <= at
        if rule.on != "purchase" or not rule.enabled or is_over or not asks:
            continue
        example = _example_of(programme, rule, max(at, rule.starts_at or at))
        if example is not None:
            found.append(example)
        if len(found) == _MOST_RULES:
            break
    return found


def _example_of(programme: Programme, rule: Rule, at: Instant) -> Example | None:
    sources = [part.source for part in (rule.when, rule.lines, rule.each) if part is not None]
    things = tuple(dict.fromkeys(thing for source in sources for thing in _things(source)))
    for moment in _moments(programme, at):
        decision = _decided(programme, "", things, moment)
        if any(one.rule == rule.rule and one.fired and one.given for one in decision.outcomes):
            amount = _amount(programme)
            return Example("", amount, _earned(decision), rule.rule, things, moment)
    return None


def _moments(programme: Programme, at: Instant) -> Iterator[Instant]:
    first = day_start(local_day(at, programme.zone), programme.zone)
    for day in range(_DAYS):
        for hour in _HOURS:
            moment = first + day * DAY + hour * HOUR
            if moment >= at:
                yield moment


def _things(source: Any) -> Iterator[tuple[str, str]]:
    """What a condition asks to be bought: the first code of each comparison that names some.

    Whether it really asks for that, or forbids it, the engine says when it decides.
    """
    if isinstance(source, list | tuple):
        for one in source:
            yield from _things(one)
    if not isinstance(source, Mapping):
        return
    for name, given in source.items():
        field = str(name).removeprefix("line.")
        if field in _NAMED_BY:
            code = _first_code(given)
            if code:
                yield field, code
        else:
            yield from _things(given)


def _first_code(given: Any) -> str:
    if isinstance(given, Mapping):
        given = given.get("is", given.get("in", ""))
    if isinstance(given, list | tuple):
        given = given[0] if given else ""
    return str(given)


def _amount(programme: Programme) -> int:
    scale: int = 10 ** currency_exponent(programme.currency)
    return _WHOLE * scale + _CENTS * scale // 100


def _decided(
    programme: Programme, tier: str, things: tuple[tuple[str, str], ...], at: Instant
) -> Decision:
    """What the engine decides about a purchase of these things, one piece of each."""
    state = MemberState(purchases=1, enrolled_at=at)
    tiers = programme.structure_of(tier)
    if tiers is not None:
        state.stand_in(tiers.key, TierStanding(tier=tier, highest=tier, valid_until=FAR_FUTURE))
    event = Event(
        event_id="0" * 32,
        key=EventKey("example", "1"),
        occurred_at=at,
        zone=programme.zone,
        version_number=programme.number,
        body=Purchase(programme.currency, _lines(programme, things)),
    )
    units = {key: one.units for key, one in programme.budgets.items() if one.units is not None}
    times = {key: one.times for key, one in programme.budgets.items() if one.times is not None}
    return decide({programme.number: programme}, state, event, SharedFacts(units, times))


def _lines(programme: Programme, things: tuple[tuple[str, str], ...]) -> tuple[Line, ...]:
    amount = _amount(programme)
    if not things:
        return (Line("1", "example", QUANTITY_SCALE, amount),)
    share = amount // len(things)
    lines = []
    for place, (field, code) in enumerate(things):
        part = amount - share * (len(things) - 1) if place == 0 else share
        line = Line(str(place + 1), "example", QUANTITY_SCALE, part)
        named: dict[str, Any] = {field: code}
        lines.append(replace(line, **named))
    return tuple(lines)


def _earned(decision: Decision) -> dict[str, int]:
    earned: dict[str, int] = {}
    for posting in decision.postings:
        if posting.kind == "earn":
            earned[posting.currency] = earned.get(posting.currency, 0) + posting.amount
    return earned
