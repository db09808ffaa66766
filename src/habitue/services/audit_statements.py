"""The statements of the audit, each over one snapshot of the whole ledger."""

from __future__ import annotations

from typing import Final

SUMS: Final = """
SELECT member_id, programme_id, currency, replace(lot_id::text, '-', ''), sum(amount)::bigint
FROM entry GROUP BY member_id, programme_id, currency, lot_id
ORDER BY member_id, programme_id
"""

STATES: Final = """
SELECT member_id, programme_id, state::text FROM member_state ORDER BY member_id, programme_id
"""

COUNTS: Final = """
SELECT (SELECT count(*) FROM member_state WHERE state IS NOT NULL),
       (SELECT count(*) FROM ledger_event), (SELECT count(*) FROM entry)
"""

TOTALS: Final = """
SELECT programme_id, currency, kind, sum(amount)::bigint FROM entry
GROUP BY programme_id, currency, kind
"""

LOST: Final = (
    (
        "line of a lot that was never opened",
        """
        SELECT e.member_id, e.entry_id FROM entry e
        WHERE e.lot_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM lot l WHERE l.member_id = e.member_id AND l.lot_id = e.lot_id
                AND l.currency = e.currency AND l.programme_id = e.programme_id)
        LIMIT 50
        """,
    ),
    (
        "line of an event that was never recorded",
        """
        SELECT e.member_id, e.entry_id FROM entry e
        WHERE NOT EXISTS (
            SELECT FROM ledger_event v
            WHERE v.member_id = e.member_id AND v.event_id = e.recorded_by
                AND v.recorded_at = e.recorded_at AND v.programme_id = e.programme_id)
        LIMIT 50
        """,
    ),
)

BUDGETS: Final = """
SELECT b.programme_id, b.key, b.units_taken, b.times_taken,
       coalesce(sum(d.taken), 0)::bigint, coalesce(sum(d.times), 0)::bigint
FROM budget b LEFT JOIN budget_draw d ON d.programme_id = b.programme_id AND d.budget = b.key
GROUP BY b.programme_id, b.key
ORDER BY b.programme_id, b.key
"""

# What was drawn in each period of a stock that is full again with it.
PERIODS: Final = """
SELECT date_trunc(%s, recorded_at AT TIME ZONE %s)::date::text, sum(times)::bigint
FROM budget_draw WHERE programme_id = %s AND budget = %s
GROUP BY 1 HAVING sum(times) > %s ORDER BY 1
"""

# Each draw begins where the one before it ended.
CHAIN: Final = """
SELECT programme_id, budget, draw_id, units_before, expected FROM (
    SELECT programme_id, budget, draw_id, units_before,
           lag(units_before + taken, 1, 0::bigint) OVER (
               PARTITION BY programme_id, budget
               ORDER BY recorded_at, batch_id, position, draw_id) AS expected
    FROM budget_draw
) AS chained
WHERE units_before <> expected
LIMIT 50
"""

KEYS: Final = (
    (
        "event without its natural key",
        """
        SELECT v.source, v.external_id FROM ledger_event v
        WHERE NOT EXISTS (
            SELECT FROM event_key k WHERE k.source = v.source AND k.external_id = v.external_id
                AND k.event_id = v.event_id AND k.member_id = v.member_id)
        LIMIT 50
        """,
    ),
    (
        "natural key without its event",
        """
        SELECT k.source, k.external_id FROM event_key k
        WHERE k.member_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM ledger_event v
            WHERE v.member_id = k.member_id AND v.event_id = k.event_id)
        LIMIT 50
        """,
    ),
    (
        "natural key without its receipt",
        """
        SELECT k.source, k.external_id FROM event_key k
        WHERE k.member_id IS NULL
            AND NOT EXISTS (SELECT FROM receipt r WHERE r.event_id = k.event_id)
            AND NOT EXISTS (SELECT FROM receipt_return b WHERE b.event_id = k.event_id)
        LIMIT 50
        """,
    ),
)
