"""How many different members bought something, over any stretch of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from habitue.domain.activity import Bits, bits_from, bits_of, merge_places, parts_of, root_of
from habitue.selectors.figures import Cursor

_STORED: Final = """
SELECT k.step, a.members
FROM unnest(%(part_steps)s::int[], %(part_units)s::text[], %(part_days)s::date[])
    AS k(step, unit, first_day)
JOIN activity a ON a.programme_id = %(programme)s AND a.store = ANY(%(stores)s)
    AND a.unit = k.unit AND a.first_day = k.first_day
"""

# Purchases that are not in the sets yet; whoever has no place yet is named by the id.
_LATE: Final = """
SELECT DISTINCT b.member_id, b.place, width_bucket(b.day, %(begins)s::date[]) - 1 AS step
FROM (
    SELECT e.member_id, f.place, coalesce(p.store, '') AS store,
           (e.occurred_at AT TIME ZONE p.zone)::date AS day
    FROM ledger_event e
    CROSS JOIN LATERAL json_to_record(e.payload) AS p(zone text, store text)
    LEFT JOIN member_figure f
        ON f.member_id = e.member_id AND f.programme_id = e.programme_id
    WHERE e.recorded_at > %(low)s::timestamptz AND e.recorded_at <= %(high)s::timestamptz
      AND e.kind = 'purchase' AND e.programme_id = %(programme)s
) AS b
WHERE b.day BETWEEN %(first)s AND %(last)s AND (%(whole)s OR b.store = ANY(%(stores)s))
"""

_MERGED: Final = """
SELECT m.member_id, f.place, m.merged_into, r.place
FROM member m
LEFT JOIN member_figure f ON f.member_id = m.member_id AND f.programme_id = %(programme)s
LEFT JOIN member_figure r ON r.member_id = m.merged_into AND r.programme_id = %(programme)s
WHERE m.merged_into IS NOT NULL AND m.member_id = ANY(ARRAY(
    SELECT g.member_id FROM member_figure g
    WHERE g.programme_id = %(programme)s AND g.merged_into IS NOT NULL
    UNION SELECT unnest(%(members)s::uuid[])
))
"""


def count_active(
    cursor: Cursor, parameters: Mapping[str, Any], *, spans: Sequence[tuple[int, int]]
) -> list[int]:
    """Distinct members who bought something in each span of steps.

    ``parameters`` are those of an overview: its tail, ``programme``, ``stores``, and the ``begins``
    of the steps up to ``last``; a span is a half-open range of steps.  A merged member is counted
    as the one who was kept.  Three statements.
    """
    begins: list[date] = parameters["begins"]
    sets = _read_sets(cursor, parameters, begins)
    merges = cursor.execute(_MERGED, parameters).fetchall()
    late = cursor.execute(_LATE, parameters).fetchall()
    places = [row[1] for row in (*merges, *late)] + [row[3] for row in merges]
    # Behind every place that occurs here.
    following = max([bits.bit_length() for bits in sets])
    people = _People(max([following, *(place + 1 for place in places if place is not None)]))
    people.learn(merges)
    for member_id, place, step in late:
        sets[step] |= people.bit_of(member_id, place)
    merged = [merge_places(bits, people.survivors) for bits in sets]
    counts = []
    for begin, end in spans:
        union = 0
        for bits in merged[begin:end]:
            union |= bits
        counts.append(union.bit_count())
    return counts


def _read_sets(cursor: Cursor, parameters: Mapping[str, Any], begins: Sequence[date]) -> list[Bits]:
    ends = [date.fromordinal(begin.toordinal() - 1) for begin in begins[1:]]
    parts = [
        (step, unit, day)
        for step, (first, last) in enumerate(zip(begins, [*ends, parameters["last"]], strict=True))
        for unit, day in parts_of(first, last)
    ]
    sets: list[Bits] = [0] * len(begins)
    cursor.execute(
        _STORED,
        {
            **parameters,
            "part_steps": [step for step, _, _ in parts],
            "part_units": [unit for _, unit, _ in parts],
            "part_days": [day for _, _, day in parts],
        },
        binary=True,
    )
    for step, members in cursor.fetchall():
        sets[step] |= bits_from(members)
    return sets


class _People:
    """Places of members, also of those who have none yet: these get one behind all others."""

    def __init__(self, following: int) -> None:
        self.survivors: dict[int, int] = {}
        self._places: dict[UUID, int] = {}
        self._next = following

    def learn(self, rows: Iterable[tuple[UUID, int | None, UUID, int | None]]) -> None:
        """Note who was merged into whom."""
        for member_id, place, survivor_id, survivor in rows:
            own = self._place(member_id, place)
            self.survivors[own] = self._place(survivor_id, survivor)

    def bit_of(self, member_id: UUID, place: int | None) -> Bits:
        """The set of one member."""
        return bits_of([root_of(self._place(member_id, place), self.survivors)])

    def _place(self, member_id: UUID, place: int | None) -> int:
        if place is not None:
            return place
        known = self._places.get(member_id)
        if known is None:
            known = self._places[member_id] = self._next
            self._next += 1
        return known
