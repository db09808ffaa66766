"""What the ledger adds to the figures: deltas of a stretch of recording, as sets of rows.

The same texts serve both sides: settling writes the deltas of a closed stretch, reading adds those
of the open one.  A stretch is (``low``, ``high``], by ``recorded_at``.
"""

from __future__ import annotations

from typing import Final

from habitue.data.bulk import micros

# The sums over all stores have a name that no store can have: codes hold no control characters.
ALL_STORES: Final = "\x1f"
NO_STORE: Final = ""

# What is sold; tips, deposits and gift cards are not.
_SOLD: Final = "('goods', 'delivery')"

_STRETCH: Final = (
    "{0}.recorded_at > %(low)s::timestamptz AND {0}.recorded_at <= %(high)s::timestamptz"
)

EVENT_DELTAS: Final = f"""
SELECT f.programme_id, CASE WHEN grouping(f.store) = 1 THEN E'\\x1f' ELSE f.store END AS store,
       v.measure, '' AS currency, f.day, sum(v.value)::bigint AS value
FROM (
    SELECT e.programme_id, e.kind, coalesce(p.store, '') AS store,
           (e.occurred_at AT TIME ZONE p.zone)::date AS day,
           greatest(s.amount - s.off, 0) AS sales, s.discount + s.off AS discounts
    FROM ledger_event e
    CROSS JOIN LATERAL json_to_record(e.payload) AS p(zone text, store text, body json)
    LEFT JOIN LATERAL (
        SELECT coalesce(b.order_discount, 0) AS off, coalesce(sum(l.discount), 0) AS discount,
               coalesce(sum(l.amount) FILTER (WHERE coalesce(l.role, 'goods') IN {_SOLD}), 0)
                   AS amount
        FROM json_to_record(p.body) AS b(order_discount bigint, lines json)
        LEFT JOIN LATERAL json_to_recordset(b.lines)
            AS l(amount bigint, discount bigint, role text) ON true
        GROUP BY b.order_discount
    ) AS s ON e.kind = 'purchase'
    WHERE {_STRETCH.format("e")}
      AND e.kind IN ('purchase', 'return', 'visit', 'enrolment')
) AS f
CROSS JOIN LATERAL (VALUES
    ('purchases', (f.kind = 'purchase')::int), ('sales', f.sales), ('discounts', f.discounts),
    ('returns', (f.kind = 'return')::int), ('visits', (f.kind = 'visit')::int),
    ('enrolments', (f.kind = 'enrolment')::int)
) AS v(measure, value)
WHERE v.value <> 0
GROUP BY GROUPING SETS
    ((f.programme_id, v.measure, f.day, f.store), (f.programme_id, v.measure, f.day))
"""  # noqa: S608  # constants
"""Purchases, sales, discounts, returns, visits and enrolments by local day and store."""

ENTRY_DELTAS: Final = f"""
SELECT f.programme_id, CASE WHEN grouping(f.store) = 1 THEN E'\\x1f' ELSE f.store END AS store,
       CASE WHEN grouping(f.kind) = 1 THEN 'change' ELSE f.kind END AS measure, f.currency, f.day,
       sum(f.amount)::bigint AS value
FROM (
    SELECT n.programme_id, n.currency, n.kind, n.amount, coalesce(p.store, '') AS store,
           (n.effective_at AT TIME ZONE coalesce(p.zone, z.zone, 'UTC'))::date AS day
    FROM entry n
    LEFT JOIN ledger_event e ON e.member_id = n.member_id AND e.event_id = n.event_id
    LEFT JOIN LATERAL json_to_record(e.payload) AS p(zone text, store text) ON true
    LEFT JOIN unnest(%(version_programmes)s::uuid[], %(version_numbers)s::int[],
                     %(version_zones)s::text[]) AS z(programme_id, number, zone)
        ON z.programme_id = n.programme_id AND z.number = n.version_number
    WHERE {_STRETCH.format("n")}
) AS f
GROUP BY GROUPING SETS (
    (f.programme_id, f.currency, f.day, f.store, f.kind),
    (f.programme_id, f.currency, f.day, f.kind),
    (f.programme_id, f.currency, f.day, f.store),
    (f.programme_id, f.currency, f.day)
)
HAVING sum(f.amount) <> 0
"""  # noqa: S608  # constants
"""Lines of the ledger by kind, and under ``change`` all together, by local day and store.

The day and the store are those of the event that a line is about; lines that only time made have
no store, and their day is that of their programme's zone.
"""

BUYERS: Final = f"""
SELECT f.programme_id, CASE WHEN grouping(f.store) = 1 THEN E'\\x1f' ELSE f.store END AS store,
       f.day, array_agg(DISTINCT f.place) AS places
FROM (
    SELECT m.programme_id, m.place, coalesce(p.store, '') AS store,
           (e.occurred_at AT TIME ZONE p.zone)::date AS day
    FROM ledger_event e
    CROSS JOIN LATERAL json_to_record(e.payload) AS p(zone text, store text)
    JOIN member_figure m ON m.member_id = e.member_id AND m.programme_id = e.programme_id
    WHERE {_STRETCH.format("e")} AND e.kind = 'purchase'
) AS f
GROUP BY GROUPING SETS ((f.programme_id, f.day, f.store), (f.programme_id, f.day))
ORDER BY f.day
"""  # noqa: S608  # constants
"""Who bought something, by local day and store, as places of ``member_figure``."""

