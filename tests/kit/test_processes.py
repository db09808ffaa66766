"""What a process tells about itself."""

import subprocess
import sys

import pytest

from habitue.kit.processes import peak_memory, usable_cores

# A process of some size starts one that is small, and prints what that one says of itself.
LARGE = """
import subprocess, sys
ballast = b"x" * 400_000_000
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
"""
SMALL = "from habitue.kit.processes import peak_memory; print(peak_memory())"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only getrusage tells it")
def test_the_peak_is_not_that_of_whoever_started_the_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LARGE, SMALL], check=True, capture_output=True, text=True
    )
    assert 1_000_000 < int(ended.stdout) < 200_000_000


def test_what_is_let_go_again_still_counts() -> None:
    before = peak_memory()
    ballast = b"x" * (before + 50_000_000)
    assert peak_memory() > before + 40_000_000, len(ballast)


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
