"""The audit: everything recomputed from the lines alone (SEMANTICS 40).

It reads one snapshot of the database.  Sums are made by the database; what is compared member by
member streams by in the order of the members, so that memory does not grow with the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg import IsolationLevel
from psycopg.rows import tuple_row

from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.model import Programme
from habitue.selectors.programmes import get_compiled_by_id, list_programmes
from habitue.services.audit_statements import (
    BUDGETS,
    CHAIN,
    COUNTS,
    KEYS,
    LOST,
    PERIODS,
    STATES,
    SUMS,
    TOTALS,
)
from habitue.services.differences import Differences

Connection: TypeAlias = psycopg.Connection[Any]
Account: TypeAlias = tuple[str, str]

_FETCH: Final = 5000

# What the kinds of lines count as in the sum of a programme.
_ISSUED: Final = ("earn", "adjust")
_REDEEMED: Final = ("redeem", "restore")
_TRANSFERRED: Final = ("transfer_out", "transfer_in")
_WITHIN: Final = ("activate", "settle")


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """The books of one currency of points of a programme, in smallest units.

    issued - redeemed - expired - reversed - written_off + transferred = outstanding
    """

    programme: str
    currency: str
    issued: int
    redeemed: int
    expired: int
    reversed: int
    written_off: int
    transferred: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit counted and found; ``ok`` where nothing differs."""

    members: int
    events: int
    entries: int
    totals: tuple[CurrencyTotals, ...]
    differences: Differences

    @property
    def ok(self) -> bool:
        """Whether the books agree with themselves."""
        return not self.differences.count


def audit(connection: Connection) -> AuditReport:
    """Recompute the books; changes nothing and takes no locks.

    The connection must not be in a transaction: the audit needs one of its own to see one
    snapshot.
    """
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
            # A ledger that was just filled has no statistics, and this reads all of it anyway.
            cursor.execute("SELECT set_config('work_mem', '64MB', true)")
            return _Audit(connection, cursor).run()
    finally:
        connection.isolation_level = before


