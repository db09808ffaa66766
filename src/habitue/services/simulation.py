"""The simulation: the recorded history of a programme under another document, exactly.

The events are those that were recorded, and the engine is the one that decided them; only the
version is another.  Between ``since`` and ``until`` every event is judged by the document, at its
own time (a rule with dates applies as its dates say); what lies before is judged by the versions
that were in force.  With the document that was in force the figures are those of the ledger
(SEMANTICS 41).  What customers would have done differently is not guessed: they buy what they
bought, and take what they took wherever they could have.

Members are folded a page at a time.  Where budgets or stock are shared, who gets the last of them
depends on everybody: then all members are folded side by side in the order of recording, and their
states (not their histories) are in memory together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from heapq import nlargest
from statistics import median_low
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import tuple_row

from habitue.domain.engine.advancing import advance
from habitue.domain.engine.lots import Books
from habitue.domain.engine.types import TierMove
from habitue.domain.errors import Code
from habitue.domain.events import Event, Purchase
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.experience import BudgetPast, Past, check_experience
from habitue.domain.programme.faults import Fault
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, day_start, local_day
from habitue.kit.periods import add_period, parse_period
from habitue.kit.rounding import round_ratio
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.programmes import check_conventions
from habitue.services.whatif.counting import About, Counting, Person
from habitue.services.whatif.reading import (
    PAGE,
    Happened,
    Links,
    OnLedger,
    Sampling,
    read_backward,
    read_happened,
    read_links,
    read_members,
    read_on_ledger,
    stream_happened,
)
from habitue.services.whatif.report import (
    Changes,
    MemberChange,
    RefusedFigures,
    Sample,
    Taking,
    WhatIf,
)
from habitue.services.whatif.world import Refused, Told, World, looks_back

Connection: TypeAlias = psycopg.Connection[Any]

# How many members are named among those who gain and lose most.
_NAMED: Final = 10
_YEAR: Final = parse_period("12 months")


def simulate(
    connection: Connection,
    *,
    programme: str,
    document: Mapping[str, Any],
    now: Instant,
    since_date: date | None = None,
    until_date: date | None = None,
    sample: Fraction | None = None,
    progress: Callable[[int], None] | None = None,
) -> WhatIf:
    """What would have happened had ``document`` been in force; changes nothing, takes no locks.

    Days are days of the programme's zone, both included; without ``since_date`` the document would
    have been in force from the beginning, without ``until_date`` until ``now``.  ``sample`` is the
    share of the members that is looked at (above 0, at most 1); what members share is then cut in
    proportion.  ``progress`` is told how many events were decided.

    Refuses a faulty document (``InvalidDocument``), an unknown programme (``UNKNOWN_PROGRAMME``),
    and a document in which amounts mean something else (``VERSION_CONFLICT``).  The connection must
    not be in a transaction: the simulation needs one of its own to see one snapshot.
    """
    assert sample is None or 0 < sample <= 1, "a sample is a share of the members"
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
            known = get_one_compiled(connection, code=programme)
            draft = replace(
                parse_document(document, number=known.latest_number + 1),
                chance_secret=known.versions[known.latest_number].chance_secret,
            )
            check_conventions(known, draft)
            setting = _setting(known, draft, now, since_date, until_date, sample)
            return _Simulation(connection, cursor, setting, progress).run()
    finally:
        connection.isolation_level = before


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is simulated: ``known`` is as it was, ``supposed`` as it is supposed to have been."""

    known: Compiled
    supposed: Compiled
    draft: Programme
    since: Instant
    until: Instant
    share: Fraction | None

    @property
    def sampling(self) -> Sampling | None:
        """The members that are looked at; ``None``: all."""
        return None if self.share is None else Sampling.of(self.share)


