"""The commands of a fresh clone."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT

SCRIPTS = sorted(path for path in (PROJECT / "script").iterdir() if path.is_file())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_posix_shell_and_can_be_run(path: Path) -> None:
    with path.open() as file:
        assert file.readline() == "#!/bin/sh\n"
    assert os.access(path, os.X_OK)
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0


def test_the_promised_scripts_are_there() -> None:
    assert {"demo", "test", "check", "bench", "habitue"} <= {path.name for path in SCRIPTS}