class _Audit:
    """One audit over one snapshot."""

    def __init__(self, connection: Connection, cursor: psycopg.Cursor[Any]) -> None:
        self._connection = connection
        self._cursor = cursor
        self._found = Differences()
        self._names = {
            record.programme_id.hex: record.code for record in list_programmes(connection)
        }
        self._outstanding: dict[tuple[str, str], int] = {}

    def run(self) -> AuditReport:
        """All checks, in the order in which their differences are reported."""
        self._check_members()
        self._check_lost_lines()
        totals = self._check_totals()
        self._check_budgets()
        self._check_keys()
        self._cursor.execute(COUNTS)
        members, events, entries = self._cursor.fetchall()[0]
        return AuditReport(members, events, entries, totals, self._found)

    def _check_members(self) -> None:
        """Sum of lines = balance = sum of what the lots hold - debt, for each lot and currency."""
        sums = groupby(self._stream("sums", SUMS), key=itemgetter(0, 1))
        states = self._stream("states", STATES)
        lines = next(sums, None)
        for member, programme, state in states:
            account = (member, programme)
            while lines is not None and lines[0] < account:
                self._compare(_hex(lines[0]), None, list(lines[1]))
                lines = next(sums, None)
            own: list[tuple[Any, ...]] = []
            if lines is not None and lines[0] == account:
                own = list(lines[1])
                lines = next(sums, None)
            self._compare(_hex(account), state, own)
        while lines is not None:
            self._compare(_hex(lines[0]), None, list(lines[1]))
            lines = next(sums, None)

    def _compare(self, account: Account, text: str | None, sums: list[tuple[Any, ...]]) -> None:
        state = state_from_json(orjson.loads(text)) if text is not None else MemberState()
        where = {"member": account[0], "programme": self._names.get(account[1], account[1])}
        lines = {(currency, lot): units for _, _, currency, lot, units in sums}
        held: dict[tuple[str, str | None], int] = {}
        for lot in state.lots:
            held[(lot.currency, lot.lot_id)] = lot.remaining
        for currency, debt in state.debts.items():
            held[(currency, None)] = -debt
        for currency, lot_id in sorted({*lines, *held}, key=str):
            units = lines.get((currency, lot_id), 0)
            place = where | {"currency": currency} | ({"lot": lot_id} if lot_id else {})
            remains = held.get((currency, lot_id), 0)
            what = "debt" if lot_id is None else "lot"
            self._found.compare(what, place, expected=units, found=remains)
            if lot_id is not None and units < 0:
                self._found.add("lot below zero", place, expected=0, found=units)
        for currency in {currency for currency, _ in {*lines, *held}}:
            total = sum(units for (code, _), units in lines.items() if code == currency)
            balance = state.balance(currency)
            place = where | {"currency": currency}
            self._found.compare("balance", place, expected=total, found=balance)
            key = (account[1], currency)
            self._outstanding[key] = self._outstanding.get(key, 0) + balance

    def _check_lost_lines(self) -> None:
        for what, statement in LOST:
            self._cursor.execute(statement)
            for member, line in self._cursor.fetchall():
                where = {"member": member.hex, "line": line.hex}
                self._found.add(what, where, expected="a row", found="none")

    def _check_totals(self) -> tuple[CurrencyTotals, ...]:
        self._cursor.execute(TOTALS)
        kinds: dict[tuple[str, str], dict[str, int]] = {}
        for programme, currency, kind, units in self._cursor.fetchall():
            kinds.setdefault((programme.hex, currency), {})[kind] = units
        totals = []
        for key in sorted({*kinds, *self._outstanding}):
            sums = kinds.get(key, {})
            code = self._names.get(key[0], key[0])
            where = {"programme": code, "currency": key[1]}
            outstanding = self._outstanding.get(key, 0)
            one = _totals(code, key[1], sums, outstanding)
            booked = one.issued - one.redeemed - one.expired - one.reversed - one.written_off
            self._found.compare("outstanding", where, expected=booked, found=outstanding)
            self._found.compare("transfers", where, expected=0, found=one.transferred)
            within = sum(sums.get(kind, 0) for kind in _WITHIN)
            self._found.compare("moves within balances", where, expected=0, found=within)
            totals.append(one)
        return tuple(totals)

    def _check_budgets(self) -> None:
        self._cursor.execute(BUDGETS)
        for programme, key, units, times, taken, drawn in self._cursor.fetchall():
            where = {"programme": self._names.get(programme.hex, programme.hex), "budget": key}
            self._found.compare("budget units", where, expected=taken, found=units)
            self._found.compare("budget times", where, expected=drawn, found=times)
            compiled = get_compiled_by_id(self._connection, programme_id=programme)
            versions = [one for one in compiled.versions.values() if key in one.budgets]
            if any(one.budgets[key].every for one in versions):
                self._check_periods(programme, key, versions)
                continue
            for name, found, caps in (
                ("units", units, [one.budgets[key].units for one in versions]),
                ("times", times, [one.budgets[key].times for one in versions]),
            ):
                known = [cap for cap in caps if cap is not None]
                if known and None not in caps and found > max(known):
                    cap = max(known)
                    self._found.add(f"budget {name} over its cap", where, expected=cap, found=found)
        self._cursor.execute(CHAIN)
        for programme, key, draw, units, expected in self._cursor.fetchall():
            where = {"programme": self._names.get(programme.hex, programme.hex), "budget": key}
            where["draw"] = draw.hex
            self._found.add("budget chain", where, expected=expected, found=units)

    def _check_periods(self, programme: UUID, key: str, versions: Sequence[Programme]) -> None:
        """No period gave more than the largest stock of any version, if all count by the same."""
        caps = [one.budgets[key] for one in versions]
        units = {cap.every for cap in caps}
        zones = {one.zone for one in versions}
        if len(units) > 1 or len(zones) > 1:
            return
        cap = max(cap.times or 0 for cap in caps)
        self._cursor.execute(PERIODS, [units.pop(), zones.pop(), programme, key, cap])
        for period, drawn in self._cursor.fetchall():
            where = {"programme": self._names.get(programme.hex, programme.hex), "budget": key}
            where["period"] = period
            self._found.add("stock over its cap", where, expected=cap, found=drawn)

    def _check_keys(self) -> None:
        for what, statement in KEYS:
            self._cursor.execute(statement)
            for source, external_id in self._cursor.fetchall():
                where = {"source": source, "external_id": external_id}
                self._found.add(what, where, expected="one", found="none")

    def _stream(self, name: str, statement: str) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(f"audit_{name}", row_factory=tuple_row) as cursor:
            cursor.itersize = _FETCH
            cursor.execute(statement)
            yield from cursor


def _hex(account: tuple[Any, Any]) -> Account:
    return (account[0].hex, account[1].hex)


def _totals(
    programme: str, currency: str, sums: dict[str, int], outstanding: int
) -> CurrencyTotals:
    def of(*kinds: str) -> int:
        return sum(sums.get(kind, 0) for kind in kinds)

    return CurrencyTotals(
        programme=programme,
        currency=currency,
        issued=of(*_ISSUED),
        redeemed=-of(*_REDEEMED),
        expired=-of("expire"),
        reversed=-of("reverse"),
        written_off=-of("write_off"),
        transferred=of(*_TRANSFERRED),
        outstanding=outstanding,
    )
