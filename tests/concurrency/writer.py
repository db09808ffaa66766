"""A writer process for the tests that kill it: sends purchases and prints what was acknowledged.

Arguments: the database's address, the writer's name, how many cards there are.
"""

from __future__ import annotations

import sys

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.integrations.phones import Phones
from habitue.kit.clock import SystemClock
from habitue.kit.instants import datetime_of
from habitue.services.intake import Envelope, record

BATCH = 5


def main(url: str, name: str, cards: int) -> None:
    """Send batches until killed or until the database is gone."""
    clock = SystemClock()
    phones = Phones("FR")
    number = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            envelopes = []
            for _ in range(BATCH):
                number += 1
                content = {
                    "source": name,
                    "external_id": str(number),
                    "occurred_at": datetime_of(clock.now()).isoformat(),
                    "member": {"kind": "card", "value": f"CARD{number % cards:04d}"},
                    "currency": "EUR",
                    "lines": [{"product": "tea", "amount": "2.00"}],
                }
                envelopes.append(Envelope("corner", "purchase", content))
            try:
                answers = record(connection, envelopes, clock=clock, phones=phones)
            except Refusal as refusal:
                if refusal.code is not Code.BUSY:
                    raise
                # Nothing was recorded; the same numbers are sent again.
                number -= BATCH
                continue
            assert all(answer.status == "recorded" for answer in answers)
            # One line for each acknowledged batch, on disk before the next one is sent.
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
