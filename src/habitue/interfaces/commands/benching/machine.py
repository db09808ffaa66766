"""The machine that a benchmark ran on, as far as it decides about the figures."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import psutil

_GIGABYTE = 1024**3


def machine() -> dict[str, Any]:
    """Cores, memory, processor, system, and how busy the machine was just before."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / _GIGABYTE, 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        # Above zero: other processes ran too, and the figures are only indicative.
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
