"""Makes the event, and the member before it, that a case of ``search`` describes.

A case says of each field which comparisons hold.  A witness has one value for each of them, the
plainest that does: noon on a day of the rule's time, one piece of one product for ten units of
money.  Nothing here is believed: whether the witness really meets the condition says the engine,
when it decides about the event (``trial``).  Where no witness is found, the finding has no example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any

from habitue.domain.engine.types import Lot, MemberState, TierStanding
from habitue.domain.events import QUANTITY_SCALE, Line, Scalar
from habitue.domain.programme.checks.asking import Asked
from habitue.domain.programme.checks.formulas import ALWAYS, LINE, All, Formula, Some
from habitue.domain.programme.checks.search import (
    Case,
    Literal,
    Search,
    Wish,
    days_meeting,
    meeting,
    meets,
)
from habitue.domain.programme.fields import MEMBER_ATTRIBUTE, TIER
from habitue.domain.programme.model import Programme, Rule, Tiers
from habitue.kit.instants import DAY, FAR_FUTURE, HOUR, MINUTE, Instant, day_start, local_day
from habitue.kit.money import currency_exponent

# A Monday, where neither the rule nor its condition names a day.
_BASE_DAY = date(2026, 6, 1).toordinal()
_MINUTES = (12 * 60, 9 * 60, 18 * 60 + 30, 22 * 60)
_MOST_CASES = 6
_MOST_PIECES = 200
_ANYTHING = "example"
# A value that stands for "any other text" in comparisons; no document can hold it.
_OTHER = "\0"


@dataclass(frozen=True, slots=True)
class Scene:
    """One event as plain values, and the member as they are just before it."""

    kind: str
    day: int
    minute: int
    store: str | None = None
    channel: str | None = None
    staff: str | None = None
    attributes: dict[str, Scalar] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    tier: str = ""
    purchases: int = 0
    visits: int = 0
    days_since_visit: int | None = None
    days_since_enrolment: int | None = None
    balances: Mapping[str, int] = field(default_factory=dict)
    member_attributes: dict[str, Scalar] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_new_member(self) -> bool:
        """Whether the member needs no past."""
        past = (self.purchases, self.visits, self.days_since_visit, self.days_since_enrolment)
        known = self.tier or self.beside or self.member_attributes or any(self.balances.values())
        return not (any(past) or known)

    def at(self, zone: str) -> Instant:
        """The instant of the event."""
        return day_start(self.day, zone) + self.minute * MINUTE

    def state(self, zone: str) -> MemberState:
        """The member just before the event."""
        noon = day_start(self.day, zone) + 12 * HOUR
        enrolled = None
        if self.days_since_enrolment is not None:
            enrolled = min(noon - self.days_since_enrolment * DAY, self.at(zone))
        lots = [
            Lot(f"example-{code}", code, units, self.at(zone) - HOUR, self.at(zone) - HOUR, None)
            for code, units in self.balances.items()
            if units > 0
        ]
        last_visit = 0 if self.days_since_visit is None else self.day - self.days_since_visit
        return MemberState(
            horizon=self.at(zone) - HOUR,
            lots=lots,
            debts={code: -units for code, units in self.balances.items() if units < 0},
            standing=_holding(self.tier),
            purchases=self.purchases,
            visits=self.visits,
            latest_visit_day=last_visit,
            enrolled_at=enrolled,
            attributes=dict(self.member_attributes),
            beside={key: _holding(self.beside[key]) for key in sorted(self.beside)},
        )


def _holding(tier: str) -> TierStanding:
    return TierStanding(tier=tier, highest=tier, valid_until=FAR_FUTURE)


def scenes_of(
    programme: Programme,
    asked: Sequence[Asked],
    *,
    amount: int | None = None,
    one_line: bool = False,
) -> Iterator[Scene]:
    """Scenes at which all the rules may be willing, at most a handful (``wishes_of``); a line costs
    ``amount`` where nothing is said of it."""
    rules = [one.rule for one in asked]
    search, patience = Search(asked[0].has_lines), asked[0].patience
    for case in islice(search.cases(wishes_of(asked, one_line=one_line)), _MOST_CASES):
        if not patience.scenes:
            return
        patience.scenes -= 1
        scene = _Maker(programme, rules, case, amount or plain_amount(programme)).scene()
        if scene is not None:
            yield scene


def wishes_of(asked: Sequence[Asked], *, one_line: bool) -> list[Wish]:
    """That all the rules are willing; with ``one_line`` one line matches all of their filters."""
    formulas: list[Formula] = [one.frame for one in asked] + [one.when for one in asked]
    lines = [one.some_line for one in asked]
    matches = tuple(one.match for one in lines if isinstance(one, Some))
    formulas += [Some(All(matches))] if one_line and matches else lines
    return [(formula, False) for formula in formulas]


def plain_amount(programme: Programme) -> int:
    """Ten units of money, or a thousand where the currency has no smaller ones."""
    exponent = currency_exponent(programme.currency)
    return 10 * 10**exponent if exponent else 1000


def quiet_scene(programme: Programme, rule: Rule, kind: str) -> Scene:
    """A plain event on a day of the rule's time."""
    maker = _Maker(programme, [rule], Case(), plain_amount(programme))
    lines = (maker.plain_line(1, maker.amount),) if kind == "purchase" else ()
    return Scene(kind, next(maker.days(), _BASE_DAY), _MINUTES[0], lines=lines)


