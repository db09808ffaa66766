"""The overview: what a programme's business was over a period, and over the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from habitue.data.insights.figures import ALL_STORES, ENTRY_DELTAS, EVENT_DELTAS, PROJECTED
from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.overview import (
    LONGEST_DAYS,
    Figures,
    Overview,
    PointsFigures,
    Step,
    Stretch,
    steps_of,
    unit_for,
)
from habitue.kit.instants import Instant
from habitue.selectors.activity import count_active
from habitue.selectors.figures import (
    Connection,
    Cursor,
    Tail,
    get_permitted_programme,
    one_moment,
    read_tail,
)
from habitue.selectors.programmes import Compiled
from habitue.selectors.returned_sales import list_returned_sales

# The sums: those of days that are shown, and for what accumulates, of all days before them.
_SUMS: Final = f"""
SELECT width_bucket(d.day, %(begins)s::date[]) AS step, d.measure, d.currency,
       sum(d.value)::bigint
FROM (
    SELECT measure, currency, day, value FROM daily_figure
    WHERE programme_id = %(programme)s AND store = ANY(%(stores)s)
      AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT measure, currency, day, value FROM daily_figure
    WHERE programme_id = %(programme)s AND store = ANY(%(stores)s)
      AND measure = ANY('{{change,joined}}') AND day < %(first)s
    UNION ALL
    SELECT measure, currency, day, value FROM ({EVENT_DELTAS}) AS e
    WHERE programme_id = %(programme)s AND store = ANY(%(stores)s) AND day <= %(last)s
    UNION ALL
    SELECT measure, currency, day, value FROM ({ENTRY_DELTAS}) AS n
    WHERE programme_id = %(programme)s AND store = ANY(%(stores)s) AND day <= %(last)s
) AS d
GROUP BY 1, 2, 3
"""  # noqa: S608  # constants

# Members whose rows are not yet as they should be: what they are counted as, and what they are.
_JOINED: Final = f"""
WITH fresh AS MATERIALIZED ({PROJECTED})
SELECT width_bucket(j.joined_day, %(begins)s::date[]) AS step, sum(j.number)::bigint
FROM (
    SELECT joined_day, store, 1 AS number FROM fresh WHERE status = 'active'
    UNION ALL
    SELECT joined_day, store, -1 FROM member_figure
    WHERE member_id = ANY(%(members)s::uuid[]) AND programme_id = %(programme)s
      AND status = 'active'
) AS j
WHERE (%(whole)s OR j.store = ANY(%(stores)s)) AND j.joined_day <= %(last)s
GROUP BY 1
"""  # noqa: S608  # constants


def get_overview(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    until_day: date,
    days: int,
    now: Instant,
    store: str | None = None,
) -> Overview:
    """The figures of ``days`` days up to and with ``until_day``, and of as many before them.

    Days are local days of where things happened.  Without ``store`` all stores are summed, or,
    where the actor is bound to some, those.  Exact up to the latest purchase.  Refuses
    ``NOT_PERMITTED`` (the report, the programme, the store), ``UNKNOWN_PROGRAMME``, and as
    ``days`` ``NOT_POSITIVE`` and ``TOO_LARGE``.
    """
    _check_days(days, until_day)
    if store is not None and not actor.works_in(store):
        raise Refusal(Code.NOT_PERMITTED, "store", scope=Permission.REPORTS_READ.value)
    chosen = (store,) if store is not None else tuple(sorted(actor.stores))
    frame = _Frame.of(until_day, days)
    with one_moment(connection) as cursor:
        compiled = get_permitted_programme(
            connection, actor=actor, permission=Permission.REPORTS_READ, code=programme
        )
        tail = read_tail(cursor, [compiled], now=now)
        parameters = tail.parameters | {
            "programme": compiled.programme_id,
            "stores": list(chosen) or [ALL_STORES],
            "whole": not chosen,
            "begins": frame.begins,
            "first": frame.first,
            "last": until_day,
        }
        books = _Books(frame, whole=not chosen)
        books.add(cursor.execute(_SUMS, parameters).fetchall())
        _add_joined(cursor, books, tail, parameters)
        _add_returned(cursor, books, tail, compiled, chosen)
        books.active = count_active(cursor, parameters, spans=frame.spans)
    return _overview(compiled, books, chosen, tail)


def _check_days(days: int, until_day: date) -> None:
    if days < 1:
        raise Refusal(Code.NOT_POSITIVE, "days", value=days)
    # The calendar has no days before the year 1.
    limit = min(LONGEST_DAYS, until_day.toordinal() // 2)
    if days > limit:
        raise Refusal(Code.TOO_LARGE, "days", value=days, limit=limit)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Both periods cut into steps; step 0 is what lies before both."""

    middle: int
    steps: Sequence[tuple[date, date]]
    days: int

    @classmethod
    def of(cls, until_day: date, days: int) -> _Frame:
        unit = unit_for(days)
        begin = until_day - timedelta(days=days - 1)
        before = steps_of(begin - timedelta(days=days), begin - timedelta(days=1), unit)
        return cls(len(before), [*before, *steps_of(begin, until_day, unit)], days)

    @property
    def begins(self) -> list[date]:
        """The first days of all steps."""
        return [first for first, _ in self.steps]

    @property
    def first(self) -> date:
        """The first day of the period before."""
        return self.steps[0][0]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Of which steps members are counted: each by itself, then each period."""
        count = len(self.steps)
        single = [(step, step + 1) for step in range(count)]
        return [*single, (0, self.middle), (self.middle, count)]


@dataclass(slots=True)
class _Books:
    """The sums by step (1 is the first one that is shown), measure and currency."""

    frame: _Frame
    whole: bool
    sums: dict[tuple[int, str, str], int] = field(default_factory=dict)
    active: Sequence[int] = ()

    def add(self, rows: Iterable[tuple[int, str, str, int]]) -> None:
        """Add sums."""
        for step, measure, currency, value in rows:
            key = (step, measure, currency)
            self.sums[key] = self.sums.get(key, 0) + value

    def figures(self, begin: int, end: int, active: int, currencies: Iterable[str]) -> Figures:
        """The figures of steps ``begin`` to ``end`` (left out), counted from 0."""
        return Figures(
            members=self._up_to(end, "joined"),
            new_members=self._sum(begin, end, "joined"),
            active_members=active,
            purchases=self._sum(begin, end, "purchases"),
            sales=self._sum(begin, end, "sales"),
            discounts=self._sum(begin, end, "discounts"),
            returns=self._sum(begin, end, "returns"),
            returned=self._sum(begin, end, "returned"),
            visits=self._sum(begin, end, "visits"),
            enrolments=self._sum(begin, end, "enrolments"),
            points={code: self._points(begin, end, code) for code in currencies},
        )

    def _points(self, begin: int, end: int, code: str) -> PointsFigures:
        def total(*kinds: str) -> int:
            return sum(self._sum(begin, end, kind, code) for kind in kinds)

        return PointsFigures(
            issued=total("earn"),
            redeemed=-total("redeem", "restore"),
            expired=-total("expire"),
            reversed=-total("reverse"),
            adjusted=total("adjust"),
            transferred=total("transfer_in", "transfer_out"),
            written_off=-total("write_off"),
            outstanding=self._up_to(end, "change", code) if self.whole else None,
        )

    def _sum(self, begin: int, end: int, measure: str, currency: str = "") -> int:
        steps = range(begin + 1, end + 1)
        return sum(self.sums.get((step, measure, currency), 0) for step in steps)

    def _up_to(self, end: int, measure: str, currency: str = "") -> int:
        return self._sum(-1, end, measure, currency)


def _add_joined(
    cursor: Cursor, books: _Books, tail: Tail, parameters: Mapping[str, object]
) -> None:
    if tail.members:
        rows = cursor.execute(_JOINED, parameters).fetchall()
        books.add((step, "joined", "", number) for step, number in rows)


def _add_returned(
    cursor: Cursor, books: _Books, tail: Tail, compiled: Compiled, chosen: Sequence[str]
) -> None:
    begins, last = books.frame.begins, books.frame.steps[-1][1]
    for one in list_returned_sales(
        cursor, low=tail.parameters["low"], high=tail.parameters["high"]
    ):
        ours = one.programme_id.hex == compiled.programme_id
        if ours and one.day <= last and (not chosen or one.store in chosen):
            step = sum(begin <= one.day for begin in begins)
            books.add([(step, "returned", "", one.amount)])


def _overview(compiled: Compiled, books: _Books, chosen: tuple[str, ...], tail: Tail) -> Overview:
    version = compiled.versions[compiled.latest_number]
    decimals = compiled.conventions.points
    used = {currency for _, _, currency in books.sums if currency}
    currencies = [*version.points, *sorted(used - set(version.points))]
    frame, count = books.frame, len(books.frame.steps)

    def stretch(begin: int, end: int, active: int) -> Stretch:
        steps = [
            Step(
                *frame.steps[place],
                books.figures(place, place + 1, books.active[place], currencies),
            )
            for place in range(begin, end)
        ]
        return Stretch(
            steps[0].first_day,
            steps[-1].last_day,
            books.figures(begin, end, active, currencies),
            tuple(steps),
        )

    return Overview(
        programme=compiled.code,
        currency=version.currency,
        stores=chosen,
        unit=unit_for(frame.days),
        decimals={code: decimals.get(code, 0) for code in currencies},
        current=stretch(frame.middle, count, books.active[count + 1]),
        before=stretch(0, frame.middle, books.active[count]),
        settled_until=tail.settled_until,
    )
