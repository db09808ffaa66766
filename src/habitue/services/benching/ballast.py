"""A ledger made long by copying: what the engine decided for a few members, for very many.

Every row of a member says whose it is, and lots, entries and events are unique within their member.
So a ledger with other members' ids is as consistent as the one it was copied from: sums, lots,
states and tiers agree, and an audit finds nothing.  Only the answers of the copied events are
left out; nobody reads them, and they would fill the disk.  Never for a real installation.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection, sql
from psycopg.rows import tuple_row

# A copy's members joined so many milliseconds later: their ids sort among all others.
_SHIFT: Final = 3_600_000
_COPIES_AT_ONCE: Final = 25

_MEMBER: Final = sql.SQL(
    "(lpad(to_hex(('x' || left(translate({0}::text, '-', ''), 12))::bit(48)::bigint"
    " + {1} * copy), 12, '0') || substr(translate({0}::text, '-', ''), 13))::uuid"
)
_ANOTHER: Final = sql.SQL("{0} || '-' || copy")

# Which columns a copy changes, table by table; the others stay as they are.
_TABLES: Final[dict[str, dict[str, str]]] = {
    "member": {"member_id": "member"},
    "identifier": {"member_id": "member", "identifier_id": "member", "value": "another"},
    "event_key": {"member_id": "member", "source": "another"},
    "ledger_event": {"member_id": "member", "source": "another", "answer": "nothing"},
    "lot": {"member_id": "member"},
    "entry": {"member_id": "member"},
    "tier_move": {"member_id": "member"},
    "budget_draw": {"member_id": "member"},
    "member_state": {"member_id": "member"},
}
TABLES: Final = tuple(_TABLES)

# Copied members are shown by their number in a shop system; one identifier each is enough.
_KEPT: Final = {"identifier": sql.SQL("WHERE kind = 'external'")}


def keep_template(connection: Connection[Any]) -> int:
    """Remember the present rows as what is copied, for this connection; how many lines they are.

    Commits.
    """
    for table in _TABLES:
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT * FROM {} {}").format(
                sql.Identifier(f"template_{table}"),
                sql.Identifier(table),
                _KEPT.get(table, sql.SQL("")),
            )
        )
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(f"template_{table}")))
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute("SELECT count(*) FROM template_entry").fetchone()
    connection.commit()
    assert row is not None, "a count has one row"
    return int(row[0])


def add_copies(connection: Connection[Any], *, first: int, latest: int) -> None:
    """Write copies ``first`` to ``latest`` of the template.  Commits after every few of them."""
    statements = [_statement(connection, table) for table in _TABLES]
    for begin in range(first, latest + 1, _COPIES_AT_ONCE):
        end = min(begin + _COPIES_AT_ONCE - 1, latest)
        for statement in statements:
            connection.execute(statement, [begin, end])
        connection.commit()


def shown_as(external: str, *, copy: int) -> str:
    """The identifier of a member's copy; copy 0 is the member itself."""
    return f"{external}-{copy}" if copy else external


def _statement(connection: Connection[Any], table: str) -> sql.Composed:
    changes = _TABLES[table]
    with connection.cursor(row_factory=tuple_row) as cursor:
        columns = cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            [table],
        ).fetchall()
    names = [name for (name,) in columns]
    return sql.SQL(
        "INSERT INTO {} ({}) SELECT {} FROM {}, generate_series(%s::bigint, %s::bigint) AS copy"
    ).format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(_copied(name, changes.get(name)) for name in names),
        sql.Identifier(f"template_{table}"),
    )


def _copied(name: str, change: str | None) -> sql.Composable:
    column = sql.Identifier(name)
    if change == "member":
        return _MEMBER.format(column, sql.Literal(_SHIFT))
    if change == "another":
        return _ANOTHER.format(column)
    return sql.SQL("'{}'::jsonb") if change == "nothing" else column
