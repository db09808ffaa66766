"""The two real files: independent counts, and the whole import, interrupted and repeated."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from habitue.integrations.files.opening import open_table
from habitue.integrations.files.tables import Table
from habitue.kit.instants import parse_instant
from habitue.services.documents import read_programme_document
from habitue.services.importing.mapping import Mapping, load_mapping
from habitue.services.importing.reading import read_pieces, translate
from habitue.services.importing.receipts import Receipt
from habitue.services.programmes import publish_version
from tests.services.importing.building import CONVENTIONS, NOW
from tests.support.database import DatabaseForTests
from tests.support.postgres import run_habitue

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
NAMES = ("online_retail_2009_2010.parquet", "online_retail_2010_2011.parquet")
IMPORT = ("import", "transactions", "--programme", "online-retail", "--mapping", "online-retail")

# What the lines are, told from the columns alone: the oracle knows nothing of the mapping.
SORTS = """
SELECT CASE WHEN invoice LIKE 'A%' OR (invoice LIKE 'C%' AND quantity > 0) THEN 'adjustment'
            WHEN invoice LIKE 'C%' AND customer_id IS NULL THEN 'return_anonymous'
            WHEN invoice LIKE 'C%' THEN 'return'
            WHEN quantity < 0 THEN 'write_off'
            ELSE 'purchase' END AS sort,
       count(*), count(DISTINCT invoice),
       sum(CASE WHEN sort = 'purchase' OR sort = 'return' THEN
           floor(abs(quantity) * round(unit_price * 1000)::BIGINT / 10 + 0.5)::BIGINT ELSE 0 END)
