"""Where one batch spends its time: Python room by room, and PostgreSQL statement by statement."""

from __future__ import annotations

import cProfile
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar, Final

import psycopg
from psycopg.pq import PipelineStatus

from habitue.interfaces.commands.benching.server import Connection

_MICRO: Final = 1_000_000
_NANO: Final = 1_000_000_000
_FUNCTIONS: Final = 25
_STATEMENT: Final = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s+(\w+)?")
# Not the FROM of `extract(epoch FROM m.at)`.
_FROM: Final = re.compile(r"\bFROM\s+(\w+)(?![\w.])")


@dataclass(slots=True)
class _Cost:
    calls: int = 0
    server: float = 0.0
    client: float = 0.0


class _Watched(psycopg.Cursor[Any]):
    """A cursor that notes what each statement costs on both sides of the connection."""

    costs: ClassVar[dict[str, _Cost]] = defaultdict(_Cost)

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        """Execute, and note the costs."""
        pid = self.connection.info.backend_pid
        server, client = backend_seconds(pid), time.process_time()
        if self.connection.pgconn.pipeline_status == PipelineStatus.OFF:
            answer = super().execute(query, *arguments, **options)
        else:
            # Otherwise the server would work on it while later statements are being counted.
            with self.connection.pipeline():
                answer = super().execute(query, *arguments, **options)
        cost = self.costs[named(str(query))]
        cost.calls += 1
        cost.server += backend_seconds(pid) - server
        cost.client += time.process_time() - client
        return answer


def backend_seconds(pid: int) -> float:
    """CPU seconds of one server process so far, to the nanosecond; 0 where the system has none."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / _NANO
    except OSError:
        return 0.0


def named(statement: str) -> str:
    """A statement by its verb and its table."""
    found = _STATEMENT.match(statement)
    if found is None:
        return statement[:40]
    verb, table = found.groups()
    if verb == "SELECT":
        source = _FROM.search(statement)
        table = "settings" if source is None else source[1]
    return f"{verb.split()[0]} {table}"


def statements_of(
    connection: Connection, work: Callable[[], object], *, events: int
) -> list[dict[str, Any]]:
    """CPU microseconds per event of each statement while the work runs, the dearest first."""
    with _watching(connection):
        work()
    costs = sorted(_Watched.costs.items(), key=lambda pair: -pair[1].server)
    return [
        {
            "statement": name,
            "calls": cost.calls,
            "postgresql_us": round(cost.server / events * _MICRO, 1),
            "python_us": round(cost.client / events * _MICRO, 1),
        }
        for name, cost in costs
    ]


@contextmanager
def _watching(connection: Connection) -> Iterator[None]:
    before = connection.cursor_factory
    _Watched.costs.clear()
    connection.cursor_factory = _Watched
    try:
        yield
    finally:
        connection.cursor_factory = before


def functions_of(work: Callable[[], Any], *, events: int) -> dict[str, Any]:
    """Shares of CPU time by room and by function, own time only, and calls per event.

    The profiler makes calls dearer than they are, so that shares of small functions are too high.
    """
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(work)
    entries = profiler.getstats()
    total = sum(entry.inlinetime for entry in entries) or 1.0
    rooms: dict[str, float] = defaultdict(float)
    for entry in entries:
        rooms[_room(entry.code)] += entry.inlinetime / total
    dearest = sorted(entries, key=lambda entry: -entry.inlinetime)
    return {
        "rooms": {
            room: round(share, 3)
            for room, share in sorted(rooms.items(), key=lambda pair: -pair[1])
            if share >= 0.005
        },
        "functions": [
            {
                "function": _name(entry.code),
                "share": round(entry.inlinetime / total, 3),
                "calls_per_event": round(entry.callcount / events, 2),
            }
            for entry in dearest[:_FUNCTIONS]
        ],
        "calls_per_event": round(sum(entry.callcount for entry in entries) / events),
    }


def _room(code: CodeType | str) -> str:
    if isinstance(code, str):
        return "built-in functions"
    parts = Path(code.co_filename).parts
    if "habitue" in parts and "site-packages" not in parts:
        inside = parts[parts.index("habitue", parts.index("src") if "src" in parts else 0) + 1 : -1]
        return ".".join(inside[:2]) or "habitue"
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return "made by dataclasses" if code.co_filename == "<string>" else "standard library"


def _name(code: CodeType | str) -> str:
    if isinstance(code, str):
        return code
    return f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_name}"
