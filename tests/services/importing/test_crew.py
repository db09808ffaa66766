"""Several processes end where one does, and end with the one that started them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from habitue.integrations.files.tables import Batch, Unreadable
from habitue.integrations.phones import Phones
from habitue.services.importing.crew import customer_key, suitable_workers
from habitue.services.importing.grouping import Group, gathered
from habitue.services.importing.mapping import load_mapping
from habitue.services.importing.reading import LINES_AT_ONCE
from tests.services.importing.building import publish, rows
from tests.support.database import DatabaseForTests

MAPPING = """
source: import
window: 20
columns: {invoice: invoice, date: date, customer: customer, product: product, quantity: quantity,
          amount: amount, original_invoice: original_invoice, original_line: original_line}
"""
HEADER = "invoice,date,customer,product,quantity,amount,original_invoice,original_line\n"


def lines_of_a_shop(receipts: int) -> str:
    """Purchases of some customers and of nobody, and returns that name some of them, the
    customer or neither; among them a line that cannot be read, and a number that comes again for
    another customer, once the first one has been closed."""
    lines = [f"f{n // 500},2026-01-01 09:00,,tea,1,0.01,,\n" for n in range(LINES_AT_ONCE - 50)]
    lines.append("twice,2026-01-01 10:00,c2,tea,1,5.00,,\n")
    for n in range(receipts):
        day = f"2026-0{1 + n * 4 // receipts}-{1 + n * 28 // receipts % 28:02} 10:{n % 60:02}"
        who = "" if n % 7 == 3 else f"c{n * 7919 % 97}"
        lines.append(f"{n},{day},{who},tea,2,{n % 50 + 3}.50,,\n")
        if n % 5 == 0 and n >= 40:
            # Without a customer: it belongs to whose purchase that was, which may be just before.
            of = n - n % 3
            lines.append(f"r{n},2026-06-01 09:00,,,-1,-1.25,{of},1\n")
        if n % 11 == 0:
            lines.append(f"u{n},2026-06-01 09:30,{who},tea,-1,-2.00,,\n")
        if n % 200 == 77:
            lines.append(f"x{n},{day},{who},tea,1,oops,,\n")
    lines.insert(LINES_AT_ONCE + 5, "twice,2026-01-01 10:00,c3,tea,1,999.00,,\n")
    return HEADER + "".join(lines)


def words(path: Path, workers: int, *more: str) -> list[str]:
    """The command line of an import."""
    mapping = path.with_suffix(".yaml")
    mapping.write_text(MAPPING)
    options = [
        "--mapping",
        str(mapping),
        "--programme",
        "shop",
        "--workers",
        str(workers),
        "--batch-size",
        "40",
        "--json",
    ]
    return [sys.executable, "-m", "habitue", "import", "transactions", str(path), *options, *more]


def environment(database: DatabaseForTests) -> dict[str, str]:
    """What the command finds its database by."""
    return {**os.environ, "DATABASE_URL": database.url}


def imported(
    database: DatabaseForTests, path: Path, workers: int, *more: str
) -> subprocess.CompletedProcess[str]:
    """Import a file in a process of its own."""
    return subprocess.run(
        words(path, workers, *more),
        check=False,
        capture_output=True,
        text=True,
        env=environment(database),
    )


def books(database: DatabaseForTests) -> list[Any]:
    """What the ledger holds, whoever recorded it."""
    return [
        rows(
            database,
            "SELECT i.value, e.kind, e.amount, e.effective_at FROM entry e"
            " JOIN identifier i USING (member_id) WHERE i.kind = 'external' ORDER BY 1, 2, 3, 4",
        ),
        rows(database, "SELECT external_id, kind, anonymous FROM event_key ORDER BY 1"),
        rows(database, "SELECT external_id FROM import_set_aside ORDER BY 1"),
    ]


COUNTED_OTHERWISE = {"seconds", "peak_memory_mb", "reject_file"}


def test_any_number_of_processes_ends_in_the_same_books(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(lines_of_a_shop(400))
    found = []
    for workers in (1, 2, 3):
        database.clean()
        publish(database)
        rejects = tmp_path / f"{workers}.jsonl"
        ended = imported(database, path, workers, "--reject-file", str(rejects))
        assert ended.returncode == 1, ended.stderr
        summary = json.loads(ended.stdout)
        assert summary["peak_memory_mb"] > 0
        said = sorted(
            (row["line"], row["code"], row["reason"])
            for row in map(json.loads, rejects.read_text().splitlines())
        )
        counts = {name: summary[name] for name in summary.keys() - COUNTED_OTHERWISE}
        found.append((counts, said, books(database)))
    counts, said, (entries, keys, aside) = found[0]
    assert counts["returns"] > 80
    assert counts["receipts_anonymous"] > 40
    assert {code for _, code, _ in said} == {"not_a_number", "key_reused"}
    assert entries
    assert len(keys) + len(aside) == counts["invoices"] - counts["invoices_rejected"]
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_nobody_goes_on_when_the_first_process_is_killed(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = tmp_path / "shop.csv"
    path.write_text(lines_of_a_shop(900))
    process = subprocess.Popen(
        words(path, 2),
        env=environment(database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: bool(rows(database, "SELECT 1 FROM event_key LIMIT 1")))
        colleagues = psutil.Process(process.pid).children()
        assert len(colleagues) == 2
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_for(lambda: not any(living(each) for each in colleagues))
    ((kept,),) = rows(database, "SELECT count(*) FROM event_key")
    ended = imported(database, path, 2)
    summary = json.loads(ended.stdout)
    assert summary["invoices_already_known"] >= kept > 0
    resumed = books(database)
    database.clean()
    publish(database)
    imported(database, path, 1)
    assert books(database) == resumed


def living(process: psutil.Process) -> bool:
    """Whether a process still runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Any) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it must happen"
        time.sleep(0.01)