def check_history(
    connection: Connection,
    *,
    programme: str,
    document: Mapping[str, Any],
    now: Instant,
    sample: Fraction | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Fault]:
    """What the last twelve months say of a document: rewards that the median member cannot afford
    within them, budgets and stock that would have run out.  As ``simulate`` in all else.
    """
    zone = parse_document(document, number=1).zone
    today = local_day(now, zone)
    found = simulate(
        connection,
        programme=programme,
        document=document,
        now=now,
        since_date=date.fromordinal(add_period(today, _YEAR, -1) + 1),
        sample=sample,
        progress=progress,
    )
    return check_experience(parse_document(document, number=1), found.past)


def _setting(
    known: Compiled,
    draft: Programme,
    now: Instant,
    since_date: date | None,
    until_date: date | None,
    share: Fraction | None,
) -> _Setting:
    since = 0 if since_date is None else day_start(since_date.toordinal(), draft.zone)
    end = now if until_date is None else day_start(until_date.toordinal() + 1, draft.zone) - 1
    draft = replace(draft, effective_at=since)
    versions = {**(known.versions if since else {}), draft.number: draft}
    if share is not None:
        versions = {number: _cut(version, share) for number, version in versions.items()}
    supposed = replace(
        known,
        latest_number=draft.number,
        versions=versions,
        budgets=frozenset(key for version in versions.values() for key in version.budgets),
    )
    return _Setting(known, supposed, draft, since, min(end, now), share)


def _cut(version: Programme, share: Fraction) -> Programme:
    """A version whose budgets are those of a sample of the members."""

    def part(whole: int | None) -> int | None:
        return None if whole is None else int(whole * share)

    budgets: dict[str, Budget] = {
        key: replace(budget, units=part(budget.units), times=part(budget.times))
        for key, budget in version.budgets.items()
    }
    return replace(version, budgets=budgets)


@dataclass(slots=True)
class _Extremes:
    """Who gains and who loses in one currency, in bounded memory."""

    more: int = 0
    less: int = 0
    same: int = 0
    candidates: list[MemberChange] = field(default_factory=list)

    def add(self, change: MemberChange) -> None:
        """Count one member."""
        difference = change.difference
        self.more += difference > 0
        self.less += difference < 0
        self.same += difference == 0
        if difference:
            self.candidates.append(change)
            if len(self.candidates) > 50 * _NAMED:
                self.candidates = [*self.most(1), *self.most(-1)]

    def most(self, sign: int) -> list[MemberChange]:
        """Those who gain most (1) or lose most (-1)."""
        chosen = [one for one in self.candidates if one.difference * sign > 0]
        return nlargest(_NAMED, chosen, key=lambda one: (one.difference * sign, one.member))


