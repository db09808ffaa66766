"""What is due between the programme and its partners, from the lines of the ledger alone (ADR 18).

A period holds the lines that were recorded in it.  Each line is about an event; where and when that
happened says whose the line is, and the programme version of the event at which rate.  Money is
rounded once, on all that has come together since the beginning, so that however the time is cut
into periods, they add up to the same.

Units: points are smallest units, money is minor units of the programme's money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from habitue.domain.engine.types import PostingKind
from habitue.domain.programme.model import Programme
from habitue.domain.programme.partners import partner_at
from habitue.kit.instants import HOUR, Instant, day_start
from habitue.kit.rounding import round_fraction

# The programme's own stores, and whatever happened in no store.
OWN: Final = ""
# A transaction may commit that long after the instant that its lines bear.
SLOWEST: Final = HOUR

_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when an event happened: the store, the local day (ordinal), and the version of the
    programme by which it was judged."""

    version: int
    store: str | None
    day: int


@dataclass(frozen=True, slots=True)
class Movement:
    """Lines that are alike, summed: ``about`` is the event that they are about, ``origin`` the one
    that opened their lot; each ``None`` where there is none.

    ``within``: they were recorded in the period, and not before it; ``late``: their event happened
    before the period.
    """

    currency: str
    kind: PostingKind
    units: int
    about: Place | None
    origin: Place | None
    within: bool = True
    late: bool = False


@dataclass(slots=True)
class Account:
    """One partner (or the programme's own stores) and one currency of points, in one period.

    ``issued``, ``reversed``, ``redeemed`` and ``restored`` is what happened in its stores, all
    above zero but where corrections take back more; ``corrected`` is the part of their sum that is
    about events of earlier periods.  ``opening`` to ``closing`` follows the points that were given
    there, wherever they went: ``moved`` is all that is not told apart.  ``due_from`` the partner
    and ``due_to`` the partner are money; ``brought_forward`` and ``carried_forward`` what was and
    is due from it, less what is due to it, since the beginning.
    """

    partner: str
    currency: str
    issued: int = 0
    reversed: int = 0
    redeemed: int = 0
    restored: int = 0
    corrected: int = 0
    opening: int = 0
    expired: int = 0
    moved: int = 0
    closing: int = 0
    due_from: int = 0
    due_to: int = 0
    brought_forward: int = 0
    carried_forward: int = 0

    @property
    def net(self) -> int:
        """What is due from the partner for the period; below zero: to it."""
        return self.due_from - self.due_to


Flow: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The accounts of a period by (partner, currency), and how many points of ``currency`` that
    were given at one place were spent at another: ``flows`` by (currency, given at, spent at)."""

    accounts: Mapping[tuple[str, str], Account]
    flows: Mapping[Flow, int]


@dataclass(slots=True)
class _Worth:
    """Exact money since the beginning: before the period, and up to its end."""

    before: Fraction = field(default_factory=Fraction)
    until: Fraction = field(default_factory=Fraction)

    def add(self, amount: Fraction, *, within: bool) -> None:
        self.until += amount
        if not within:
            self.before += amount

    @property
    def rounded_before(self) -> int:
        return round_fraction(self.before, "half_up")

    @property
    def rounded_until(self) -> int:
        return round_fraction(self.until, "half_up")


def read_settled_period(text: str) -> tuple[int, int] | None:
    """The first day of ``2026``, ``2026-Q2`` or ``2026-06`` and the first day after it; ``None``
    for any other text."""
    found = _PERIOD.fullmatch(text)
    if found is None or int(found[1]) < 1971 or int(found[1]) > 2199:
        return None
    year, month, quarter = int(found[1]), found[2], found[3]
    first, months = 1, 12
    if month is not None:
        first, months = int(month), 1
    elif quarter is not None:
        first, months = 3 * int(quarter) - 2, 3
    after = first + months
    end = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return date(year, first, 1).toordinal(), end.toordinal()


def is_final(last_day_after: int, zone: str, now: Instant) -> bool:
    """Whether nothing can be recorded any more in a period that ends before this day."""
    return day_start(last_day_after, zone) + SLOWEST <= now


def partner_of(versions: Mapping[int, Programme], place: Place | None) -> str:
    """The partner at whom something happened; ``OWN`` for all else."""
    version = None if place is None else versions.get(place.version)
    if place is None or version is None:
        return OWN
    return partner_at(version.partners, place.store, place.day) or OWN


def settle(versions: Mapping[int, Programme], movements: Iterable[Movement]) -> Settlement:
    """The accounts of all partners, and of the programme's own stores, over all the lines up to the
    end of a period."""
    accounts: dict[tuple[str, str], Account] = {}
    flows: dict[Flow, int] = {}
    issued: dict[tuple[str, str], _Worth] = {}
    redeemed: dict[tuple[str, str], _Worth] = {}

    def account(partner: str, currency: str) -> Account:
        key = partner, currency
        return accounts.setdefault(key, Account(partner, currency))

    for one in movements:
        where, given = partner_of(versions, one.about), partner_of(versions, one.origin)
        _follow(account(given, one.currency), one)
        if one.kind in ("earn", "reverse", "redeem", "restore"):
            _happen(account(where, one.currency), one)
            if one.kind in ("redeem", "restore") and one.within:
                flow = one.currency, given, where
                flows[flow] = flows.get(flow, 0) - one.units
            worth = issued if one.kind in ("earn", "reverse") else redeemed
            sums = worth.setdefault((where, one.currency), _Worth())
            sums.add(_value(versions, where, one), within=one.within)
    for key, one_account in accounts.items():
        _pay(one_account, issued.get(key, _Worth()), redeemed.get(key, _Worth()))
    spent = {flow: units for flow, units in sorted(flows.items()) if units}
    return Settlement(dict(sorted(accounts.items())), spent)


def _follow(account: Account, one: Movement) -> None:
    """Follow the points that were given at a place, wherever they go."""
    account.closing += one.units
    if not one.within:
        account.opening += one.units
    elif one.kind == "expire":
        account.expired -= one.units
    else:
        account.moved += one.units


def _happen(account: Account, one: Movement) -> None:
    """Count what happened in the stores of a place in the period."""
    if not one.within:
        return
    if one.kind == "earn":
        account.issued += one.units
    elif one.kind == "reverse":
        account.reversed -= one.units
    elif one.kind == "redeem":
        account.redeemed -= one.units
    else:
        account.restored += one.units
    if one.late:
        account.corrected += one.units


def _value(versions: Mapping[int, Programme], where: str, one: Movement) -> Fraction:
    """What lines are worth between the programme and the partner at whom they were made: above zero
    for what is given and for what is spent."""
    if where == OWN or one.about is None:
        return Fraction()
    partner = versions[one.about.version].partners[where]
    if one.kind in ("earn", "reverse"):
        return partner.issued.get(one.currency, Fraction()) * one.units
    return -partner.redeemed.get(one.currency, Fraction()) * one.units


def _pay(account: Account, issued: _Worth, redeemed: _Worth) -> None:
    account.due_from = issued.rounded_until - issued.rounded_before
    account.due_to = redeemed.rounded_until - redeemed.rounded_before
    account.brought_forward = issued.rounded_before - redeemed.rounded_before
    account.carried_forward = issued.rounded_until - redeemed.rounded_until
