"""The statement behind a search while typing: which index ranges it reads, and how far.

Every branch reads one index in its own order and stops at the limit, so that no search sorts more
than a few dozen rows, whatever was typed.  A branch that must look at the other words of a name
reads at most ``KEYS_READ`` keys; among a million members, a search for names reaches its limit or
the end of its range before that.  One that must look at the member of an address or a card reads
at most ``CODES_READ`` of them.
"""

from __future__ import annotations

from typing import Final

from psycopg import sql

from habitue.domain.identity.search import CodeRange, KeyRange, SearchPlan

KEYS_READ: Final = 20_000
CODES_READ: Final = 200
# Shop systems that a bare customer's id is looked for in.
SOURCES_READ: Final = 16

# The rank of what was matched: the lower one is shown first.
_NAME_RANK: Final = 10
_CODE_RANKS: Final[dict[str, int]] = {"email": 20, "phone": 21, "card": 22}

# A hit has: member_id, rank, place (the order within the rank), matched, trust.
_EXACT: Final = sql.SQL(
    "(SELECT i.member_id, 0, i.kind, i.kind, i.trust"
    " FROM unnest(%s::text[], %s::text[]) AS w(kind, value)"
    " JOIN identifier i ON i.kind = w.kind AND i.value = w.value AND i.revoked_at IS NULL)"
)
_ONE_WORD: Final = sql.SQL(
    "(SELECT member_id, {rank}, substr(key, 2), 'name', NULL::smallint FROM member_search"
    " WHERE key >= %s AND key < %s ORDER BY key, member_id LIMIT {limit})"
)
# Its place leaves out the slot and the letter, so that both orders of two words sort together.
_WORDS: Final = sql.SQL(
    "(SELECT member_id, {rank}, substr(key, 3), {matched}, NULL::smallint FROM ("
    "SELECT key, member_id FROM member_search WHERE key >= %s AND key < %s"
    " ORDER BY key, member_id LIMIT {read}) AS keys WHERE {also} LIMIT {limit})"
)
_CODES: Final = sql.SQL(
    "(SELECT member_id, {rank}, value, kind, NULL::smallint FROM identifier"
    " WHERE kind = {kind} AND value >= %s AND value < %s AND revoked_at IS NULL"
    " ORDER BY value LIMIT {limit})"
)
_CODES_OF_NAMED: Final = sql.SQL(
    "(SELECT i.member_id, {rank}, i.value, i.kind, NULL::smallint FROM ("
    "SELECT member_id, value, kind FROM identifier WHERE kind = {kind} AND value >= %s"
    " AND value < %s AND revoked_at IS NULL ORDER BY value LIMIT {read}) AS i"
    " CROSS JOIN LATERAL (SELECT m.member_id FROM member m WHERE m.member_id = i.member_id"
    " AND {also} OFFSET 0) AS named LIMIT {limit})"
)
# The sources are read by leaping from one to the next: a value of one begins with "source:", and
# a semicolon is what follows a colon.
_EXTERNAL: Final = sql.SQL(
    "(WITH RECURSIVE source(name) AS ((SELECT split_part(value, ':', 1) FROM identifier"
    " WHERE kind = 'external' AND revoked_at IS NULL ORDER BY value LIMIT 1)"
    " UNION ALL SELECT (SELECT split_part(i.value, ':', 1) FROM identifier i"
    " WHERE i.kind = 'external' AND i.revoked_at IS NULL AND i.value > s.name || ';'"
    " ORDER BY i.value LIMIT 1) FROM source s WHERE s.name IS NOT NULL)"
    " SELECT f.member_id, CASE WHEN f.value = f.low THEN 1 ELSE 23 END, f.value, 'external',"
    " CASE WHEN f.value = f.low THEN f.trust END"
    " FROM (SELECT name FROM source WHERE name IS NOT NULL LIMIT {sources}) AS s"
    " CROSS JOIN LATERAL (SELECT i.member_id, i.value, i.trust, s.name || ':' || %s AS low"
    " FROM identifier i WHERE i.kind = 'external' AND i.revoked_at IS NULL"
    " AND i.value >= s.name || ':' || %s AND i.value < s.name || ':' || %s || U&'\\+10FFFF'"
    " ORDER BY i.value LIMIT {limit}) AS f)"
)
_BEST: Final = sql.SQL(
    "SELECT DISTINCT ON (member_id) member_id, rank, place, matched, trust FROM ({branches})"
    " AS hit(member_id, rank, place, matched, trust)"
    " ORDER BY member_id, rank, place"
)


def hits_of(plan: SearchPlan, *, limit: int) -> tuple[sql.Composed | None, list[object]]:
    """The query of the hits of a plan (each member once: ``member_id``, ``rank``, ``place``,
    ``matched``, ``trust``), and its parameters; ``None`` where there is nothing to look for."""
    branches: list[sql.Composable] = []
    parameters: list[object] = []
    if plan.exact:
        branches.append(_EXACT)
        parameters += [[each.kind for each in plan.exact], [each.value for each in plan.exact]]
    for place, keys in enumerate(plan.keys):
        branches.append(_key_branch(keys, place=place, limit=limit))
        parameters += [keys.low, keys.high, *keys.also]
    for codes in plan.codes:
        branches.append(_code_branch(codes, limit=limit))
        parameters += [codes.low, codes.high, *codes.also]
    if plan.external:
        branches.append(_EXTERNAL.format(sources=SOURCES_READ, limit=limit))
        parameters += [plan.external] * 3
    if not branches:
        return None, []
    return _BEST.format(branches=sql.SQL(" UNION ALL ").join(branches)), parameters


def _key_branch(keys: KeyRange, *, place: int, limit: int) -> sql.Composable:
    if not keys.also:
        # One word: a family name before a given name before any other.
        return _ONE_WORD.format(rank=_NAME_RANK + place, limit=limit)
    rank = _NAME_RANK if keys.matched == "name" else _CODE_RANKS["phone"]
    also = _all_like("key", len(keys.also))
    return _WORDS.format(rank=rank, matched=keys.matched, read=KEYS_READ, also=also, limit=limit)


def _code_branch(codes: CodeRange, *, limit: int) -> sql.Composable:
    rank = _CODE_RANKS[codes.kind]
    if not codes.also:
        return _CODES.format(rank=rank, kind=codes.kind, limit=limit)
    also = _all_like("m.folded_name", len(codes.also))
    return _CODES_OF_NAMED.format(
        rank=rank, kind=codes.kind, read=CODES_READ, also=also, limit=limit
    )


def _all_like(column: str, count: int) -> sql.Composable:
    if count == 0:
        return sql.SQL("true")
    name = sql.SQL(".").join(map(sql.Identifier, column.split(".")))
    return sql.SQL(" AND ").join([sql.SQL("{} LIKE %s").format(name)] * count)