def test_a_process_that_is_lost_ends_the_import_with_a_reason(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = tmp_path / "shop.csv"
    path.write_text(lines_of_a_shop(900))
    process = subprocess.Popen(
        words(path, 2),
        env=environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: bool(rows(database, "SELECT 1 FROM event_key LIMIT 1")))
        psutil.Process(process.pid).children()[0].kill()
        said, _ = process.communicate(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 70
    assert json.loads(said)["problem"]["code"] == "process_lost"


def test_a_refusal_in_another_process_is_told_as_it_is(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = tmp_path / "shop.csv"
    path.write_text(lines_of_a_shop(100))
    with database.connect() as holder:
        holder.execute(
            "SELECT pg_advisory_xact_lock(hashtext('habitue.versions'), hashtext('shop'))"
        )
        url = f"{database.url}{'&' if '?' in database.url else '?'}options=-clock_timeout%3D50"
        ended = subprocess.run(
            words(path, 2),
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "DATABASE_URL": url},
        )
    assert ended.returncode == 75, ended.stderr
    assert json.loads(ended.stdout)["problem"]["code"] == "busy"


@pytest.mark.parametrize(("size", "workers"), [(0, 1), (10_000, 1), (2_000_000, 4)])
def test_small_files_are_read_by_one_process(tmp_path: Path, size: int, workers: int) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"x" * size)
    wanted = workers if sys.platform != "darwin" else 1
    assert suitable_workers([path, tmp_path / "none.csv"], cores=4) == wanted


def test_spellings_of_one_customer_go_to_one_process(tmp_path: Path) -> None:
    columns = "columns: {invoice: i, date: d, amount: a, customer: c}\n"
    (tmp_path / "m.yaml").write_text(f"source: shop\nidentifier: phone\n{columns}")
    mapping = load_mapping(str(tmp_path / "m.yaml"), zone="Europe/London")
    said: Sequence[str] = ("020 7946 0018", "+44 20 7946 0018", "nothing")
    keys = [customer_key(one, mapping=mapping, phones=Phones("GB")) for one in said]
    assert keys == ["+442079460018", "+442079460018", "nothing"]


def test_gathered_groups_say_the_same() -> None:
    first = Batch(range(1, 5), {"invoice": list("aabb"), "customer": list("wxyz")}, 4)
    bad = Unreadable("not_a_number", "?")
    second = Batch(range(5, 8), {"invoice": list("bcb")}, 7, {0: bad, 1: bad})
    groups = [
        Group("b", [(first, 2, 4), (second, 0, 1), (second, 2, 3)], 6, 4),
        Group("c", [(second, 1, 2)], 5, 1),
    ]
    b, c = gathered(groups)
    assert (b.number, b.size, b.lines()) == ("b", 4, [3, 4, 5, 7])
    assert b.column("customer") == ["y", "z", None, None]
    assert list(b.faults()) == [2]
    assert (c.lines(), c.column("invoice"), list(c.faults())) == ([6], ["c"], [0])
    assert b.pieces[0][0] is c.pieces[0][0]
