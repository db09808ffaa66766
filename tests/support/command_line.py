"""The command line in a process of its own, as an operator or a script sees it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.postgres import PROJECT


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def habitue(*arguments: str, environment: Mapping[str, str] | None = None) -> Said:
    """Run a command; `environment` adds to that of the tests, an empty value takes away."""
    result = subprocess.run(
        [sys.executable, "-m", "habitue", *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
    )
    return Said(result.returncode, result.stdout, result.stderr)
