"""Set-based writing: every value arrives as it was."""

from __future__ import annotations

from uuid import uuid4

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habitue.data.bulk import Table, array, array_type, micros
from habitue.kit.instants import FAR_FUTURE
from tests.support.database import DatabaseForTests

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
EVERY_EXAMPLE = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@EVERY_EXAMPLE
@given(st.lists(st.tuples(TEXT, st.none() | TEXT, JSON, st.integers(-(2**62), 2**62))))
def test_texts_documents_and_numbers_arrive_unchanged(
    database: DatabaseForTests, rows: list[tuple[str, str | None, object, int]]
) -> None:
    with database.connect() as connection:
        found = connection.execute(
            "SELECT a, b, c::text, d FROM unnest(%s::text[], %s::text[], %s::json[], %s::bigint[])"
            " WITH ORDINALITY AS u(a, b, c, d, place) ORDER BY place",
            [
                array("text", (row[0] for row in rows)),
                array("text", (row[1] for row in rows)),
                array("json", (orjson.dumps(row[2]) for row in rows)),
                array("bigint", (row[3] for row in rows)),
            ],
        ).fetchall()
    assert [(a, b, orjson.loads(c), d) for a, b, c, d in found] == rows


@EVERY_EXAMPLE
@given(st.lists(st.none() | st.integers(0, FAR_FUTURE // 40), max_size=5))
def test_instants_are_exact_to_the_microsecond(
    database: DatabaseForTests, instants: list[int | None]
) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TEMPORARY TABLE moment (place int, at timestamptz)")
        table = Table("moment", (("place", "integer"), ("at", "instant")))
        with connection.cursor() as cursor:
            table.insert(cursor, list(enumerate(instants)))
        found = connection.execute(f"SELECT {micros('at')} FROM moment ORDER BY place").fetchall()  # noqa: S608  # a constant
        connection.rollback()
    assert [at for (at,) in found] == instants


def test_ids_digests_and_switches_arrive_unchanged(database: DatabaseForTests) -> None:
    ids = [uuid4(), None]
    with database.connect() as connection:
        for kind, values, text in (
            ("uuid", ids, array("uuid", [ids[0].hex if ids[0] else None, None])),
            ("bytea", [b"\x00\xff", b""], array("bytea", [b"\x00\xff", b""])),
            ("boolean", [True, False], array("boolean", [True, False])),
        ):
            row = connection.execute(f"SELECT %s::{array_type(kind)}", [text]).fetchone()  # type: ignore[arg-type]  # a kind from the list above
            assert row == (values,)
