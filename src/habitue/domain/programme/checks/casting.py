"""Makes a scene from a case: values for the event, its lines and the member (see ``stories``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from habitue.domain.engine.types import Lot, MemberState, TierStanding
from habitue.domain.events import QUANTITY_SCALE, Line, Scalar
from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.checks.formulas import ALWAYS, Formula
from habitue.domain.programme.checks.search import Case, Search, days_meeting, meeting
from habitue.kit.instants import DAY, FAR_FUTURE, MINUTE, Instant, day_start, local_day
from habitue.kit.money import currency_exponent

# A Monday.
_ORDINARY_DAY = date(2027, 1, 4).toordinal()
_NOON = 720
_MOST_LINES = 40
_SOME_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Scene:
    """One event and the member just before it."""

    at: Instant
    state: MemberState
    lines: tuple[Line, ...] = ()
    store: str | None = None
    channel: str | None = None
    staff: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Picked:
    """Values that meet a case, one for each of its fields."""

    case: Case

    def value(self, name: str, *ordinary: Any) -> Any:
        """A value for a field, an ordinary one where that will do."""
        literals = self.case.values.get(name)
        if literals is None:
            return ordinary[0] if ordinary else None
        return next(meeting(literals, ordinary), ordinary[0] if ordinary else None)


def cast(subject: Subject, case: Case, *, at: Instant | None = None) -> Scene | None:
    """A scene for a case, not before ``at``; ``None`` where no line can be made."""
    picked = _Picked(case)
    lines = _Lines(subject, case).made()
    if lines is None:
        return None
    zone = subject.programme.zone
    day = _day(case, None if at is None else local_day(at, zone) + 1)
    minute = picked.value("time", _NOON)
    attributes = {
        name.removeprefix("event."): _scalar(picked.value(name))
        for name in case.values
        if name.startswith("event.")
    }
    return Scene(
        at=day_start(day, zone) + minute * MINUTE,
        state=_member(subject, picked, day),
        lines=lines,
        store=picked.value("store", None),
        channel=picked.value("channel", None),
        staff=picked.value("staff", None),
        attributes={name: value for name, value in attributes.items() if value is not None},
    )


def _scalar(value: Any) -> Scalar | None:
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return int(value)
        return str(float(value))
    plain: Scalar | None = value
    return plain


def _day(case: Case, first: int | None) -> int:
    if "date" in case.values:
        days = list(days_meeting(case.values))
        later = [day for day in days if first is None or day >= first]
        return (later or days or [_ORDINARY_DAY])[0]
    start = _ORDINARY_DAY if first is None else first
    weekday = _Picked(case).value("weekday", *((start + step - 1) % 7 for step in range(7)))
    return start + (weekday - (start - 1)) % 7


def _member(subject: Subject, picked: _Picked, day: int) -> MemberState:
    zone = subject.programme.zone
    tiers = subject.vocabulary.tiers
    rank = picked.value("member.tier", -1)
    tier = tiers[rank] if 0 <= rank < len(tiers) else ""
    since = picked.value("member.days_since_enrolment", None)
    away = picked.value("member.days_since_visit", None)
    state = MemberState(
        standing=replace(TierStanding(), tier=tier, highest=tier, valid_until=FAR_FUTURE),
        purchases=picked.value("member.purchases", 0),
        visits=picked.value("member.visits", 0),
        latest_visit_day=0 if away is None else day - away,
        enrolled_at=None if since is None else day_start(day - since, zone),
    )
    for code in subject.programme.points:
        units = picked.value(f"member.balance.{code}", 0)
        if units < 0:
            state.debts[code] = -units
        elif units:
            opened = day_start(day, zone) - DAY
            state.lots.append(
                Lot(
                    lot_id=code.encode().hex()[:32].ljust(32, "0"),
                    currency=code,
                    remaining=units,
                    opened_at=opened,
                    activates_at=opened,
                    expires_at=None,
                )
            )
    return state


@dataclass(slots=True)
class _Lines:
    """Lines that meet what a case says of them."""

    subject: Subject
    case: Case

    def made(self) -> tuple[Line, ...] | None:
        """The lines; ``None`` where one cannot be made."""
        made: list[Line] = []
        for match in self.case.wanted or (ALWAYS,):
            line = self._line(match)
            if line is None:
                return None
            made.append(line)
        for name, counted in self.case.counts.items():
            wanted = _Picked(self.case).value(name, 0)
            match = counted.match if counted.match is not None else ALWAYS
            self._count(made, match, counted.counted, wanted)
        self._whole(made)
        return tuple(
            replace(line, line=str(place)) for place, line in enumerate(made[:_MOST_LINES], 1)
        )

    def _line(self, match: Formula) -> Line | None:
        case = next(Search().line_cases(match, self.case.banned), None)
        if case is None:
            return None
        picked = _Picked(case)
        amount = _SOME_NUMBER * 10 ** currency_exponent(self.subject.programme.currency)
        quantity = picked.value("line.quantity", QUANTITY_SCALE)
        price = picked.value("line.unit_price", None)
        if price is not None:
            amount = int(price * quantity / QUANTITY_SCALE)
        return Line(
            "1",
            picked.value("line.product", "example"),
            quantity,
            picked.value("line.amount", amount),
            role=picked.value("line.role", "goods"),
            category=picked.value("line.category", None),
            brand=picked.value("line.brand", None),
        )

    def _count(self, made: list[Line], match: Formula, counted: str, wanted: int) -> None:
        """More lines that match, or one whose figures are what is wanted."""
        line = self._line(match)
        if line is None or not wanted:
            return
        if counted == "lines":
            made += [line] * min(wanted - 1, _MOST_LINES)
        else:
            figures: dict[str, Any] = {counted: wanted}
            made[:] = [replace(line, **figures)]

    def _whole(self, made: list[Line]) -> None:
        """Let the whole come to what the case says of the basket."""
        picked = _Picked(self.case)
        lines = picked.value("basket.lines", len(made))
        plain = self._line(ALWAYS)
        while plain is not None and len(made) < min(lines, _MOST_LINES):
            made.append(plain)
        _stretch(made, "quantity", picked)
        _stretch(made, "amount", picked)


def _stretch(made: list[Line], figure: str, picked: _Picked) -> None:
    """Let one line make up for what the others lack or have too much of."""
    total = sum(getattr(line, figure) for line in made)
    wanted = picked.value(f"basket.{figure}", total)
    if wanted == total or not made:
        return
    rest: Sequence[Line] = made[:-1]
    left = wanted - sum(getattr(line, figure) for line in rest)
    changed: dict[str, Any] = {figure: max(0, left)}
    made[-1] = replace(made[-1], **changed)
