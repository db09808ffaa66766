"""Looking members up by identifier, and searching while somebody types, among a million."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from habitue.interfaces.commands.benching.processes import ProcessFailedError
from habitue.interfaces.commands.benching.report import Result, middle, percentile
from habitue.interfaces.commands.benching.server import BenchServer, Connection
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.selectors.members import find_by_identifier, search_members
from habitue.services.benching.members import fill_members
from habitue.services.benching.queries import IDENTIFIERS, make_queries

BUDGET_MS: Final = 20.0


def bench_lookup(server: BenchServer, conditions: Conditions) -> Result:
    """The time in the server, database included, of each kind of query."""
    members, count = conditions.pick(1_000_000, 2_000), conditions.pick(1_000, 20)
    result = Result(
        "lookup",
        "members by identifier and while typing, time in the server",
        {"members": members, "queries of each kind": count},
    )
    slowest_p99 = 0.0
    with server.database("lookup") as database, database.connect() as connection:
        began = time.perf_counter()
        fill_members(connection, members, conditions.seed)
        result.details["fill_seconds"] = round(time.perf_counter() - began, 1)
        database.settle()
        queries = make_queries(connection, count=count, members=members, seed=conditions.seed)
        connection.autocommit = True
        # Every index's upper pages are in memory in a server that has run for a while.
        for kind, texts in queries.items():
            _measure(connection, conditions, kind, texts[: count // 10])
        kinds: dict[str, dict[str, Any]] = {}
        for kind, texts in queries.items():
            seconds, found = _measure(connection, conditions, kind, texts)
            p99 = percentile(seconds, 0.99) * 1000
            slowest_p99 = max(slowest_p99, p99)
            kinds[kind] = {
                "queries": len(texts),
                "p50_ms": round(percentile(seconds, 0.5) * 1000, 2),
                "p99_ms": round(p99, 2),
                "max_ms": round(seconds[-1] * 1000, 2),
                "found_per_query": round(found / len(texts), 1),
            }
    result.add("slowest p99", slowest_p99, "ms", at_most=BUDGET_MS)
    result.add("middle p50", middle([each["p50_ms"] for each in kinds.values()]), "ms")
    for kind, measured in kinds.items():
        result.add(f"{kind}, p99", measured["p99_ms"], "ms", at_most=BUDGET_MS)
    result.details["kinds"] = kinds
    return result


def _measure(
    connection: Connection, conditions: Conditions, kind: str, texts: Sequence[str]
) -> tuple[list[float], int]:
    """Sorted seconds of each query, and how many members were found in all.

    Raises ``ProcessFailedError`` where a member's own identifier does not find anybody.
    """
    seconds: list[float] = []
    found = 0
    for text in texts:
        began = time.perf_counter()
        if kind in IDENTIFIERS:
            matches = find_by_identifier(connection, text=text, phones=conditions.phones)
        else:
            matches = search_members(connection, query=text, phones=conditions.phones)
        seconds.append(time.perf_counter() - began)
        found += len(matches)
        if kind in IDENTIFIERS and not matches:
            raise ProcessFailedError(f"the {kind} {text!r} finds nobody")
    return sorted(seconds), found
