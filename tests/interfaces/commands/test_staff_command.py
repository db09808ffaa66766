"""`habitue staff invite`: the first owner comes in, and one who is locked out comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.staff import app
from habitue.kit.clock import FixedClock
from habitue.kit.instants import parse_instant
from habitue.selectors.staff import list_staff
from habitue.services.access.links import use_link
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
        return CliRunner().invoke(app, ["invite", *arguments], obj=self)

    def answer(self, *arguments: str) -> Any:
        """The one JSON document of a command that succeeds."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def house(database: DatabaseForTests) -> House:
    """The installation."""
    return House(database.url, FixedClock(NOW))


def token_of(link: str) -> str:
    """The token in a link."""
    return link.rstrip("/").rpartition("/")[2]


def test_the_first_owner_gets_a_link_that_lets_in_once(house: House) -> None:
    answer = house.answer("Ana@Example.org", "--name", "Ana")
    assert (answer["email"], answer["name"]) == ("ana@example.org", "Ana")
    with psycopg.connect(house.url) as connection:
        (owner,) = [
            one for one in list_staff(connection, actor=SYSTEM) if one.email == "ana@example.org"
        ]
        link = use_link(connection, token=token_of(answer["link"]), now=NOW)
        assert (link.subject_id, link.purpose) == (owner.staff_id, "invitation")
        assert list(owner.roles) == ["owner"]
        with pytest.raises(Refusal) as refused:
            use_link(connection, token=token_of(answer["link"]), now=NOW)
    assert refused.value.code is Code.LINK_NOT_VALID


def test_somebody_known_stays_who_they_are_and_an_older_link_is_worthless(house: House) -> None:
    first = house.answer("ben@example.org", "--name", "Ben", "--role", "manager")
    second = house.answer("ben@example.org", "--name", "Another", "--role", "owner")
    assert second["name"] == "Ben"
    with psycopg.connect(house.url) as connection:
        found = [one for one in list_staff(connection, actor=SYSTEM) if one.name == "Ben"]
        assert [list(one.roles) for one in found] == [["manager"]]
        with pytest.raises(Refusal):
            use_link(connection, token=token_of(first["link"]), now=NOW)


@pytest.mark.parametrize(
    "arguments", [("no address",), ("ana@example.org", "--role", "emperor")], ids=["email", "role"]
)
def test_bad_input_adds_nobody(house: House, arguments: tuple[str, ...]) -> None:
    with psycopg.connect(house.url) as connection:
        before = list_staff(connection, actor=SYSTEM)
    assert house.run(*arguments).exit_code == ExitCode.BAD_INPUT
    with psycopg.connect(house.url) as connection:
        assert list_staff(connection, actor=SYSTEM) == before
