"""The floor: the least that any ledger must do per purchase, by PostgreSQL's own `pgbench`.

One hand-written transaction: lock and read the balance, insert the event, insert the entry, update
the balance, commit.  Prepared statements, 16 clients, the same server with the same durability.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from habitue.interfaces.commands.benching.processes import ProcessFailedError, run
from habitue.interfaces.commands.benching.report import split
from habitue.interfaces.commands.benching.server import BenchDatabase

CLIENTS: Final = 16

_TABLES: Final = """
CREATE TABLE account (account_id bigint PRIMARY KEY, balance bigint NOT NULL)
    WITH (fillfactor = 70);
CREATE TABLE event (event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL, amount bigint NOT NULL, occurred_at timestamptz NOT NULL);
CREATE TABLE entry (entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id bigint NOT NULL, account_id bigint NOT NULL, points bigint NOT NULL,
    balance bigint NOT NULL);
"""

_TRANSACTION: Final = r"""\set account random(1, :accounts)
\set points random(1, 100)
BEGIN;
SELECT balance FROM account WHERE account_id = :account FOR UPDATE \gset
INSERT INTO event (account_id, amount, occurred_at) VALUES (:account, :points * 100, now())
    RETURNING event_id \gset
\set balance :balance + :points
INSERT INTO entry (event_id, account_id, points, balance)
    VALUES (:event_id, :account, :points, :balance);
UPDATE account SET balance = :balance WHERE account_id = :account;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class FloorRound:
    """One round: transactions a second, and who used the processor meanwhile."""

    per_second: float
    mean_ms: float
    cores: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The round as plain data."""
        return {
            "per_second": round(self.per_second, 1),
            "mean_ms": round(self.mean_ms, 3),
            "cores": split(self.cores),
        }


class Floor:
    """The minimal transaction, in a database beside the programme's own on the same server."""

    def __init__(self, database: BenchDatabase, *, pgbench: Path, accounts: int) -> None:
        self._database = database
        self._pgbench = pgbench
        self._accounts = accounts
        self._script = database.server.home / "floor.sql"

    def prepare(self) -> None:
        """Make the tables with their accounts."""
        self._script.write_text(_TRANSACTION)
        with self._database.connect() as connection:
            connection.execute(_TABLES)
            connection.execute(
                "INSERT INTO account SELECT n, 0 FROM generate_series(1, %s) AS n", [self._accounts]
            )
        self._database.settle("account")

    def run(self, seconds: int, *, seed: int) -> FloorRound:
        """Run the transaction for some seconds with all clients."""
        before = self._database.server.cpu_seconds()
        ended = run(
            [
                str(self._pgbench),
                "--no-vacuum",
                "--protocol=prepared",
                f"--client={CLIENTS}",
                "--jobs=2",
                f"--time={seconds}",
                f"--random-seed={seed}",
                f"--define=accounts={self._accounts}",
                f"--file={self._script}",
                self._database.url,
            ]
        )
        after = self._database.server.cpu_seconds()
        return FloorRound(
            per_second=_number(r"tps = ([0-9.]+)", ended.output),
            mean_ms=_number(r"latency average = ([0-9.]+) ms", ended.output),
            cores={
                "pgbench": ended.cpu_seconds / ended.seconds,
                "postgresql": (after - before) / ended.seconds,
            },
        )


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise ProcessFailedError(f"pgbench did not say {pattern!r}:\n{text}")
    return float(found[1])
