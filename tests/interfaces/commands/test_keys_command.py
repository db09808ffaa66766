"""`habitue keys`: create, list, revoke."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.keys import app
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, parse_instant
from habitue.selectors.keys import Permission
from habitue.services.keys import authenticate
from tests.support.database import DatabaseForTests

NOW = parse_instant("2026-03-01T12:00:00+00:00")


@dataclass
class House:
    """An installation with a settled clock and the database of the test."""

    url: str
    clock: FixedClock

    def open_migrated(self) -> str:
        """The address of the database of the test."""
        return self.url

    def run(self, *arguments: str) -> Result:
        """Run the command with these arguments."""
        return CliRunner().invoke(app, arguments, obj=self)

    def answer(self, *arguments: str) -> Any:
        """The one JSON document of a command that succeeds."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def house(database: DatabaseForTests) -> House:
    """The installation."""
    return House(database.url, FixedClock(NOW))


def test_a_key_is_made_and_shown_once(house: House, database: DatabaseForTests) -> None:
    made = house.answer(
        "create", "till 2", "--scope", "purchases:write", "--store", "lyon", "--days", "30"
    )
    assert made["scopes"] == ["purchases:write"]
    assert made["stores"] == ["lyon"]
    with database.connect() as connection:
        key = authenticate(connection, token=made["key"], now=NOW)
    assert (key.name, key.expires_at) == ("till 2", NOW + 30 * DAY)
    (listed,) = house.answer("list")
    assert listed == {name: value for name, value in made.items() if name != "key"}


def test_without_json_standard_output_is_the_key_alone(
    house: House, database: DatabaseForTests
) -> None:
    result = house.run("create", "everything")
    with database.connect() as connection:
        key = authenticate(connection, token=result.stdout.strip(), now=NOW)
    assert key.scopes == set(Permission)
    shown = house.run("list")
    assert shown.exit_code == 0


def test_a_reader(house: House) -> None:
    made = house.answer("create", "report", "--scope", "read", "--limit", "0")
    assert all(scope.endswith(":read") for scope in made["scopes"])
    assert made["requests_per_minute"] == 0


def test_revoking(house: House) -> None:
    made = house.answer("create", "till")
    assert house.answer("revoke", made["key_id"]) == {"key_id": made["key_id"], "revoked": True}
    assert house.answer("list") == []
    assert [one["key_id"] for one in house.answer("list", "--revoked")] == [made["key_id"]]
    again = house.run("revoke", made["key_id"])
    assert again.exit_code == ExitCode.FOUND_WRONG
    assert house.run("list").exit_code == 0
    assert house.run("list", "--revoked").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", ""],
        ["create", "x" * 101],
        ["create", "x", "--scope", "fly"],
        ["create", "x", "--limit", "-1"],
        ["create", "x", "--store", " "],
    ],
)
def test_what_makes_no_key_is_refused(house: House, arguments: list[str]) -> None:
    result = house.run(*arguments)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert house.answer("list", "--revoked") == []
