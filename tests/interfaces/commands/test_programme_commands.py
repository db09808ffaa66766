"""`habitue programme`: check, show, diff and apply."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.programme import app
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, parse_instant
from tests.support.database import DatabaseForTests

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
CAFE = str(EXAMPLES / "corner-cafe.yaml")
DOCUMENT = """
programme: sample
money: {currency: EUR}
zone: Europe/Paris
earn: {base: {on: purchase, give: {points: 1.5, per: 1.00}}}
"""


@dataclass
class Stub:
    """An installation with a settled clock and the database of the test."""

    url: str
    clock: FixedClock

    def open_migrated(self) -> str:
        """The address of the database of the test."""
        return self.url

    def set_up_words(self) -> None:
        """The tests have done that."""


def run(*arguments: str, house: object = None) -> Result:
    """What a command says and how it ends."""
    return CliRunner().invoke(app, arguments, obj=house)


@pytest.fixture
def house(database: DatabaseForTests) -> Stub:
    """An installation in the summer of 2026."""
    return Stub(database.url, FixedClock(parse_instant("2026-06-05T12:00:00+00:00")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a document in order."""
    path = tmp_path / "sample.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def report(result: Result) -> Any:
    """The one JSON document on standard output."""
    return json.loads(result.stdout)


def test_documents_in_order_pass_the_check() -> None:
    result = run("check", CAFE, str(EXAMPLES / "online-retail.yaml"))
    assert (result.exit_code, result.stdout) == (ExitCode.FINE, "")
    assert "corner-cafe.yaml: in order." in result.stderr.replace("\n", "")


def test_a_warning_has_an_example_and_does_not_fail(file: Path) -> None:
    rule = "visit: {on: visit, when: {channel: app}, give: {points: 2}}"
    file.write_text(DOCUMENT.replace("earn: {", f"earn: {{{rule}, "), encoding="utf-8")
    result = run("check", str(file))
    assert result.exit_code == ExitCode.FINE
    said = " ".join(result.stderr.split())
    assert "warning at earn.visit: repeated_at_will. Add limit:" in said
    assert "Mon 2026-06-01 12:00: visit (channel app). visit: 2 points; balance: 2 points." in said
    assert "Done three times, this gives 6 points." in said
    result = run("check", str(file), "--json")
    assert result.exit_code == ExitCode.FINE
    [fault] = report(result)["files"][0]["faults"]
    assert fault["example"]["gained"] == {"points": "6"}


def test_the_best_member_of_a_tier_beyond_reach(file: Path) -> None:
    tiers = "tiers: {by: {visits: rolling 7 days}, daily: {enter: 8}}\n"
    file.write_text(DOCUMENT + tiers, encoding="utf-8")
    said = " ".join(run("check", str(file)).stderr.split())
    assert "warning at tiers.daily.enter (8): unreachable_tier." in said
    assert "The best possible member has 7 of 8 (visits), and holds no tier." in said


def test_a_fault_is_named_and_ends_the_check_with_1(file: Path) -> None:
    file.write_text(DOCUMENT.replace("Europe/Paris", "Mars"), encoding="utf-8")
    result = run("check", CAFE, str(file))
    assert result.exit_code == ExitCode.FOUND_WRONG
    said = " ".join(result.stderr.split())
    assert "error at zone (Mars): unknown_zone. Write the IANA name" in said
    result = run("check", CAFE, str(file), "--json")
    assert result.exit_code == ExitCode.FOUND_WRONG
    assert report(result)["ok"] is False
    assert [entry["ok"] for entry in report(result)["files"]] == [True, False]
    [fault] = report(result)["files"][1]["faults"]
    assert (fault["path"], fault["problem"], fault["severity"]) == (
        "zone",
        "unknown_zone",
        "error",
    )


def test_a_warning_is_no_error(file: Path) -> None:
    file.write_text(DOCUMENT + "stacking: {promo: best}\n", encoding="utf-8")
    result = run("check", str(file), "--json")
    assert (result.exit_code, report(result)["ok"]) == (ExitCode.FINE, True)
    assert [fault["problem"] for fault in report(result)["files"][0]["faults"]] == ["group_of_one"]