TOUCHED: Final = f"""
WITH touched AS (
    SELECT e.member_id FROM ledger_event e WHERE {_STRETCH.format("e")}
    UNION
    SELECT c.member_id FROM member_change c
)
SELECT t.member_id FROM touched t
UNION
SELECT m.merged_into FROM touched t JOIN member m USING (member_id)
WHERE m.merged_into IS NOT NULL
UNION
SELECT f.merged_into FROM touched t JOIN member_figure f USING (member_id)
WHERE f.merged_into IS NOT NULL
"""  # noqa: S608  # constants
"""Members of whom something was recorded, or whose own row was changed, and those into whom they
are merged, or were when they were settled."""

# A member shows in the programmes in which they take part; who takes part in none yet, in all.
PROJECTED: Final = f"""
SELECT m.member_id, p.programme_id, m.number,
       coalesce(nullif(m.display_name, ''), btrim(m.given_name || ' ' || m.family_name)) AS name,
       m.folded_name, m.status, m.merged_into, coalesce(m.store, '') AS store,
       {micros("m.joined_at")} AS joined_at, (m.joined_at AT TIME ZONE p.zone)::date AS joined_day,
       (extract(month FROM m.birth_date) * 100 + extract(day FROM m.birth_date))::smallint
           AS birthday,
       coalesce(s.tier, '') AS tier, coalesce(r.rank, 0)::smallint AS tier_rank,
       greatest(coalesce(f.own_purchase_at, 0), coalesce(own.at, 0)) AS own_purchase_at,
       greatest(coalesce(f.own_purchase_at, 0), coalesce(own.at, 0)) AS latest_purchase_at,
       coalesce(x.purchases, 0) AS purchases, coalesce(x.visits, 0) AS visits,
       coalesce(x.spent, 0) AS spend,
       coalesce((held.balances ->> p.main)::bigint, 0) AS balance,
       coalesce(held.balances, '{{}}'::jsonb) AS balances,
       CASE WHEN p.several THEN ARRAY(
           SELECT b.value ->> 0 FROM json_each(s.state -> 'beside') AS b
           WHERE b.value ->> 0 <> '' ORDER BY 1
       ) ELSE '{{}}'::text[] END AS tiers_beside, f.place
FROM member m
JOIN unnest(%(programmes)s::uuid[], %(zones)s::text[], %(mains)s::text[], %(several)s::boolean[])
    AS p(programme_id, zone, main, several) ON true
LEFT JOIN member_state s ON s.member_id = m.member_id AND s.programme_id = p.programme_id
LEFT JOIN LATERAL (
    SELECT true AS anywhere FROM member_state o WHERE o.member_id = m.member_id LIMIT 1
) AS part ON true
LEFT JOIN member_figure f ON f.member_id = m.member_id AND f.programme_id = p.programme_id
LEFT JOIN unnest(%(tier_programmes)s::uuid[], %(tiers)s::text[], %(tier_ranks)s::int[])
    AS r(programme_id, tier, rank) ON r.programme_id = p.programme_id AND r.tier = s.tier
LEFT JOIN LATERAL json_to_record(s.state)
    AS x(purchases bigint, visits bigint, spent bigint, lots json, debts json) ON true
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(u.currency, u.units) AS balances FROM (
        SELECT h.currency, sum(h.units)::bigint AS units FROM (
            SELECT l.lot ->> 1 AS currency, (l.lot ->> 2)::bigint AS units
            FROM json_array_elements(x.lots) AS l(lot)
            UNION ALL
            SELECT d.key, -d.value::bigint FROM json_each_text(x.debts) AS d
        ) AS h GROUP BY h.currency
    ) AS u
) AS held ON true
LEFT JOIN (
    SELECT e.member_id, e.programme_id, max({micros("e.occurred_at")}) AS at FROM ledger_event e
    WHERE e.member_id = ANY(%(members)s::uuid[]) AND e.kind = 'purchase'
      AND {_STRETCH.format("e")}
    GROUP BY e.member_id, e.programme_id
) AS own ON own.member_id = m.member_id AND own.programme_id = p.programme_id
WHERE m.member_id = ANY(%(members)s::uuid[])
  AND (s.member_id IS NOT NULL OR part.anywhere IS NULL)
"""  # noqa: S608  # constants
"""The rows of some members as they are by now; ``place`` is null where there is no row yet."""

ROW_COLUMNS: Final = (
    "number, name, folded_name, status, merged_into, store, joined_at, joined_day, birthday, tier,"
    " tier_rank, own_purchase_at, latest_purchase_at, purchases, visits, spend, balance, balances,"
    " tiers_beside"
)
"""What a row of ``member_figure`` has beside its key and its place."""
