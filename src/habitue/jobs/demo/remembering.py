"""Which demonstration a database holds, so that a second start need not look through it.

The note names the programme by its id, which no other database has: a note beside another database
counts for nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NOTE = "demo.json"


def read_note(home: Path, programme_id: str) -> dict[str, Any] | None:
    """What was loaded for this programme; ``None`` where it was not, or not to the end."""
    try:
        note: dict[str, Any] = json.loads((home / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if note.get("programme_id") == programme_id else None


def write_note(home: Path, programme_id: str, report: dict[str, Any]) -> None:
    """Note that the whole demonstration is loaded."""
    text = json.dumps({"programme_id": programme_id, **report}, indent=2, sort_keys=True)
    (home / NOTE).write_text(text + "\n", encoding="utf-8")
