"""The audit finds every kind of damage, and the replay every line that events do not make
(SEMANTICS 40, 41)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from habitue.interfaces.commands.app import app
from habitue.kit.instants import DAY
from habitue.services.auditing import audit
from habitue.services.bookings import book_due
from habitue.services.replaying import replay
from tests.services.intake.test_budgets import campaign
from tests.services.till import Till
from tests.support.database import DatabaseForTests


@pytest.fixture
def shop(till: Till) -> Iterator[Till]:
    """A till whose ledger has lines of every kind."""
    till.publish(campaign(1000))
    for card in ("CARD0001", "CARD0002", "CARD0003"):
        till.enrol(card)
    for programme in ("corner", "campaign"):
        till.programme = programme
        first, second = till.purchase("CARD0001", "60.00", "9.00"), till.purchase("CARD0002", "8")
        till.send(first, second, till.purchase("CARD0003", "3.00"))
        till.clock.advance(DAY)
        till.ok(till.other("redemption", "CARD0001", currency="points", units=50))
        till.ok(till.give_back(None, first, lines=[{"line": "2", "quantity": 1}]))
        till.ok(till.purchase(None, "4.00"))
        till.ok(till.other("adjustment", "CARD0002", reason="gift", currency="points", units=5))
        till.ok(till.purchase("CARD0002", "7.00", occurred_at="2026-02-01T10:00:00+00:00"))
    till.clock.advance(300 * DAY)
    book_due(till.connection, clock=till.clock)
    yield till
    till.audited = False


def test_s40_a_sound_ledger_passes(shop: Till) -> None:
    report = audit(shop.connection)
    assert report.ok, report.differences.first
    assert (report.members, report.entries) == (
        6,
        shop.rows("SELECT count(*) FROM entry")[0][0],
    )
    for one in report.totals:
        spent = one.redeemed + one.expired + one.reversed + one.written_off
        assert one.issued - spent == one.outstanding
        assert (one.redeemed, one.reversed) == (50, 9)
        assert one.expired > 0
    assert replay(shop.connection).ok


DAMAGES = {
    "entry changed": "UPDATE entry SET amount = amount + 1 WHERE kind = 'earn'",
    "entry lost": "DELETE FROM entry WHERE kind = 'redeem'",
    "entry doubled": "INSERT INTO entry SELECT member_id, gen_random_uuid(), programme_id,"
    " currency, lot_id, kind, amount, effective_at, recorded_at, event_id, recorded_by,"
    " version_number, rule, against, reason FROM entry LIMIT 1",
    "lot lost": "DELETE FROM lot WHERE lot_id = (SELECT lot_id FROM entry LIMIT 1)",
    "event lost": "DELETE FROM ledger_event WHERE event_id = (SELECT recorded_by FROM entry"
    " LIMIT 1)",
    "state of nobody": "UPDATE member_state SET state = NULL",
    "key lost": "DELETE FROM event_key WHERE member_id IS NOT NULL",
    "receipt lost": "DELETE FROM receipt",
    "budget changed": "UPDATE budget SET units_taken = units_taken - 1",
    "draw changed": "UPDATE budget_draw SET units_before = units_before + 1",
    "lot emptied": """UPDATE member_state SET state = jsonb_set(state::jsonb, '{lots}', '[]')""",
}


TABLES = (
    "entry",
    "lot",
    "ledger_event",
    "member_state",
    "event_key",
    "receipt",
    "budget",
    "budget_draw",
)


@contextmanager
def damaged(database: DatabaseForTests, statement: str) -> Iterator[None]:
    """Damage the ledger behind its back, and bring it back to what it was."""
    with database.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        for table in TABLES:
            connection.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        try:
            connection.execute(statement)
            yield
        finally:
            for table in TABLES:
                connection.execute(
                    f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};"  # noqa: S608  # names from the list above
                    f" DROP TABLE kept_{table}"
                )


def test_s40_the_audit_finds_every_damage(shop: Till, database: DatabaseForTests) -> None:
    for name, damage in DAMAGES.items():
        with damaged(database, damage):
            report = audit(shop.connection)
        assert not report.ok, name
        assert report.differences.first[0].as_json()["what"]
    assert audit(shop.connection).ok


CHANGES = {
    "entry's reason": """UPDATE entry SET reason = '{"exact": "1"}' WHERE kind = 'earn'""",
    "entry's time": "UPDATE entry SET effective_at = effective_at + interval '1 s'",
    "entry's rule": "UPDATE entry SET rule = 'other' WHERE rule IS NOT NULL",
    "lot's end": "UPDATE lot SET expires_at = expires_at + interval '1 day'",
    "event's payload": "UPDATE ledger_event SET payload = jsonb_set(payload::jsonb,"
    " '{body,lines,0,amount}', '100') WHERE kind = 'purchase'",
    "event's version": "UPDATE ledger_event SET occurred_at = occurred_at + interval '2 years'"
    " WHERE kind = 'purchase'",
    "event lost": "DELETE FROM ledger_event WHERE event_id = (SELECT recorded_by FROM entry"
    " LIMIT 1)",
    "draw changed": "UPDATE budget_draw SET taken = taken + 1",
    "state changed": "UPDATE member_state SET state = jsonb_set(state::jsonb, '{visits}', '99')",
}


def test_s41_the_replay_finds_every_change(shop: Till, database: DatabaseForTests) -> None:
    for name, change in CHANGES.items():
        with damaged(database, change):
            report = replay(shop.connection)
        assert not report.ok, name
        assert report.differences.first[0].as_json()["where"]["member"]
    assert replay(shop.connection).ok


def test_s40_the_commands_answer_in_json_and_by_exit_code(
    shop: Till, database: DatabaseForTests
) -> None:
    for command, counted in (("audit", "entries"), ("replay", "events")):
        code, said = run(database, command)
        assert (code, said["ok"], said["differences"]) == (0, True, [])
        assert said[counted] == shop.rows(COUNTS[counted])[0][0]
    with damaged(database, DAMAGES["entry changed"]):
        for command in ("audit", "replay"):
            code, said = run(database, command)
            assert (code, said["ok"]) == (1, False)
            assert said["differences"]


COUNTS = {
    "entries": "SELECT count(*) FROM entry",
    "events": "SELECT count(*) FROM ledger_event",
}


def run(database: DatabaseForTests, command: str) -> tuple[int, dict[str, Any]]:
    """A command with --json: its exit code and its document."""
    there = SimpleNamespace(open_migrated=lambda: database.url)
    done = CliRunner().invoke(app, [command, "--json"], obj=there)
    return done.exit_code, json.loads(done.stdout)
