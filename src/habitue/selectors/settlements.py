"""What is due between a programme and its partners in a period, from the lines of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from habitue.data.bulk import micros
from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import Programme
from habitue.domain.programme.partners import Partner
from habitue.domain.settling import (
    Movement,
    Place,
    Settlement,
    is_final,
    partner_of,
    read_settled_period,
    settle,
)
from habitue.kit.instants import Instant, datetime_of, day_start
from habitue.selectors.figures import (
    Connection,
    get_permitted_programme,
    one_moment,
    version_of,
)
from habitue.selectors.programmes import Compiled

_FIRST_DAY: Final = date(1970, 1, 2).toordinal()
_MOST_LINES: Final = 100_000

# A line is about the event that it answers, else its own; a purchase that a duplicate made before
# the merge is found there, so events are found by their ids alone.  Days come as eras: between two
# of the days on which some contract begins or ends nothing depends on the day.
_PLACES: Final = """
FROM entry e
LEFT JOIN ledger_event a
  ON a.event_id = coalesce(e.against, e.event_id) AND a.programme_id = e.programme_id
LEFT JOIN lot l ON l.member_id = e.member_id AND l.lot_id = e.lot_id
LEFT JOIN ledger_event o ON o.event_id = l.event_id AND o.programme_id = e.programme_id
"""


def _place(event: str) -> str:
    day = f"(({event}.occurred_at AT TIME ZONE ({event}.payload->>'zone'))::date)"
    return (
        f"{event}.version_number, {event}.payload->>'store',"
        f" CASE WHEN {event}.event_id IS NULL THEN NULL"
        f" ELSE width_bucket({day}, %(eras)s::date[]) END"
    )


_MOVEMENTS: Final = f"""
SELECT e.currency, e.kind, sum(e.amount)::bigint, {_place("a")}, {_place("o")},
       e.recorded_at >= %(begins)s, coalesce(a.occurred_at < %(begins)s, false)
{_PLACES}
WHERE e.programme_id = %(programme)s AND e.recorded_at < %(ends)s
GROUP BY 1, 2, 4, 5, 6, 7, 8, 9, 10, 11
"""  # constants

_LINES: Final = f"""
SELECT e.currency, e.kind, e.amount, {_place("a")}, {_place("o")},
       true, coalesce(a.occurred_at < %(begins)s, false),
       e.entry_id, e.member_id, {micros("e.effective_at")}, {micros("e.recorded_at")},
       a.source, a.external_id
{_PLACES}
WHERE e.programme_id = %(programme)s AND e.recorded_at >= %(begins)s AND e.recorded_at < %(ends)s
  AND e.kind IN ('earn', 'reverse', 'redeem', 'restore')
ORDER BY e.recorded_at, e.entry_id
LIMIT {_MOST_LINES + 1}
"""  # constants


@dataclass(frozen=True, slots=True)
class SettledPeriod:
    """The settlement of a period: ``first_day`` to ``last_day`` (ordinals, both included) by the
    time of recording.  ``final``: nothing in it can change any more.  ``programme`` is the version
    by which currencies are written."""

    period: str
    first_day: int
    last_day: int
    final: bool
    programme: Programme
    partners: tuple[str, ...]
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line of the ledger behind an account, and the natural key of what it is about;
    ``given_at`` is the partner that gave the points."""

    entry_id: UUID
    member_id: UUID
    movement: Movement
    partner: str
    given_at: str
    effective_at: Instant
    recorded_at: Instant
    source: str
    external_id: str


