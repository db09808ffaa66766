"""`habitue programme diff` and `apply`: changes in words, who would move, and a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.programme import app
from tests.interfaces.commands.test_programme_commands import DOCUMENT, Stub, run
from tests.services.test_foreseeing import shop as shop  # noqa: PLC0414  # fixtures, by name
from tests.services.test_foreseeing import tiers, with_gold
from tests.services.till import Till
from tests.services.till import till as till  # noqa: PLC0414  # fixtures, by name
from tests.support.database import DatabaseForTests


@pytest.fixture
def house(shop: Till, database: DatabaseForTests) -> Stub:
    """The installation of the till at which two members are gold."""
    return Stub(database.url, shop.clock)


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """Gold from 450.00."""
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump(with_gold("450.00")), encoding="utf-8")
    return path


def answered(answer: str, *arguments: str, house: Stub) -> Result:
    """What a command says to whom answers."""
    return CliRunner().invoke(app, arguments, obj=house, input=answer)


def numbers(house: Stub) -> list[int]:
    """The versions that there are."""
    result = run("history", "corner", "--json", house=house)
    return [one["number"] for one in json.loads(result.stdout)["versions"]]


def test_diff_of_two_files_speaks_of_rules(house: Stub, tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(DOCUMENT, encoding="utf-8")
    new.write_text(DOCUMENT.replace("1.5", "2"), encoding="utf-8")
    result = run("diff", str(old), str(new), house=house)
    assert result.stdout == (
        "How points are earned\n"
        "  Base\n"
        "    - 1.5 points for each €1.\n"
        "    + 2 points for each €1.\n"
        "In the document\n"
        "  changed  earn.base.give.points: '1.5' -> 2\n"
    )
    french = run("diff", str(old), str(new), "--language", "fr", house=house).stdout
    assert french.splitlines()[0] != "How points are earned"
    plain = json.loads(run("diff", str(old), str(new), "--json", house=house).stdout)
    assert plain["differences"] == [
        {"path": "earn.base.give.points", "change": "changed", "before": "1.5", "after": 2}
    ]
    assert [one["name"] for one in plain["changes"]] == ["Base"]
    assert "members" not in plain
    assert "say the same" in run("diff", str(old), str(old), house=house).stderr


def test_diff_against_what_is_published_says_who_would_move(house: Stub, draft: Path) -> None:
    said = run("diff", "corner", str(draft), house=house).stdout
    assert "  Gold\n    - Reached with purchases of €500" in said
    assert "changed  tiers.gold.enter: '500.00' -> '450.00'" in said
    assert "  2 would move up now, 0 down, 3 stay.\n  2 from no tier to gold.\n" in said
    plain = json.loads(run("diff", "corner", str(draft), "--json", house=house).stdout)
    assert plain["members"]["moves"] == [{"from": "", "to": "gold", "members": 2}]
    assert run("diff", "nowhere", str(draft), house=house).exit_code == ExitCode.BAD_INPUT


def test_apply_shows_asks_and_moves_everybody(house: Stub, draft: Path, shop: Till) -> None:
    no = answered("n\n", "apply", str(draft), house=house)
    assert no.exit_code == ExitCode.USAGE
    assert "2 would move up now" in no.stderr
    assert "Nothing was published." in no.stderr
    assert numbers(house) == [2, 1]
    nobody = answered("", "apply", str(draft), house=house)
    assert nobody.exit_code == ExitCode.USAGE
    assert "add --yes" in nobody.stderr
    yes = answered("y\n", "apply", str(draft), house=house)
    assert yes.exit_code == ExitCode.FINE
    assert "2 members were moved up with it." in " ".join(yes.stderr.split())
    assert numbers(house) == [3, 2, 1]
    assert tiers(shop) == ["", "gold", "gold", "gold", "gold"]


def test_apply_refuses_what_was_changed_meanwhile(house: Stub, draft: Path) -> None:
    result = run("apply", str(draft), "--yes", "--expect", "1", house=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert numbers(house) == [2, 1]
    assert (
        run("apply", str(draft), "--yes", "--expect", "2", house=house).exit_code == ExitCode.FINE
    )


def test_a_refused_document_leaves_everything_as_it_was(
    house: Stub, draft: Path, shop: Till
) -> None:
    draft.write_text(yaml.safe_dump(with_gold("450.00") | {"zone": "Mars"}), encoding="utf-8")
    assert run("apply", str(draft), "--yes", house=house).exit_code == ExitCode.BAD_INPUT
    assert numbers(house) == [2, 1]
    assert tiers(shop) == ["", "", "", "gold", "gold"]