FROM read_parquet(?) GROUP BY sort
"""


def receipts_of(table: Table, mapping: Mapping) -> Iterator[Receipt]:
    """The receipts of a file without a fault."""
    translator = mapping.translator("s", CONVENTIONS, NOW)
    for piece in read_pieces(table, mapping):
        assert piece.rejects == []
        for group in piece.groups:
            for result in translate(group, translator):
                assert isinstance(result, Receipt)
                yield result


@pytest.mark.shared_data
@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_what_an_independent_count_says(shared_data: Path, name: str) -> None:
    path = shared_data / name
    mapping = load_mapping("online-retail", zone="Europe/London")
    table = open_table(path, mapping.wishes, mapping.reading)
    lines: Counter[str] = Counter()
    receipts: Counter[str] = Counter()
    pence: Counter[str] = Counter()
    for receipt in receipts_of(table, mapping):
        lines[receipt.sort] += len(receipt.lines)
        receipts[receipt.sort] += 1
        if receipt.event is not None:
            body: Any = receipt.event.body
            pence[receipt.sort] += sum(line.amount for line in body.lines)
    table.close()
    with duckdb.connect() as connection:
        found = connection.execute(SORTS, [str(path)]).fetchall()
    assert {sort: count for sort, count, _, _ in found} == dict(lines)
    assert {sort: count for sort, _, count, _ in found} == dict(receipts)
    assert {sort: total for sort, _, _, total in found if total} == dict(pence)


@pytest.mark.shared_data
def test_an_invoice_in_both_files_has_one_body(shared_data: Path) -> None:
    bodies: list[dict[str, Any]] = []
    mapping = load_mapping("online-retail", zone="Europe/London")
    for name in NAMES:
        table = open_table(shared_data / name, mapping.wishes, mapping.reading)
        bodies.append(
            {
                receipt.number: (receipt.event, receipt.digest)
                for receipt in receipts_of(table, mapping)
                if receipt.event is None
                or parse_instant("2010-12-01T00:00:00+00:00")
                <= receipt.event.occurred_at
                < parse_instant("2010-12-10T00:00:00+00:00")
            }
        )
        table.close()
    both = bodies[0].keys() & bodies[1].keys()
    assert len(both) == 1_088
    assert [number for number in both if bodies[0][number] != bodies[1][number]] == []


def publish_sample(database: DatabaseForTests) -> None:
    """Publish the sample programme, in effect before the first purchase."""
    document = read_programme_document((EXAMPLES / "online-retail.yaml").read_bytes())
    with database.connect(autocommit=True) as connection:
        publish_version(
            connection,
            document=document,
            now=NOW,
            actor="test",
            effective_at=parse_instant("2009-12-01T00:00:00+00:00"),
        )


def recorded(database: DatabaseForTests) -> int:
    """How many events there are by now."""
    with database.connect() as connection:
        row = connection.execute("SELECT count(*) FROM event_key").fetchone()
    assert row is not None
    return int(row[0])


def start_and_kill(database: DatabaseForTests, files: list[str], *, after: int) -> None:
    """Start an import in a process of its own and kill it once so many events are recorded."""
    process = subprocess.Popen(
        [sys.executable, "-m", "habitue", *IMPORT, *files],
        env={**os.environ, "DATABASE_URL": database.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 300
        while recorded(database) < after:
            assert process.poll() is None, "it must not end before it is killed"
            assert time.monotonic() < deadline, "it must get on"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL


def customers_of(shared_data: Path, folder: Path) -> list[str]:
    """The files with some of the customers alone."""
    files = []
    with duckdb.connect() as connection:
        for name in NAMES:
            part = folder / name
            connection.execute(
                f"COPY (SELECT * FROM read_parquet('{shared_data / name}')"  # noqa: S608  # paths of the test
                f" WHERE customer_id % 53 = 11) TO '{part}' (FORMAT parquet)"
            )
            files.append(str(part))
    return files


def digest(database: DatabaseForTests) -> dict[str, Any]:
    """What the ledger holds."""
    words = ("import", "digest", "--programme", "online-retail")
    found: dict[str, Any] = json.loads(run_habitue(*words, database_url=database.url))
    return found


@pytest.mark.long
@pytest.mark.shared_data
def test_both_files_reversed_killed_resumed_and_repeated(
    database: DatabaseForTests, shared_data: Path
) -> None:
    """SEMANTICS 1 and 32 on two years of a real shop.

    ``expected.json`` was made by an import in order without interruptions
    (``docs/examples/online-retail/README.md``).
    """
    expected = json.loads((EXAMPLES / "online-retail" / "expected.json").read_text())
    publish_sample(database)
    backwards = [str(shared_data / name) for name in reversed(NAMES)]
    start_and_kill(database, backwards, after=20_000)
    there = recorded(database)
    assert 20_000 <= there < 50_000
    printed = run_habitue(*IMPORT, *backwards, "--json", database_url=database.url)
    resumed = json.loads(printed)
    assert resumed["lines_read"] == 1_067_370
    assert resumed["lines_rejected"] == 0
    assert resumed["recorded_lines"] == expected["import"]["lines"] == 1_044_847
    assert resumed["recorded_invoices"] == expected["import"]["invoices"] == 53_628
    found = digest(database)
    assert found == expected["ledger"]
    # Both once more, in order: they are recognised, and nothing changes.
    started = time.monotonic()
    forwards = [str(shared_data / name) for name in NAMES]
    printed = run_habitue(*IMPORT, *forwards, "--json", database_url=database.url)
    assert time.monotonic() - started < 30
    repeated = json.loads(printed)
    assert (repeated["lines"], repeated["lines_already_known"]) == (0, 1_067_370)
    assert (repeated["recorded_lines"], repeated["recorded_invoices"]) == (1_044_847, 53_628)
    assert digest(database) == found


@pytest.mark.shared_data
def test_late_files_end_in_the_same_state(
    database: DatabaseForTests, shared_data: Path, tmp_path: Path
) -> None:
    """The purchases of some customers: in order, killed, started again and repeated; and the second
    year before the first one."""
    files = customers_of(shared_data, tmp_path)
    publish_sample(database)
    start_and_kill(database, files, after=1)
    begun = recorded(database)
    run_habitue(*IMPORT, *files, database_url=database.url)
    assert begun < recorded(database)
    repeated = json.loads(run_habitue(*IMPORT, *files, "--json", database_url=database.url))
    assert (repeated["lines"], repeated["lines_rejected"]) == (0, 0)
    in_order = digest(database)
    database.clean()
    publish_sample(database)
    for path in reversed(files):
        run_habitue(*IMPORT, path, database_url=database.url)
    late = digest(database)
    # Corrections are lines of their own: only their sums are equal.
    del in_order["entries"], late["entries"]
    assert late["members"] > 50
    assert late == in_order


def test_the_documented_figures_are_those_of_the_sample_programme() -> None:
    """Whoever changes the sample programme must make its figures anew."""
    expected = json.loads((EXAMPLES / "online-retail" / "expected.json").read_text())
    content = (EXAMPLES / "online-retail.yaml").read_text()
    assert expected["programme_sha256"] == hashlib.sha256(content.encode()).hexdigest()
