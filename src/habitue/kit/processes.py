"""What a process can tell about itself."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path


def peak_memory() -> int:
    """The most memory that this process has held, in bytes.

    Linux tells it in ``/proc``: what ``getrusage`` tells there begins with the size of the process
    that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes, except on macOS, where it is bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def usable_cores() -> int:
    """How many cores this process may use."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return os.cpu_count() or 1 if affinity is None else len(affinity(0))
