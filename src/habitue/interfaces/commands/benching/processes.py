"""Other processes: started, waited for, and what they cost."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

KILOBYTE = 1024
_SAMPLE_SECONDS = 0.02


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
    """The largest resident set of the process itself."""


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
                status, usage, peak = _watch(process.pid)
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
            peak_memory_mb=peak,
        )


def _watch(pid: int) -> tuple[int, resource.struct_rusage, float]:
    """Wait for a process; its status, its costs, and its largest resident set in megabytes.

    Waited for here and not by `subprocess`, which keeps no account of the costs.  The peak is read
    while the process runs: what the system tells at its end begins with the size of this process,
    which it was for a moment.
    """
    peak = 0.0
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, usage, peak or usage.ru_maxrss / KILOBYTE
        peak = max(peak, _peak_memory_mb(pid))
        time.sleep(_SAMPLE_SECONDS)


def _peak_memory_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peaks[0] / KILOBYTE if peaks else 0.0


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
