"""A draw whose holder is killed was not held; the next one holds it, once and whole."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from habitue.domain.draws.proof import proof_of, verify
from habitue.selectors.draws import get_proof
from habitue.services.drawing.holding import hold_due_draws
from tests.services.test_drawing import DUE, FAIR
from tests.services.till import Till
from tests.support.database import DatabaseForTests

PROJECT = Path(__file__).resolve().parents[2]
CARDS = [f"CARD00{place:02}" for place in range(12)]
# What the holder writes one after the other; it waits, and is killed, before each of them.
STEPS = ("draw_winner", "entry")


def holder(database: DatabaseForTests) -> subprocess.Popen[bytes]:
    """A process that holds what is due."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.holder", database.url, str(DUE)],
        cwd=PROJECT,
    )


def kill_at(database: DatabaseForTests, table: str) -> None:
    """Let a holder come as far as a table that is locked, and kill it there."""
    with (
        database.superuser() as looking,
        database.superuser() as locking,
        locking.transaction(force_rollback=True),
    ):
        locking.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        process = holder(database)
        try:
            deadline = time.monotonic() + 30
            while not looking.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]
            ).fetchall():
                assert process.poll() is None, f"it never came to {table}"
                assert time.monotonic() < deadline, f"it never came to {table}"
                time.sleep(0.01)
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("table", STEPS)
def test_s38_a_killed_holder_leaves_nothing(
    database: DatabaseForTests, till: Till, table: str
) -> None:
    till.programme = "fair"
    till.publish(FAIR)
    for card in CARDS:
        till.enrol(card)
        till.ok(till.purchase(card, "30.00"))
    till.clock.at = DUE
    secret = till.rows("SELECT code, secret FROM draw ORDER BY code")
    kill_at(database, table)
    deadline = time.monotonic() + 30
    while till.rows("SELECT 1 FROM pg_locks WHERE relation = 'draw_winner'::regclass"):
        assert time.monotonic() < deadline, "the server never noticed that the holder is gone"
        time.sleep(0.01)
    assert till.rows("SELECT count(*) FROM draw WHERE held_at IS NOT NULL AND code = 'lots'") == [
        (0,)
    ]
    assert till.rows("SELECT count(*) FROM draw_winner") == [(0,)]
    assert sum(till.balance(card) for card in CARDS) == 30 * 12
    # The next one holds it, with the secret of before; and nobody holds it again.
    hold_due_draws(till.connection, clock=till.clock)
    assert hold_due_draws(till.connection, clock=till.clock) == 0
    proof = get_proof(till.connection, programme="fair", draw="lots")
    assert till.rows("SELECT code, secret FROM draw ORDER BY code") == secret
    assert verify(proof_of(json.loads(json.dumps(proof.as_json())))) == []
    assert till.rows("SELECT count(*), count(DISTINCT member_id) FROM draw_winner") == [(10, 10)]
    assert sum(till.balance(card) for card in CARDS) == 30 * 12 + 9 * 7
    assert sum(till.balance(card, "voucher:cake") for card in CARDS) == 1