@pytest.mark.parametrize(
    ("content", "path", "problem"),
    [
        (b"a: [1\n", "line 2, column 1", "not_yaml"),
        (b"a: 1\na: 2\n", "line 2, column 1", "duplicate_name"),
        (b"a: \xe9\n", "line 1, column 1", "not_utf8"),
    ],
)
def test_what_cannot_be_read_is_a_fault(
    file: Path, content: bytes, path: str, problem: str
) -> None:
    file.write_bytes(content)
    result = run("check", str(file), "--json")
    assert result.exit_code == ExitCode.FOUND_WRONG
    [fault] = report(result)["files"][0]["faults"]
    assert (fault["path"], fault["problem"]) == (path, problem)
    assert run("show", str(file)).exit_code == ExitCode.BAD_INPUT


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.yaml")
    result = run("check", missing, "--json")
    assert result.exit_code == ExitCode.FOUND_WRONG
    assert report(result)["files"][0]["faults"][0]["problem"] == "no_file"
    assert run("diff", missing, CAFE).exit_code == ExitCode.BAD_INPUT
    assert run("apply", missing).exit_code == ExitCode.BAD_INPUT


def test_show_prints_the_outline_of_a_file(file: Path) -> None:
    result = run("show", str(file))
    assert result.exit_code == ExitCode.FINE
    assert result.stdout.startswith("sample, version 1\n")
    assert "give 1.5 points per 1.00 EUR" in result.stdout


def test_show_as_json_can_be_read_again(file: Path, tmp_path: Path) -> None:
    shown = report(run("show", str(file), "--json"))
    assert shown["document"]["earn"]["base"]["give"] == {"points": "1.5", "per": "1.00"}
    again = tmp_path / "again.json"
    again.write_text(json.dumps(shown["document"]), encoding="utf-8")
    assert report(run("show", str(again), "--json"))["hash"] == shown["hash"]
    assert run("check", str(again)).exit_code == ExitCode.FINE


def test_show_of_a_faulty_file_names_the_faults(file: Path) -> None:
    file.write_text(DOCUMENT.replace("EUR", "EURO"), encoding="utf-8")
    result = run("show", str(file))
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "money.currency" in result.stderr


def test_apply_publishes_a_version_and_applying_it_again_changes_nothing(
    house: Stub, file: Path
) -> None:
    first = run(
        "apply", str(file), "--effective-at", "2009-12-01T00:00:00+00:00", "--json", house=house
    )
    assert first.exit_code == ExitCode.FINE, first.output
    assert report(first) == {
        "ok": True,
        "programme": "sample",
        "number": 1,
        "effective_at": "2009-12-01T00:00:00+00:00",
        "unchanged": False,
        "moved": 0,
        "faults": [],
    }
    again = report(run("apply", str(file), "--json", house=house))
    assert (again["number"], again["unchanged"]) == (1, True)

    file.write_text(DOCUMENT.replace("1.5", "2"), encoding="utf-8")
    second = run("apply", str(file), "--yes", house=house)
    assert "Version 2 of sample is published." in " ".join(second.stderr.split())

    shown = run("show", "sample", house=house)
    assert shown.stdout.startswith("sample, version 2\n")
    assert "give 2 points" in shown.stdout
    before = report(run("show", "sample", "--version", "1", "--json", house=house))
    assert before["number"] == 1
    assert before["document"]["earn"]["base"]["give"]["points"] == "1.5"