class _Simulation:
    """One simulation over one snapshot."""

    def __init__(
        self,
        connection: Connection,
        cursor: psycopg.Cursor[Any],
        setting: _Setting,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._setting = setting
        self._progress = progress
        self._programme = setting.known.programme_id
        self._draft = Counting(setting.draft, since=setting.since)
        self._live = Counting(self._newest(), since=setting.since)
        self._people: dict[str, Person] = {}
        self._refused: Counter[tuple[str, Code, str]] = Counter()
        self._buyers: set[str] = set()
        self._paces: dict[str, list[int]] = {}
        self._budgets: Mapping[str, BudgetPast] = {}
        self._takings: dict[int, list[int]] = {}
        self._tier_moves: Counter[tuple[str, str]] = Counter()
        self._extremes: dict[str, _Extremes] = {}
        self._members = self._everybody = self._events = 0

    def run(self) -> WhatIf:
        """Everybody, a page at a time or side by side."""
        links = read_links(self._cursor, self._programme)
        if self._setting.supposed.budgets:
            self._side_by_side([member for page in self._pages(links) for member in page])
        else:
            for members in self._pages(links):
                self._page(members)
        return self._report()

    def _newest(self) -> Programme:
        known = self._setting.known
        number = known.number_at(self._setting.until) or known.latest_number
        return known.versions[number]

    def _pages(self, links: Links) -> Iterator[list[str]]:
        """The members that are looked at; those who are linked stand on one page."""
        sampling = self._setting.sampling
        for page in read_members(self._cursor, self._programme):
            self._everybody += len(page)
            chosen: list[str] = []
            for member in page:
                if links.first_of(member) == member and (
                    sampling is None or sampling.takes(member)
                ):
                    chosen += links.all_of(member)
            yield chosen

    # --- folding ----------------------------------------------------------------------------------

    def _page(self, members: Sequence[str]) -> None:
        until = self._setting.until
        happened = read_happened(self._cursor, self._programme, members, until=until)
        histories: dict[str, list[Event]] = {member: [] for member in members}
        for one in happened:
            histories[one.member].append(one.event)
        world = self._world()
        for member, events in histories.items():
            if events:
                world.open(member, looks_back=looks_back(events))
        self._fold(world, happened)
        self._settle(world, [member for member in members if histories[member]])

    def _side_by_side(self, members: Sequence[str]) -> None:
        backward = read_backward(self._cursor, self._programme)
        world = self._world()
        for member in members:
            world.open(member, looks_back=member in backward)
        chosen, met = frozenset(members), set()
        events = stream_happened(self._connection, self._programme, until=self._setting.until)

        def met_ones() -> Iterator[Happened]:
            for one in events:
                if one.member in chosen:
                    met.add(one.member)
                    yield one

        self._fold(world, met_ones())
        came = [member for member in members if member in met]
        for place in range(0, len(came), PAGE):
            self._settle(world, came[place : place + PAGE])
        self._budgets = world.budgets

    def _world(self) -> World:
        return World(self._setting.supposed, tell=self._told, refuse=self._was_refused)

    def _fold(self, world: World, happened: Iterable[Happened]) -> None:
        since, number = self._setting.since, self._setting.draft.number
        for one in happened:
            event = one.event
            if event.occurred_at >= since:
                event.version_number = number  # Nobody else has this event: it was just read.
                self._count_taking(one.member, event)
            world.take(one.member, event, recorded_at=one.recorded_at)
            self._events += 1
            if self._progress is not None:
                self._progress(1)

    def _told(self, member: str, told: Told) -> None:
        about = {event_id: About.of(event) for event_id, event in told.events.items()}
        person = self._people.setdefault(member, Person())
        self._draft.take(person, told.postings, told.moves, about)

    def _was_refused(self, event: Event, refused: Refused) -> None:
        if event.occurred_at >= self._setting.since:
            self._refused[(refused.kind, refused.code, refused.reward)] += 1

    def _count_taking(self, member: str, event: Event) -> None:
        body = event.body
        if isinstance(body, Purchase):
            self._buyers.add(member)
            taking = self._takings.setdefault(self._draft.month_of(event.occurred_at), [0, 0])
            taking[0] += 1
            taking[1] += sum(line.amount for line in body.lines) - body.order_discount

    # --- comparing --------------------------------------------------------------------------------

    def _settle(self, world: World, members: Sequence[str]) -> None:
        """Let time pass for these members, and put what the ledger says beside it."""
        until = self._setting.until
        ledger = read_on_ledger(self._cursor, self._programme, members, until=until)
        for member in members:
            state = world.finish(member, until=until)
            supposed = self._people.pop(member)
            self._draft.close(supposed, state.standing.tier)
            was = Person()
            tier = self._count_ledger(was, ledger[member])
            self._live.close(was, tier)
            self._compare(member, was, supposed, (tier, state.standing.tier))

    def _count_ledger(self, person: Person, ledger: OnLedger) -> str:
        """Count what the ledger says up to the end; answers the tier at it."""
        until, state = self._setting.until, ledger.state
        moves, postings = ledger.moves, ledger.postings
        if state.horizon < until:
            books = Books(state)
            later: list[TierMove] = []
            advance(self._setting.known.versions, state, books, later, until)
            moves, postings = [*moves, *later], [*postings, *books.postings]
            tier = state.standing.tier
        else:
            tier = _tier_after(moves)
        self._live.take(person, postings, moves, ledger.about)
        return tier

    def _compare(self, member: str, was: Person, supposed: Person, tiers: tuple[str, str]) -> None:
        self._members += 1
        self._tier_moves[tiers] += 1
        if member in self._buyers:
            self._buyers.discard(member)
            for currency in self._setting.draft.points:
                self._paces.setdefault(currency, []).append(supposed.earned(currency))
        for currency in self._setting.draft.points.keys() | self._live.programme.points.keys():
            self._extremes.setdefault(currency, _Extremes()).add(
                MemberChange(
                    member, currency, was.earned(currency), supposed.earned(currency), *tiers
                )
            )

    # --- the answer -------------------------------------------------------------------------------

    def _report(self) -> WhatIf:
        setting = self._setting
        months = sorted(self._draft.months | self._live.months | self._takings.keys())

        def scale(units: int) -> int:
            if setting.share is None or not self._members:
                return units
            return round_ratio(units * self._everybody, self._members, "half_up")

        refused: Counter[str] = Counter()
        for (_, _, reward), times in self._refused.items():
            refused[reward] += times if reward else 0
        tiers = setting.draft.tiers or self._live.programme.tiers
        return WhatIf(
            programme=setting.known.code,
            currency=setting.draft.currency,
            zone=setting.draft.zone,
            since=setting.since,
            until=setting.until,
            members=scale(self._members),
            events=self._events,
            live=self._live.side(refused={}, months=months, scale=scale),
            draft=self._draft.side(refused=refused, months=months, scale=scale),
            takings=tuple(
                Taking(date.fromordinal(month), scale(purchases), scale(turnover))
                for month, (purchases, turnover) in sorted(self._takings.items())
            ),
            refused=tuple(
                RefusedFigures(kind, code, reward, scale(times))
                for (kind, code, reward), times in sorted(self._refused.items())
            ),
            changes=tuple(
                Changes(
                    currency,
                    scale(found.more),
                    scale(found.less),
                    scale(found.same),
                    tuple(found.most(1)),
                    tuple(found.most(-1)),
                )
                for currency, found in sorted(self._extremes.items())
            ),
            tier_moves={
                tiers: scale(members) for tiers, members in sorted(self._tier_moves.items())
            },
            sample=None if setting.share is None else Sample(self._members, self._everybody),
            tiers=() if tiers is None else tuple(tier.code for tier in tiers.tiers),
            decimals={
                **setting.known.conventions.points,
                **{code: points.decimals for code, points in setting.draft.points.items()},
            },
            past=self._past(scale),
        )

    def _past(self, scale: Callable[[int], int]) -> Past:
        return Past(
            buyers=scale(max((len(units) for units in self._paces.values()), default=0)),
            pace={code: median_low(units) for code, units in self._paces.items()},
            budgets={
                key: replace(one, given=scale(one.given), wanted=scale(one.wanted))
                for key, one in self._budgets.items()
            },
            out_of_stock={
                reward: scale(times)
                for (_, code, reward), times in self._refused.items()
                if code is Code.OUT_OF_STOCK
            },
        )


def _tier_after(moves: Sequence[TierMove]) -> str:
    """The tier to which moves lead, whichever were taken back later."""
    counted: Counter[tuple[Instant, str, str]] = Counter()
    for move in moves:
        counted[(move.at, move.from_tier, move.to_tier)] += move.sign
    standing = [key for key, times in counted.items() if times > 0]
    if not standing:
        return ""
    latest = max(at for at, _, _ in standing)
    left = [(before, after) for at, before, after in standing if at == latest]
    begun = {before for before, _ in left}
    return next((after for _, after in left if after not in begun), left[-1][1])