def get_settlement(
    connection: Connection, *, actor: Actor, programme: str, period: str, now: Instant
) -> SettledPeriod:
    """What is due between a programme and each of its partners for ``2026``, ``2026-Q2`` or
    ``2026-06``, in the programme's zone.

    Two statements over one moment; reads all the lines of the programme.  Refuses
    ``NOT_PERMITTED``, then ``UNKNOWN_PROGRAMME``, then a period that is none (``INVALID_TEXT``).
    """
    asked = _asked(connection, actor=actor, programme=programme, period=period, now=now)
    with one_moment(connection) as cursor:
        found = cursor.execute(_MOVEMENTS.encode(), asked.parameters).fetchall()
    versions = asked.compiled.versions
    return SettledPeriod(
        period,
        asked.first_day,
        asked.end_day - 1,
        is_final(asked.end_day, asked.version.zone, now),
        asked.version,
        tuple(sorted({code for one in versions.values() for code in one.partners})),
        settle(versions, [asked.movement(row) for row in found]),
    )


def list_settled_lines(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    period: str,
    partner: str,
    now: Instant,
) -> list[SettledLine]:
    """The lines behind the account of one partner in a period, in the order of recording.

    One statement.  Refuses as ``get_settlement``, then a partner that no version names
    (``UNKNOWN_CHOICE``), and more lines in the period than can be listed (``TOO_MANY``).
    """
    asked = _asked(connection, actor=actor, programme=programme, period=period, now=now)
    versions = asked.compiled.versions
    known = sorted({code for one in versions.values() for code in one.partners})
    if partner not in known:
        allowed = ", ".join(known)
        raise Refusal(Code.UNKNOWN_CHOICE, "partner", value=partner[:80], allowed=allowed)
    with one_moment(connection) as cursor:
        found = cursor.execute(_LINES.encode(), asked.parameters).fetchall()
    if len(found) > _MOST_LINES:
        raise Refusal(Code.TOO_MANY, "period", value=len(found), limit=_MOST_LINES)
    lines = []
    for row in found:
        movement = asked.movement(row[:11])
        where = partner_of(versions, movement.about)
        if where == partner:
            entry, member, effective, recorded, source, external = row[11:]
            given = partner_of(versions, movement.origin)
            lines.append(
                SettledLine(
                    entry, member, movement, where, given, effective, recorded, source, external
                )
            )
    return lines


@dataclass(frozen=True, slots=True)
class _Asked:
    """A programme and a period, as the statements want them."""

    compiled: Compiled
    version: Programme
    first_day: int
    end_day: int
    eras: tuple[int, ...]
    parameters: dict[str, Any]

    def movement(self, row: tuple[Any, ...]) -> Movement:
        """A row of the first eleven columns."""
        currency, kind, units, *places, within, late = row
        return Movement(
            currency, kind, units, self._place(*places[:3]), self._place(*places[3:]), within, late
        )

    def _place(self, version: int | None, store: str | None, era: int | None) -> Place | None:
        if version is None or era is None:
            return None
        return Place(version, store, self.eras[max(era - 1, 0)])


def _asked(
    connection: Connection, *, actor: Actor, programme: str, period: str, now: Instant
) -> _Asked:
    compiled = get_permitted_programme(
        connection, actor=actor, permission=Permission.REPORTS_READ, code=programme
    )
    bounds = read_settled_period(period)
    if bounds is None:
        raise Refusal(Code.INVALID_TEXT, "period", value=period[:80])
    version = version_of(compiled, now=now)
    eras = _eras([one for some in compiled.versions.values() for one in some.partners.values()])
    begins, ends = (day_start(day, version.zone) for day in bounds)
    parameters: dict[str, Any] = {
        "programme": compiled.programme_id,
        "begins": datetime_of(begins),
        "ends": datetime_of(ends),
        "eras": [date.fromordinal(day) for day in eras],
    }
    return _Asked(compiled, version, *bounds, eras, parameters)


def _eras(partners: list[Partner]) -> tuple[int, ...]:
    """The days, in order, from which on some contract begins or is over, after the first of all."""
    edges = {_FIRST_DAY}
    for partner in partners:
        if partner.first_day is not None:
            edges.add(partner.first_day)
        if partner.last_day is not None:
            edges.add(partner.last_day + 1)
    return tuple(sorted(edges))