def test_apply_refuses_a_faulty_document_and_publishes_nothing(house: Stub, file: Path) -> None:
    file.write_text(DOCUMENT.replace("EUR", "EURO"), encoding="utf-8")
    result = run("apply", str(file), "--json", house=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert report(result)["faults"][0]["path"] == "money.currency"
    assert run("show", "sample", house=house).exit_code == ExitCode.BAD_INPUT


def test_apply_refuses_what_the_books_do_not_allow(house: Stub, file: Path) -> None:
    assert run("apply", str(file), house=house).exit_code == ExitCode.FINE
    file.write_text(DOCUMENT.replace("EUR", "GBP"), encoding="utf-8")
    result = run("apply", str(file), "--yes", house=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stderr.strip()


@pytest.mark.parametrize("text", ["tomorrow", "2026-01-01T00:00:00", "9999-99-99"])
def test_apply_wants_an_instant_with_an_offset(file: Path, text: str) -> None:
    result = run("apply", str(file), "--effective-at", text)
    assert result.exit_code == ExitCode.USAGE
    assert "ISO 8601" in result.stderr


def test_show_knows_only_files_and_published_programmes(house: Stub) -> None:
    result = run("show", "nothing-of-the-kind", house=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "nothing-of-the-kind" in result.stderr


def applied(file: Path, house: Stub, rate: str) -> None:
    """The next version, with another rate, published a day later."""
    file.write_text(DOCUMENT.replace("1.5", rate), encoding="utf-8")
    assert run("apply", str(file), "--yes", house=house).exit_code == 0
    house.clock.advance(DAY)


def test_a_programme_explains_itself_in_each_language(file: Path, house: Stub) -> None:
    english = run("explain", str(file), house=house)
    assert english.exit_code == 0
    assert "1.5 points for each €1." in english.stdout
    french = run("explain", CAFE, "--language", "fr", "--for", "staff", house=house)
    assert "Douceur d’anniversaire" in french.stdout
    assert "200 pièces par mois" in french.stdout
    members = run("explain", CAFE, "--language", "fr", house=house)
    assert "200 pièces" not in members.stdout
    applied(file, house, "2")
    published = report(run("explain", "sample", "--json", house=house))
    assert published["sections"][0]["items"][0]["sentences"] == ["2 points for each €1."]


def test_what_cannot_be_explained(file: Path, house: Stub) -> None:
    file.write_text("programme: sample", encoding="utf-8")
    assert run("explain", str(file), house=house).exit_code == ExitCode.BAD_INPUT
    assert run("explain", "nobody", house=house).exit_code == ExitCode.BAD_INPUT
    assert run("explain", CAFE, "--language", "es", house=house).exit_code == ExitCode.USAGE


def test_a_programme_has_a_history_and_goes_back(file: Path, house: Stub) -> None:
    for rate in ("1.5", "2", "3"):
        applied(file, house, rate)
    assert [
        one["number"] for one in report(run("history", "sample", "--json", house=house))["versions"]
    ] == [3, 2, 1]
    found = report(run("rollback", "sample", "--to", "1", "--json", house=house))
    assert (found["number"], found["moved"]) == (4, 0)
    versions = report(run("history", "sample", "--json", house=house))["versions"]
    assert versions[0]["hash"] == versions[3]["hash"]
    assert "   4  in effect from 2026-06-08" in run("history", "sample", house=house).stdout


@pytest.mark.parametrize(
    "arguments",
    [["nobody", "--to", "1"], ["sample", "--to", "9"], ["sample", "--to", "2"],
     ["sample", "--to", "1", "--effective-at", "2026-01-01T00:00:00Z"]],
    ids=["no programme", "no such version", "the newest", "in the past"],
)  # fmt: skip
def test_what_cannot_be_rolled_back_changes_nothing(
    file: Path, house: Stub, arguments: list[str]
) -> None:
    for rate in ("1.5", "2"):
        applied(file, house, rate)
    assert run("rollback", *arguments, house=house).exit_code == ExitCode.BAD_INPUT
    assert len(report(run("history", "sample", "--json", house=house))["versions"]) == 2


# --- on paper -------------------------------------------------------------------------------------


def test_a_sheet_and_a_poster_are_written_as_files(tmp_path: Path, house: Stub) -> None:
    pytest.importorskip("typst", reason="the extra “print” is not installed")
    for form in ("pdf", "poster"):
        target = tmp_path / f"{form}.pdf"
        options = ("--format", form, "--language", "ro", "--output", str(target))
        result = run("explain", CAFE, *options, house=house)
        assert result.exit_code == ExitCode.FINE, result.output
        assert target.read_bytes().startswith(b"%PDF")
        assert run("explain", CAFE, *options[:4], house=house).stdout_bytes == target.read_bytes()


def test_a_text_can_be_written_to_a_file_too(tmp_path: Path, house: Stub) -> None:
    target = tmp_path / "rules.txt"
    assert run("explain", CAFE, "--output", str(target), house=house).exit_code == ExitCode.FINE
    assert target.read_text(encoding="utf-8") == run("explain", CAFE, house=house).stdout
    nowhere = run("explain", CAFE, "--output", str(tmp_path / "no" / "rules.txt"), house=house)
    assert nowhere.exit_code == ExitCode.BAD_INPUT


def test_comments_come_back_as_they_were_written(house: Stub, file: Path) -> None:
    first = f"# Our rules.{DOCUMENT}# The end.\n"
    file.write_text(first, encoding="utf-8")
    assert run("show", str(file), "--as-written").stdout == first
    assert run("apply", str(file), house=house).exit_code == ExitCode.FINE
    file.write_text(DOCUMENT.replace("1.5", "2"), encoding="utf-8")
    assert run("apply", str(file), "--yes", house=house).exit_code == ExitCode.FINE
    one = run("show", "sample", "--version", "1", "--as-written", house=house)
    assert one.stdout == first
    assert run("rollback", "sample", "--to", "1", house=house).exit_code == ExitCode.FINE
    assert run("show", "sample", "--as-written", house=house).stdout == first


def test_what_came_without_a_text_is_written_anew(house: Stub, tmp_path: Path, file: Path) -> None:
    plain = tmp_path / "sample.json"
    plain.write_text(json.dumps(report(run("show", str(file), "--json"))["document"]))
    assert run("apply", str(plain), house=house).exit_code == ExitCode.FINE
    shown = run("show", "sample", "--as-written", house=house)
    assert shown.stdout.startswith("programme: sample\n")
