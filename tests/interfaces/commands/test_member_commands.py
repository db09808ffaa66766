"""`habitue members`: find, show and merge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from habitue.integrations.phones import Phones
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.members import app
from habitue.kit.clock import FixedClock
from habitue.kit.instants import parse_instant
from habitue.selectors.members import MemberRecord
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.programmes import publish_version
from tests.support.database import DatabaseForTests

NOW = parse_instant("2026-06-05T12:00:00+00:00")
DOCUMENT = {
    "programme": "sample",
    "money": {"currency": "EUR"},
    "zone": "Europe/Paris",
    "earn": {"base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}}},
}


@dataclass
class Stub:
    """An installation in France with a settled clock and the database of the test."""

    url: str
    clock: FixedClock
    phones: Phones
    country: str = "FR"

    def open_migrated(self) -> str:
        """The address of the database of the test."""
        return self.url


@pytest.fixture
def house(database: DatabaseForTests) -> Stub:
    """The installation."""
    return Stub(database.url, FixedClock(NOW), Phones("FR"))


@pytest.fixture
def member(database: DatabaseForTests) -> MemberRecord:
    """A member with an awkward name, and a programme to hold points in."""
    with database.connect() as connection:
        publish_version(connection, document=DOCUMENT, now=NOW, actor="test")
        return enrol_member(
            connection,
            now=NOW,
            phones=Phones("FR"),
            identifiers=[NewIdentifier("phone", "06 12 34 56 78")],
            details={"given_name": "Marie [red]", "family_name": "Dupont"},
        )


def run(house: Stub, *arguments: str) -> Result:
    """What a command says and how it ends."""
    return CliRunner().invoke(app, arguments, obj=house)


def read(result: Result) -> Any:
    """The one JSON document on standard output."""
    return json.loads(result.stdout)


def test_members_are_found(house: Stub, member: MemberRecord) -> None:
    result = run(house, "find", "dup mar", "--json")
    assert result.exit_code == ExitCode.FINE
    (found,) = read(result)
    assert found["member_id"] == str(member.member_id)
    assert found["name"] == "Marie [red] Dupont"
    assert (found["matched"], found["trust"]) == ("name", None)
    result = run(house, "find", "06 12 34 56 78")
    assert result.exit_code == ExitCode.FINE
    assert "Marie [red] Dupont" in result.stderr
    assert result.stdout == ""


@pytest.mark.usefixtures("member")
def test_finding_nobody_is_said(house: Stub) -> None:
    result = run(house, "find", "nobody", "--json")
    assert result.exit_code == ExitCode.FOUND_WRONG
    assert read(result) == []
    assert "Nobody fits" in result.stderr


@pytest.mark.parametrize("way", ["member_id", "number", "phone"])
def test_a_member_is_shown(house: Stub, member: MemberRecord, way: str) -> None:
    named = {
        "member_id": str(member.member_id),
        "number": member.number.lower(),
        "phone": "0612345678",
    }[way]
    result = run(house, "show", named, "--json")
    assert result.exit_code == ExitCode.FINE
    shown = read(result)
    assert (shown["number"], shown["family_name"]) == (member.number, "Dupont")
    assert {each["kind"]: each["trust"] for each in shown["identifiers"]} == {
        "card": "spend",
        "phone": "earn",
    }
    (programme,) = shown["programmes"]
    assert programme["programme"] == "sample"
    result = run(house, "show", named)
    assert result.exit_code == ExitCode.FINE
    assert "Dupont" in result.stderr


@pytest.mark.parametrize(
    "named", ["nobody", "00000000-0000-0000-0000-000000000001", "Marie", "x" * 1000]
)
@pytest.mark.usefixtures("member")
def test_whoever_is_not_known_is_refused(house: Stub, named: str) -> None:
    result = run(house, "show", named, "--json")
    assert result.exit_code == ExitCode.FOUND_WRONG
    assert result.stdout == ""
    assert named[:30] in result.stderr.replace("\n", "")


def test_members_are_merged_and_released(
    house: Stub, member: MemberRecord, database: DatabaseForTests
) -> None:
    with database.connect() as connection:
        other = enrol_member(
            connection,
            now=NOW,
            phones=Phones("FR"),
            identifiers=[NewIdentifier("email", "marie@example.org")],
        )
    result = run(house, "merge", "marie@example.org", member.number, "--json")
    assert result.exit_code == ExitCode.FINE
    made = read(result)
    assert (made["duplicate"], made["into"]) == (str(other.member_id), str(member.member_id))
    assert made["undone_at"] is None
    assert read(run(house, "show", str(other.member_id), "--json"))["status"] == "merged"
    assert made["merge_id"] in run(house, "merge", str(other.member_id), member.number).stderr
    result = run(house, "unmerge", made["merge_id"], "--json")
    assert result.exit_code == ExitCode.FINE
    assert read(result)["undone_at"] is not None
    assert read(run(house, "show", "marie@example.org", "--json"))["status"] == "active"


def test_what_cannot_be_merged_is_said(house: Stub, member: MemberRecord) -> None:
    for arguments, words in (
        (("merge", member.number, member.number), "on both sides"),
        (("merge", "nobody@example.org", member.number), "nobody@example.org"),
        (("unmerge", "m1"), "There is no merge m1"),
        (("unmerge", str(member.member_id)), "There is no merge"),
    ):
        result = run(house, *arguments, "--json")
        assert result.exit_code == ExitCode.BAD_INPUT
        assert result.stdout == ""
        assert words in " ".join(result.stderr.split())
