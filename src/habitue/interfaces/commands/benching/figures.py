"""What the overview and the list of members take to read, and settling to keep them current."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

from habitue.domain.access import Actor, Kind, Role
from habitue.domain.member_filters import Birthdays, MemberFilters, Sort
from habitue.interfaces.commands.benching.report import Result, percentile
from habitue.interfaces.commands.benching.server import BenchServer, Connection
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import SECOND, datetime_of
from habitue.selectors.member_list import (
    count_member_rows,
    iterate_member_rows,
    list_member_rows,
)
from habitue.selectors.overview import get_overview
from habitue.services.benching.figures import fill_business
from habitue.services.benching.purchases import make_purchases
from habitue.services.figures import settle_figures
from habitue.services.intake import Envelope, record

BUDGET_MS: Final = 100.0
_OWNER: Final = Actor(kind=Kind.STAFF, roles=frozenset({Role.OWNER}))


def bench_figures(server: BenchServer, conditions: Conditions) -> Result:
    """The time in the server, database included, with purchases that are not settled yet."""
    members, each = conditions.pick((100_000, 25), (300, 4))
    template, count = conditions.pick((1_000, 100), (30, 5))
    result = Result(
        "figures",
        "the overview and the list of members, time in the server",
        {"members": members, "purchases": members * each, "calls of each kind": count},
    )
    with server.database("figures") as database, database.connect() as connection:
        began = time.perf_counter()
        programme = fill_business(
            connection,
            members=members,
            purchases_each=each,
            clock=conditions.clock,
            phones=conditions.phones,
            seed=conditions.seed,
            template=template,
        )
        result.details["fill_seconds"] = round(time.perf_counter() - began, 1)
        database.settle()
        bench = _Bench(connection, conditions, programme)
        for late, name in ((0, "settled"), (50, "50 purchases later")):
            bench.buy(late)
            for kind, call in bench.calls().items():
                _measure(result, f"{kind}, {name}", call, count)
        bench.buy(conditions.pick(500, 5))
        _settling(result, bench, conditions)
        _export(result, bench)
    return result


class _Bench:
    """Calls as the pages make them, with arguments that change from one to the next."""

    def __init__(self, connection: Connection, conditions: Conditions, programme: str) -> None:
        self.connection = connection
        self.conditions = conditions
        self.programme = programme
        self._random = Random(conditions.seed)  # noqa: S311 - data for measuring, not secret.
        self._sent = 0

    def buy(self, count: int) -> None:
        """Purchases of members from the whole house, just now."""
        if not count:
            return
        rows = self.connection.execute(
            "SELECT value FROM identifier WHERE kind = 'external' ORDER BY md5(value) LIMIT %s",
            [count],
        ).fetchall()
        now = self.conditions.clock.now()
        self._sent += 1
        made = make_purchases(
            [value for (value,) in rows],
            count,
            seed=self._sent,
            source=f"late-{self._sent}",
            begin=now - 60 * SECOND,
            end=now,
            kind="external",
        )
        record(
            self.connection,
            [Envelope(self.programme, "purchase", content) for content in made],
            clock=self.conditions.clock,
            phones=self.conditions.phones,
            announce=False,
        )

    def calls(self) -> dict[str, Callable[[], object]]:
        """One call of each kind."""
        today = datetime_of(self.conditions.clock.now()).date()
        soon = MemberFilters(birthdays=Birthdays(today, 14))
        gold = MemberFilters(tier="gold", balance_from=100)
        quiet = MemberFilters(latest_until=today - timedelta(days=60))
        calls: dict[str, Callable[[], object]] = {
            f"overview of {days} days": partial(self._overview, days) for days in (7, 30, 90, 365)
        }
        calls |= {f"list by {sort.value}": partial(self._list, sort=sort) for sort in Sort}
        calls |= {
            "list, gold with points": lambda: self._list(filters=gold, sort=Sort.SPEND),
            "list, birthday soon": lambda: self._list(filters=soon),
            "list, not seen for long": lambda: self._list(filters=quiet, sort=Sort.SPEND),
            "list, nobody fits": lambda: self._list(filters=MemberFilters(balance_from=10**9)),
            "list, closed": lambda: self._list(filters=MemberFilters(status="closed")),
            "list, search": lambda: self._list(query=self._random.choice(("mar", "dup", "popes"))),
            "list, deep page": self._deep,
            "count of all": lambda: self._count(MemberFilters()),
            "count of gold": lambda: self._count(gold),
        }
        return calls

    def _overview(self, days: int) -> object:
        now = self.conditions.clock.now()
        until = datetime_of(now).date() - timedelta(days=self._random.randrange(3))
        return get_overview(
            self.connection,
            actor=_OWNER,
            programme=self.programme,
            until_day=until,
            days=days,
            now=now,
        )

    def _list(self, **options: Any) -> Any:
        return list_member_rows(
            self.connection,
            actor=_OWNER,
            programme=self.programme,
            now=self.conditions.clock.now(),
            phones=self.conditions.phones,
            direction=self._random.choice(("ascending", "descending")),
            **options,
        )

    def _deep(self) -> object:
        """From a place in the middle: the first members by a balance that many have."""
        page = list_member_rows(
            self.connection,
            actor=_OWNER,
            programme=self.programme,
            now=self.conditions.clock.now(),
            phones=self.conditions.phones,
            filters=MemberFilters(balance_from=20),
            sort=Sort.JOINED,
            limit=200,
        )
        return self._list_after(page.next_cursor)

    def _list_after(self, cursor: str | None) -> object:
        return list_member_rows(
            self.connection,
            actor=_OWNER,
            programme=self.programme,
            now=self.conditions.clock.now(),
            phones=self.conditions.phones,
            sort=Sort.JOINED,
            cursor=cursor,
        )

    def _count(self, filters: MemberFilters) -> object:
        return count_member_rows(
            self.connection,
            actor=_OWNER,
            programme=self.programme,
            now=self.conditions.clock.now(),
            phones=self.conditions.phones,
            filters=filters,
        )


def _measure(result: Result, name: str, call: Callable[[], object], count: int) -> None:
    for _ in range(max(count // 20, 1)):
        call()
    seconds: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    result.add(f"{name}, p95", percentile(seconds, 0.95) * 1000, "ms", at_most=BUDGET_MS)
    result.details[name] = _spread(seconds)


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 1),
        "p95_ms": round(percentile(seconds, 0.95) * 1000, 1),
        "max_ms": round(seconds[-1] * 1000, 1),
    }


def _settling(result: Result, bench: _Bench, conditions: Conditions) -> None:
    """What it takes to settle some hundred purchases, and then nothing."""
    later = conditions.clock.now() + 60 * SECOND
    for name in ("settling 550 purchases", "settling nothing"):
        began = time.perf_counter()
        settle_figures(bench.connection, now=later)
        result.add(name, (time.perf_counter() - began) * 1000, "ms")
        later += SECOND


def _export(result: Result, bench: _Bench) -> None:
    began = time.perf_counter()
    number = sum(
        1
        for _ in iterate_member_rows(
            bench.connection,
            actor=_OWNER,
            programme=bench.programme,
            now=bench.conditions.clock.now(),
        )
    )
    result.add("export of all members", number / (time.perf_counter() - began), "rows a second")