@dataclass(slots=True)
class _Maker:
    programme: Programme
    rules: Sequence[Rule]
    case: Case
    amount: int
    search: Search = field(default_factory=Search)

    def scene(self) -> Scene | None:
        """The scene of the case; ``None`` where some field has no value that fits."""
        day = next(self.days(), None)
        minute = self._value("time", _MINUTES, 0)
        if day is None:
            return None
        visits = self._value("member.visits", (0,), 0)
        since_visit = self._value("member.days_since_visit", (None,), None)
        if visits and since_visit is None and "member.days_since_visit" not in self.case.values:
            since_visit = 1
        if since_visit is not None and "member.visits" not in self.case.values:
            visits = 1
        return Scene(
            kind=self.rules[0].on,
            day=day,
            minute=minute,
            store=self._text("store"),
            channel=self._text("channel"),
            staff=self._text("staff"),
            attributes=self._attributes("event."),
            member_attributes=self._attributes(MEMBER_ATTRIBUTE),
            lines=self._lines() if self.rules[0].on == "purchase" else (),
            tier=self._tier(self.programme.tiers, TIER),
            beside={
                one.key: tier
                for one in self.programme.beside
                if (tier := self._tier(one, f"{TIER}.{one.name}"))
            },
            purchases=self._value("member.purchases", (0,), 0),
            visits=visits,
            days_since_visit=since_visit,
            days_since_enrolment=self._value("member.days_since_enrolment", (None,), None),
            balances={
                name.removeprefix("member.balance."): self._value(name, (0,), 0)
                for name in self.case.values
                if name.startswith("member.balance.")
            },
        )

    def days(self) -> Iterator[int]:
        """Days that the case allows and on which all the rules are in force, the first ones of
        their time first."""
        zone = self.programme.zone
        starts, ends = self._time()
        base = _BASE_DAY
        if starts is not None:
            base = local_day(starts, zone)
        elif ends is not None:
            base = local_day(ends, zone) - 7
        dates = self.case.values.get("date", ())
        weekdays = self.case.values.get("weekday", ())
        tried = [*range(base, base + 8), *days_meeting(self.case.values)]
        for day in [*tried, *(meeting(dates) if dates else ())]:
            if self._in_time(day) and _all_meet(dates, day) and _all_meet(weekdays, (day - 1) % 7):
                yield day

    def _in_time(self, day: int) -> bool:
        at = day_start(day, self.programme.zone) + self._value("time", _MINUTES, 0) * MINUTE
        starts, ends = self._time()
        return (starts is None or starts <= at) and (ends is None or at < ends)

    def _time(self) -> tuple[Instant | None, Instant | None]:
        """When all the rules are in force together."""
        starts = [rule.starts_at for rule in self.rules if rule.starts_at is not None]
        ends = [rule.ends_at for rule in self.rules if rule.ends_at is not None]
        return max(starts, default=None), min(ends, default=None)

    def _value(self, name: str, preferred: Sequence[Any], default: Any) -> Any:
        literals = self.case.values.get(name)
        if not literals:
            return preferred[0]
        return next(meeting(literals, preferred), default)

    def _tier(self, tiers: Tiers | None, name: str) -> str:
        rank = self._value(name, (-1,), -1)
        return tiers.tiers[rank].code if tiers is not None and rank >= 0 else ""

    def _text(self, name: str) -> str | None:
        value: str | None = self._value(name, (None,), None)
        if value is None and not _all_meet(self.case.values.get(name, ()), None):
            return _ANYTHING
        return _ANYTHING if value == _OTHER else value

    def _attributes(self, family: str) -> dict[str, Scalar]:
        attributes: dict[str, Scalar] = {}
        for name, literals in self.case.values.items():
            if not name.startswith(family):
                continue
            value = next(meeting(literals, (None,)), None)
            if isinstance(value, Fraction):
                value = int(value) if value.denominator == 1 else f"{float(value):.6f}"
            if value is not None:
                attributes[name.removeprefix(family)] = _ANYTHING if value == _OTHER else value
        return attributes

    # --- the basket -------------------------------------------------------------------------------

    def _lines(self) -> tuple[Line, ...]:
        lines: list[Line] = []
        # A comparison that counts lines may need some of which no other part of the case speaks.
        counted = [one.match for one in self.case.counts.values() if one.match is not None]
        for match in self.case.wanted or (ALWAYS,):
            line = self._line(match, len(lines) + 1)
            if line is not None:
                lines.append(line)
        for match in counted:
            if self._needs(match) and match not in self.case.wanted:
                line = self._line(match, len(lines) + 1)
                if line is not None:
                    lines.append(line)
        self._multiply(lines)
        self._fill(lines)
        return tuple(replace(line, line=str(place + 1)) for place, line in enumerate(lines))

    def _needs(self, match: Formula) -> bool:
        return any(
            not all(meets(leaf, 0) != negated for leaf, negated in self.case.values[name])
            for name, one in self.case.counts.items()
            if one.match == match
        )

    def _line(self, match: Formula, number: int) -> Line | None:
        found = next(self.search.line_cases(match, self.case.banned), None)
        if found is None:
            return None
        given: dict[str, Any] = {
            name.removeprefix(LINE): next(meeting(literals, _preferred(name, self.amount)), None)
            for name, literals in found.values.items()
        }
        line = self.plain_line(number, self.amount)
        price = given.pop("unit_price", None)
        changed: dict[str, Any] = {
            name: _ANYTHING if value == _OTHER else value
            for name, value in given.items()
            if value is not None
        }
        line = replace(line, **changed)
        if price is not None and "amount" not in changed:
            line = replace(line, amount=int(Fraction(price) * line.quantity / QUANTITY_SCALE))
        return line

    def plain_line(self, number: int, amount: int) -> Line:
        """One piece of something."""
        return Line(str(number), _ANYTHING, QUANTITY_SCALE, amount)

    def _multiply(self, lines: list[Line]) -> None:
        """As many lines, pieces or as much money as the case counts."""
        for name, value in self.case.counts.items():
            needed = next(meeting(self.case.values[name]), None)
            if needed is None or value.match is None or not self._needs(value.match):
                continue
            model = self._line(value.match, 0)
            if model is None or not lines:
                continue
            place = next(
                (at for at, line in enumerate(lines) if replace(line, line="0") == model),
                len(lines) - 1,
            )
            if value.counted == "lines":
                lines += [lines[place]] * min(_MOST_PIECES, needed - 1)
            elif value.counted == "quantity":
                lines[place] = replace(lines[place], quantity=needed)
            else:
                lines[place] = replace(lines[place], amount=needed)

    def _fill(self, lines: list[Line]) -> None:
        """Bring the whole basket to the amount, the pieces and the lines that the case asks for."""
        literals = self.case.values
        plain = self._line(ALWAYS, 0) or self.plain_line(0, self.amount)
        if "basket.lines" in literals:
            wanted = next(meeting(literals["basket.lines"], (len(lines),)), len(lines))
            lines += [plain] * min(_MOST_PIECES, max(0, wanted - len(lines)))
        if "basket.quantity" in literals and lines:
            total = sum(line.quantity for line in lines)
            wanted = next(meeting(literals["basket.quantity"], (total,)), total)
            quantity = lines[0].quantity + wanted - total
            if quantity > 0:
                lines[0] = replace(lines[0], quantity=quantity)
        if "basket.amount" in literals and lines:
            total = sum(line.amount for line in lines)
            preferred = [value for value in meeting(literals["basket.amount"]) if value >= total]
            wanted = next(meeting(literals["basket.amount"], (total, *preferred[:1])), total)
            if wanted >= total:
                lines[0] = replace(lines[0], amount=lines[0].amount + wanted - total)
            else:
                share, rest = divmod(wanted, len(lines))
                lines[:] = [
                    replace(line, amount=share + (rest if place == 0 else 0))
                    for place, line in enumerate(lines)
                ]


def _all_meet(literals: Sequence[Literal], value: Any) -> bool:
    return all(meets(leaf, value) != negated for leaf, negated in literals)


def _preferred(name: str, amount: int) -> tuple[Any, ...]:
    return {
        "line.amount": (amount,),
        "line.quantity": (QUANTITY_SCALE,),
        "line.role": ("goods",),
        "line.product": (_ANYTHING,),
    }.get(name, ())
