"""Other processes: started, waited for, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

KILOBYTE = 1024
MEGABYTE = 1024 * 1024


class ProcessFailedError(RuntimeError):
    """A process that a benchmark needs has failed; the text holds its own words."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: what it wrote, and what it cost with its own children."""

    output: str
    words: str
    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    """The largest resident set of the process or of one of the children it waited for."""


def run(arguments: Sequence[str], *, given: bytes = b"") -> Ended:
    """Run a process to its end; raises ``ProcessFailedError`` with its words where it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as words:
        with tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            began = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603 - arguments of our own; no shell is involved.
                arguments, stdin=source, stdout=output, stderr=words
            )
            try:
                # Waited for here and not by `subprocess`, which keeps no account of the costs.
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                process.kill()
                process.wait()
                raise
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        words.seek(0)
        said = words.read().decode(errors="replace")
        if process.returncode != 0:
            shown = " ".join(arguments[-6:])
            raise ProcessFailedError(f"{shown} ended with {process.returncode}:\n{said[-4000:]}")
        return Ended(
            output=output.read().decode(errors="replace"),
            words=said,
            seconds=seconds,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            # Kilobytes on Linux, bytes on macOS.
            peak_memory_mb=usage.ru_maxrss / (MEGABYTE if sys.platform == "darwin" else KILOBYTE),
        )


def cpu_of(pid: int) -> float:
    """CPU seconds that a process and its descendants have used so far, ended ones included."""
    total = 0.0
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return total
    for process in family:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            # It ended a moment ago: its parent has, or will have, its account.
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
