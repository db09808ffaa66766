"""`habitue draw verify`: the proof of a draw, checked without anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from habitue.interfaces.commands.draws import app
from habitue.interfaces.commands.exit_codes import ExitCode
from tests.domain.draws.test_lot import HONEST


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The proof of a draw that was held honestly."""
    path = tmp_path / "christmas.json"
    path.write_text(json.dumps(HONEST.as_json()), encoding="utf-8")
    return path


def test_an_honest_draw_is_found_so(file: Path) -> None:
    result = CliRunner().invoke(app, ["verify", str(file), "--json"])
    assert result.exit_code == ExitCode.FINE
    assert json.loads(result.stdout)["ok"] is True
    said = " ".join(result.stderr.split())
    assert "christmas of toy-shop: 2 winners among 3 entrants with 10 entries" in said


def test_a_forged_draw_ends_with_1_and_says_what_is_wrong(file: Path) -> None:
    raw = json.loads(file.read_text("utf-8"))
    raw["winners"].reverse()
    file.write_text(json.dumps(raw), encoding="utf-8")
    result = CliRunner().invoke(app, ["verify", str(file), "--json"])
    assert result.exit_code == ExitCode.FOUND_WRONG
    assert json.loads(result.stdout)["wrong"] == ["winners"]
    assert "lead to other winners" in " ".join(result.stderr.split())


@pytest.mark.parametrize("text", ["no json", "[]", "{}"])
def test_something_else_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert CliRunner().invoke(app, ["verify", str(file)]).exit_code == ExitCode.BAD_INPUT


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["verify", str(tmp_path / "none.json")])
    assert result.exit_code == ExitCode.BAD_INPUT
