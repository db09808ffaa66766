"""Keeping the figures beside the ledger (docs/adr/0009): settled from time to time, or rebuilt.

Pages count from figures and add what was recorded since; so no answer depends on when this ran,
only how long the answer takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.data.insights.figures import ALL_STORES, TOUCHED
from habitue.data.insights.settling import (
    add_deltas,
    add_sums,
    inherit,
    read_frontier,
    renew_members,
    take_turn,
    unite_buyers,
)
from habitue.kit.instants import SECOND, Instant, datetime_of, instant_of
from habitue.selectors.figures import ALWAYS, get_settled_until, programme_parameters
from habitue.selectors.programmes import Compiled, get_compiled, list_programmes
from habitue.selectors.returned_sales import list_returned_sales

Connection: TypeAlias = psycopg.Connection[Any]
Cursor: TypeAlias = psycopg.Cursor[Any]

# By how much the clocks of this house's machines may differ.
CLOCKS_DIFFER: Final[Instant] = 2 * SECOND
_MEMBERS_AT_ONCE: Final = 5_000
# The index by time covers what was recorded lately only once it was told to.
_SUMMARISE_FROM: Final = 10_000

_TABLES: Final = (
    "figure_watermark",
    "programme_figure",
    "daily_figure",
    "activity",
    "member_figure",
    "member_change",
)


@dataclass(frozen=True, slots=True)
class Settled:
    """How far figures are settled, and how many members' rows were made anew for it."""

    settled_until: Instant
    members: int


def settle_figures(connection: Connection, *, now: Instant) -> Settled | None:
    """Add what was recorded since the latest time to the figures; ``None`` where somebody else is
    at it, which is as good.

    One transaction.  Takes the one turn that there is without waiting, and locks nothing that
    recording needs.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if not take_turn(cursor):
            return None
        return _Settling(connection, cursor, now).run()


def rebuild_figures(connection: Connection, *, now: Instant) -> Settled | None:
    """Throw all figures away and make them from the ledger; ``None`` as in ``settle_figures``.

    One transaction: until its end pages read the old figures.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if not take_turn(cursor):
            return None
        for table in _TABLES:
            # Not TRUNCATE: readers would have to wait until the end.
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # a constant
        return _Settling(connection, cursor, now).run()


class _Settling:
    """One settlement, from the watermark to the frontier."""

    def __init__(self, connection: Connection, cursor: Cursor, now: Instant) -> None:
        self._connection = connection
        self._cursor = cursor
        self._now = now
        self._programmes = _read_programmes(connection)
        self._low: datetime | str = ALWAYS
        self._high = datetime_of(now)

    def run(self) -> Settled:
        """Everything between the beginning of the transaction and its commit."""
        cursor = self._cursor
        # It may be the first time, and take longer than any request may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        known = get_settled_until(self._connection)
        frontier = read_frontier(cursor, now=self._high, margin=CLOCKS_DIFFER)
        if known is not None:
            self._low = datetime_of(known)
            frontier = max(frontier, self._low)
        self._high = frontier
        parameters = programme_parameters(self._programmes, now=self._now)
        parameters |= {"low": self._low, "high": self._high}
        add_deltas(cursor, parameters)
        self._add_returned()
        renewed, known_rows = 0, 0
        for members in self._touched(parameters):
            renew_members(cursor, parameters, members)
            renewed += len(members)
            if renewed >= _MEMBERS_AT_ONCE and renewed > 2 * known_rows:
                # A table that was empty when this began is not empty any more.
                cursor.execute("ANALYZE member_figure")
                known_rows = renewed
        if renewed:
            inherit(cursor)
        self._unite_buyers(parameters)
        self._note(known, renewed)
        return Settled(instant_of(frontier), renewed)

    def _add_returned(self) -> None:
        sums: dict[tuple[str, str, str, str, date], int] = {}
        for one in list_returned_sales(self._cursor, low=self._low, high=self._high):
            for store in (one.store, ALL_STORES):
                key = (one.programme_id.hex, store, "returned", "", one.day)
                sums[key] = sums.get(key, 0) + one.amount
        add_sums(self._cursor, {key: amount for key, amount in sums.items() if amount})

    def _touched(self, parameters: dict[str, Any]) -> Iterator[list[UUID]]:
        """The members whose rows may no longer be right, some at a time, each once."""
        cursor = self._cursor
        if self._low == ALWAYS or self._versions_changed():
            cursor.execute("DELETE FROM member_change")
            yield from self._everybody()
            return
        members = {row[0] for row in cursor.execute(TOUCHED, parameters).fetchall()}
        # Only what was seen: a change that is committed meanwhile is for the next time.
        cursor.execute("DELETE FROM member_change WHERE member_id = ANY(%s)", [list(members)])
        ordered = sorted(members)
        for place in range(0, len(ordered), _MEMBERS_AT_ONCE):
            yield ordered[place : place + _MEMBERS_AT_ONCE]

    def _everybody(self) -> Iterator[list[UUID]]:
        after = UUID(int=0)
        while True:
            rows = self._cursor.execute(
                "SELECT member_id FROM member WHERE member_id > %s ORDER BY member_id LIMIT %s",
                [after, _MEMBERS_AT_ONCE],
            ).fetchall()
            if not rows:
                return
            yield [row[0] for row in rows]
            after = rows[-1][0]

    def _versions_changed(self) -> bool:
        """Whether another version is in force: tiers, zones and currencies may be others."""
        rows = self._cursor.execute(
            "SELECT programme_id, latest_number FROM programme_figure"
        ).fetchall()
        return {programme_id.hex: number for programme_id, number in rows} != self._numbers()

    def _numbers(self) -> dict[str, int]:
        return {
            compiled.programme_id: compiled.number_at(self._now) or 0
            for compiled in self._programmes
        }

    def _unite_buyers(self, parameters: dict[str, Any]) -> None:
        with self._connection.cursor("buyers", row_factory=tuple_row) as reading:
            unite_buyers(reading, self._cursor, parameters)

    def _note(self, known: Instant | None, renewed: int) -> None:
        cursor = self._cursor
        cursor.execute(
            "INSERT INTO figure_watermark (watermark_id, settled_until) VALUES (1, %s)"
            " ON CONFLICT (watermark_id) DO UPDATE SET settled_until = EXCLUDED.settled_until",
            [self._high],
        )
        numbers = self._numbers()
        cursor.execute(
            "INSERT INTO programme_figure (programme_id, latest_number)"
            " SELECT * FROM unnest(%s::uuid[], %s::int[]) ON CONFLICT (programme_id)"
            " DO UPDATE SET latest_number = EXCLUDED.latest_number"
            " WHERE programme_figure.latest_number <> EXCLUDED.latest_number",
            [list(numbers), list(numbers.values())],
        )
        if known is None or renewed >= _SUMMARISE_FROM:
            for index in ("ledger_event_recorded", "entry_recorded"):
                cursor.execute("SELECT brin_summarize_new_values(%s::regclass)", [index])


def _read_programmes(connection: Connection) -> Sequence[Compiled]:
    codes = [record.code for record in list_programmes(connection)]
    found = get_compiled(connection, codes=codes)
    return [found[code] for code in sorted(found) if found[code].versions]
