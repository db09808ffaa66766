"""How long people's pages take with 100,000 members: as a browser sees it, which draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias
from uuid import UUID

from habitue.domain.access import SYSTEM, Role
from habitue.interfaces.commands.benching.browsing import Browser
from habitue.interfaces.commands.benching.figures import BUDGET_MS
from habitue.interfaces.commands.benching.report import Result, percentile
from habitue.interfaces.commands.benching.server import BenchServer, Connection
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.interfaces.commands.benching.web import HOST, serving_process
from habitue.kit.instants import DAY
from habitue.services.access.links import make_link
from habitue.services.access.staff import StaffDetails, add_staff
from habitue.services.benching.figures import fill_business

Address: TypeAlias = Callable[[], str]

MEMBERS: Final = "/backoffice/members/"
TILL: Final = "/terminal/"
# Somebody stands there and waits.
TILL_BUDGET_MS: Final = 40.0
_SEARCHES: Final = ("ma", "mar", "dupont", "le", "anna b", "zzz", "+336", "a")
_LISTS: Final[Mapping[str, str]] = {
    "list": "",
    "list by balance": "?sort=balance&direction=descending",
    "list by spend": "?sort=spend&direction=descending",
    "list by latest purchase": "?sort=latest_purchase&direction=descending",
    "list by tier": "?sort=tier&direction=descending",
    "list of gold": "?tier=gold",
    "list of birthdays": "?birthdays=30&sort=latest_purchase",
    "list of those not seen": "?latest=-90&balance_from=100&sort=spend&direction=descending",
    "list where nobody fits": "?balance_from=100000000",
}
_TABS: Final = ("", "timeline/", "ledger/", "ledger/?kind=reverse", "trail/", "merge/", "adjust/")


@dataclass(frozen=True, slots=True)
class Sample:
    """Members of the filled house: any, and those with the longest ledgers."""

    anybody: Sequence[UUID]
    frequent: Sequence[UUID]


def bench_pages(server: BenchServer, conditions: Conditions) -> Result:
    """Each page many times over one connection, one after another; p95 with its budget."""
    members, each = conditions.pick((100_000, 25), (100, 2))
    template, count = conditions.pick((1_000, 100), (10, 1))
    result = Result(
        "pages",
        "people's pages through HTTP, one visitor, one server process",
        {"members": members, "purchases": members * each, "calls of each page": count},
    )
    with server.database("pages") as database:
        with database.connect() as connection:
            fill_business(
                connection,
                members=members,
                purchases_each=each,
                clock=conditions.clock,
                phones=conditions.phones,
                seed=conditions.seed,
                template=template,
            )
            sample = _sample(connection)
            tokens = {kind: _link(connection, conditions, kind, sample) for kind in _KINDS}
        database.settle()
        choose = Random(conditions.seed)  # noqa: S311 - data for measuring, not secret.
        # What has become due since is a worker's, and is not what is measured here.
        with serving_process(database, "--no-worker", workers=1) as (_, port):
            for kind, token in tokens.items():
                browser = Browser(HOST, port)
                browser.enter(token)
                for name, address in _PAGES[kind](choose, sample).items():
                    _measure(result, name, browser, address, count)
                browser.close()
    return result


def _measure(result: Result, name: str, browser: Browser, address: Address, count: int) -> None:
    for _ in range(max(count // 10, 1)):
        browser.ask(address())
    seconds = sorted(browser.seconds(address()) for _ in range(count))
    budget = TILL_BUDGET_MS if name.startswith("till") else BUDGET_MS
    result.add(f"{name}, p95", percentile(seconds, 0.95) * 1000, "ms", at_most=budget)
    result.details[name] = {
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 1),
        "p95_ms": round(percentile(seconds, 0.95) * 1000, 1),
        "max_ms": round(seconds[-1] * 1000, 1),
        "kilobytes": round(len(browser.ask(address()).encode()) / 1000, 1),
    }


def _of_manager(choose: Random, sample: Sample) -> dict[str, Address]:
    pages: dict[str, Address] = {name: _always(MEMBERS + query) for name, query in _LISTS.items()}
    pages["list, searched"] = lambda: f"{MEMBERS}?q={choose.choice(_SEARCHES).replace(' ', '+')}"
    for tab in _TABS:
        pages[f"member {tab}".strip()] = _one_of(choose, sample.anybody, tab)
    for tab in ("timeline/", "ledger/"):
        pages[f"member {tab} of a regular"] = _one_of(choose, sample.frequent, tab)
    pages["overview"] = _always("/backoffice/overview/")
    pages["programme"] = _always("/backoffice/programme/")
    return pages | _at_till(choose, sample)


def _at_till(choose: Random, sample: Sample) -> dict[str, Address]:
    return {
        "till": _always(TILL),
        "till, searched": lambda: f"{TILL}?q={choose.choice(_SEARCHES).replace(' ', '+')}",
        "till, enrol": _always(f"{TILL}enrol/"),
        "till, member": lambda: f"{TILL}members/{choose.choice(sample.anybody)}/",
        "till, regular": lambda: f"{TILL}members/{choose.choice(sample.frequent)}/",
    }


def _of_member(choose: Random, sample: Sample) -> dict[str, Address]:
    del choose, sample
    paths = {"home": "", "history": "history/", "rules": "rules/"}
    return {f"portal {name}": _always(f"/portal/{path}") for name, path in paths.items()}


def _always(path: str) -> Address:
    return lambda: path


def _one_of(choose: Random, members: Sequence[UUID], tab: str) -> Address:
    return lambda: f"{MEMBERS}{choose.choice(members)}/{tab}"


def _sample(connection: Connection) -> Sample:
    anybody = connection.execute(
        "SELECT member_id FROM member ORDER BY md5(member_id::text) LIMIT 500"
    ).fetchall()
    frequent = connection.execute(
        "SELECT member_id FROM member_figure ORDER BY purchases DESC, member_id LIMIT 50"
    ).fetchall()
    return Sample([one for (one,) in anybody], [one for (one,) in frequent])


def _link(
    connection: Connection, conditions: Conditions, kind: Literal["staff", "member"], sample: Sample
) -> str:
    now = conditions.clock.now()
    subject = sample.frequent[0]
    if kind == "staff":
        details = StaffDetails("Bench", [Role.MANAGER.value])
        email = "bench@habitue.example"
        colleague = add_staff(connection, actor=SYSTEM, email=email, details=details, now=now)
        subject = colleague.staff_id
    token = make_link(
        connection,
        kind=kind,
        subject_id=subject,
        purpose="demonstration",
        now=now,
        expires_at=now + DAY,
        single_use=False,
    )
    connection.commit()
    return token


_KINDS: Final[tuple[Literal["staff", "member"], ...]] = ("staff", "member")
_PAGES: Final[Mapping[str, Callable[[Random, Sample], dict[str, Address]]]] = {
    "staff": _of_manager,
    "member": _of_member,
}
