"""`habitue chance`: anyone can compute again whom a chance fell to."""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from habitue.domain.chance import commitment_of
from habitue.interfaces.commands.chance import app
from habitue.interfaces.commands.exit_codes import ExitCode

SEED = "00" * 32
EVENT = "0123456789abcdef0123456789abcdef"


def verify(*more: str, seed: str = SEED, chance: str = "1 in 20") -> Result:
    """The command with what everybody knows after the month."""
    arguments = ["verify", "--seed", seed, "--rule", "treat", "--event", EVENT, "--chance", chance]
    return CliRunner().invoke(app, [*arguments, *more])


def test_the_number_decides() -> None:
    told = json.loads(verify("--json").stdout)
    # 0xfba7d81155cbc243 of 2**64 is 98.3 %.
    assert told["number"] == 0xFBA7D81155CBC243
    assert (told["fell"], told["committed"]) == (False, None)
    assert json.loads(verify("--json", chance="99 %").stdout)["fell"]


def test_a_seed_that_was_not_committed_to_is_found_out() -> None:
    kept = verify("--commitment", commitment_of(bytes(32)).upper())
    assert kept.exit_code == ExitCode.FINE
    wrong = verify("--commitment", "ab" * 32)
    assert wrong.exit_code == ExitCode.FOUND_WRONG


def test_what_cannot_be_read_is_refused() -> None:
    assert verify(seed="00").exit_code == ExitCode.BAD_INPUT
    assert verify(chance="often").exit_code == ExitCode.BAD_INPUT
