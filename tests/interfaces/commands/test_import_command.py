"""`habitue import transactions`: what it prints, writes and ends with."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from habitue.domain.errors import Code
from habitue.integrations.files.tables import FileFault, FileProblem
from habitue.integrations.phones import Phones
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.import_texts import FILE_TEXTS, file_text, reject_text
from habitue.interfaces.commands.importing import app
from habitue.kit.clock import FixedClock
from habitue.services.importing.receipts import ImportFault, Reject
from tests.services.importing.building import NOW, publish, rows
from tests.support.database import DatabaseForTests
from tests.support.postgres import run_habitue

HEADER = "invoice,date,customer,product,quantity,amount\n"
LINES = "1,2026-01-05,ann,tea,1,10.00\n2,2026-01-05,bob,tea,1,10.00\n"
BAD = "3,2026-01-05,bob,tea,1,ten\n3,2026-01-05,bob,cup,1,1.00\n"


@dataclass
class Stub:
    """An installation with a settled clock and the database of the test."""

    url: str
    home: Path
    clock: FixedClock
    phones: Phones
    country: str = ""

    def open_migrated(self) -> str:
        """The address of the database of the test."""
        return self.url


@pytest.fixture
def house(database: DatabaseForTests, tmp_path: Path) -> Stub:
    """An installation with the small programme."""
    publish(database)
    return Stub(database.url, tmp_path / "home", FixedClock(NOW), Phones("GB"))


def run(house: Stub, *arguments: object) -> Result:
    """What the command says and how it ends."""
    words = ["transactions", *map(str, arguments), "--programme", "shop"]
    return CliRunner().invoke(app, words, obj=house)


def report(result: Result) -> Any:
    """The one JSON document on standard output."""
    return json.loads(result.stdout)


def file(folder: Path, lines: str, name: str = "file.csv") -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text(HEADER + lines)
    return path


def test_the_summary_is_one_json_document(house: Stub, tmp_path: Path) -> None:
    result = run(house, file(tmp_path, LINES), "--json")
    assert result.exit_code == ExitCode.FINE, result.output
    summary = report(result)
    assert summary["ok"] is True
    expected = {
        "lines": 2,
        "invoices": 2,
        "purchases": 2,
        "returns": 0,
        "receipts_anonymous": 0,
        "lines_read": 2,
        "lines_already_known": 0,
        "lines_rejected": 0,
        "lines_write_off": 0,
        "returns_matched": 0,
        "returns_unlinked": 0,
        "returns_rejected": 0,
        "members_created": 2,
        "recorded_invoices": 2,
        "recorded_lines": 2,
        "source": "import",
        "reject_file": None,
    }
    assert {name: summary[name] for name in expected} == expected
    assert summary["peak_memory_mb"] > 0
    assert summary["seconds"] >= 0
    again = report(run(house, tmp_path / "file.csv", "--json"))
    assert (again["lines"], again["lines_already_known"], again["recorded_lines"]) == (0, 2, 2)


def test_the_summary_as_a_table(house: Stub, tmp_path: Path) -> None:
    result = run(house, file(tmp_path, LINES))
    assert result.stdout == ""
    assert "Purchases of members" in result.stderr
    assert "New members: 2." in " ".join(result.stderr.split())


@pytest.mark.parametrize("name", ["rejects.jsonl", "rejects.csv"])
def test_rejected_lines_stand_in_a_file(house: Stub, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    result = run(house, file(tmp_path, LINES + BAD), "--json", "--reject-file", path)
    assert result.exit_code == ExitCode.FOUND_WRONG
    summary = report(result)
    assert (summary["lines"], summary["lines_rejected"]) == (4, 2)
    assert summary["reject_file"] == str(path)
    if path.suffix == ".csv":
        with path.open(newline="") as written:
            rejects: list[Any] = list(csv.DictReader(written))
    else:
        rejects = [json.loads(text) for text in path.read_text().splitlines()]
    assert [(int(one["line"]), one["invoice"], one["code"]) for one in rejects] == [
        (4, "3", "not_a_number"),
        (5, "3", "receipt_incomplete"),
    ]
    assert all(one["reason"] and one["remedy"] for one in rejects)
    assert "ten" in rejects[0]["remedy"]
    assert "Line 4" in rejects[1]["reason"]


def test_rejects_go_to_the_home_folder_unless_told(house: Stub, tmp_path: Path) -> None:
    summary = report(run(house, file(tmp_path, BAD), "--json"))
    assert Path(summary["reject_file"]).parent == house.home / "rejects"
    report(run(house, file(tmp_path, LINES, "fine.csv"), "--json"))
    assert len(list((house.home / "rejects").iterdir())) == 1


def test_a_named_reject_file_is_empty_where_nothing_was_rejected(
    house: Stub, tmp_path: Path
) -> None:
    path = tmp_path / "rejects.jsonl"
    run(house, file(tmp_path, LINES), "--reject-file", path)
    assert path.read_text() == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing in it"),
        (b"a,b\n1,2\n", "no column 'invoice'; the columns are: a, b"),
        (b"invoice,date,amount\n1,2026-01-05,\xff\n", "byte 0xff at position 33"),
        (b"PAR1....", "broken or cut off"),
    ],
)
def test_a_file_that_is_refused(house: Stub, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    result = run(house, path, "--json")
    assert result.exit_code == ExitCode.BAD_INPUT
    summary = report(result)
    assert summary["ok"] is False
    assert summary["lines"] == 0
    assert words in summary["problem"]["text"]
    assert str(path) in summary["problem"]["text"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mapping", "none.yaml"], "There is no mapping 'none.yaml'"),
        (["--source", "a b"], "--source is one word"),
        (["--reject-file", "/dev/null/rejects"], "cannot be written"),
    ],
)
def test_a_wrong_command_line(
    house: Stub, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = run(house, file(tmp_path, LINES), *arguments)
    assert result.exit_code in (ExitCode.USAGE, ExitCode.BAD_INPUT)
    assert words in " ".join(result.stderr.split())


def test_an_unknown_programme_and_another_currency(house: Stub, tmp_path: Path) -> None:
    path = file(tmp_path, LINES)
    words = ["transactions", str(path), "--programme", "none"]
    result = CliRunner().invoke(app, words, obj=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    mapping = tmp_path / "euro.yaml"
    mapping.write_text(
        "source: s\ncurrency: EUR\ncolumns: {invoice: invoice, date: date, amount: amount}\n"
    )
    result = run(house, path, "--mapping", mapping, "--json")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert report(result)["problem"]["code"] == Code.WRONG_CURRENCY


def test_a_dry_run_records_nothing(house: Stub, database: DatabaseForTests, tmp_path: Path) -> None:
    summary = report(run(house, file(tmp_path, LINES), "--json", "--dry-run"))
    assert (summary["dry_run"], summary["purchases"]) == (True, 2)
    assert rows(database, "SELECT count(*) FROM event_key") == [(0,)]


def test_the_digest_is_the_same_in_any_order(
    house: Stub, database: DatabaseForTests, tmp_path: Path
) -> None:
    first = file(tmp_path, LINES + "R1,2026-02-05,ann,tea,-1,-10.00\n", "first.csv")
    second = file(tmp_path, "4,2026-01-20,ann,cup,1,7.00\n", "second.csv")
    digests = []
    for order in ((first, second), (second, first)):
        database.clean()
        publish(database)
        for path in order:
            run(house, path)
        result = CliRunner().invoke(app, ["digest", "--programme", "shop"], obj=house)
        digests.append(report(result))
    assert digests[0] == digests[1]
    assert digests[0]["members"] == 2
    assert digests[0]["outstanding"] == {"points": 17}


def test_memory_is_bounded_by_the_batch(house: Stub, tmp_path: Path) -> None:
    """A file ten times as long needs no more memory; measured in processes of their own."""
    mapping = tmp_path / "narrow.yaml"
    mapping.write_text(
        "source: s\nwindow: 100\n"
        "columns: {invoice: invoice, date: date, amount: amount, customer: customer}\n"
    )
    peaks = []
    for size in (20_000, 200_000):
        path = tmp_path / f"{size}.csv"
        with path.open("w") as out:
            out.write(HEADER)
            out.writelines(
                f"{n // 20},2026-01-{n // 20 % 28 + 1:02},c{n // 20 % 500},tea,1,{n % 90}.25\n"
                for n in range(size)
            )
        words = ("import", "transactions", str(path), "--programme", "shop", "--dry-run")
        printed = run_habitue(*words, "--mapping", str(mapping), "--json", database_url=house.url)
        summary = json.loads(printed)
        assert summary["lines"] == size
        peaks.append(summary["peak_memory_mb"])
    assert peaks[1] <= 1.2 * peaks[0], peaks


def test_every_fault_has_a_text() -> None:
    assert FILE_TEXTS.keys() == set(FileFault)
    for fault in ImportFault:
        reason, remedy = reject_text(Reject(1, "7", fault, parameters={"value": 3}))
        assert reason
        assert remedy
    for code in Code:
        reason, remedy = reject_text(Reject(1, "7", code.value))
        assert reason
        assert remedy
    parameters: dict[str, str | int] = dict.fromkeys(
        ("detail", "encoding", "byte", "column", "found", "sheet"), "x"
    )
    for fault_of_file in FileFault:
        text = file_text(FileProblem(fault_of_file, Path("f.csv"), position=1, **parameters))
        assert text.startswith("f.csv: ")
        assert "{" not in text
