"""Real threads on real connections: nothing twice, nothing lost, nothing exceeded
(SEMANTICS 8, 22, 31, 32)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import SystemClock
from habitue.kit.instants import MINUTE, datetime_of
from habitue.services.claims import claim_receipt
from habitue.services.intake import Answer, Envelope, record
from habitue.services.transfers import transfer_points
from tests.services.intake.test_budgets import campaign
from tests.services.till import PHONES, Till, key_of
from tests.support.database import DatabaseForTests

CLIENTS = 64
CLOCK = SystemClock()


@pytest.fixture
def now_till(till: Till) -> Till:
    """The till at the present time, as its many clients are."""
    till.clock.at = CLOCK.now() - MINUTE
    return till


def together(
    database: DatabaseForTests,
    works: Sequence[Callable[[psycopg.Connection[Any]], Any]],
    *,
    clients: int = CLIENTS,
) -> list[Any]:
    """Do all the works at once, each on a connection of its own."""

    def one(work: Callable[[psycopg.Connection[Any]], Any]) -> Any:
        with database.connect(autocommit=True) as connection:
            return work(connection)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, works))


def sending(*envelopes: Envelope, **options: Any) -> Callable[[psycopg.Connection[Any]], Any]:
    """A client that sends one batch, and again whenever it is told that all are busy."""

    def work(connection: psycopg.Connection[Any]) -> list[Answer]:
        while True:
            try:
                return record(connection, envelopes, clock=CLOCK, phones=PHONES, **options)
            except Refusal as refusal:
                if refusal.code is not Code.BUSY:
                    raise

    return work


def test_s22_of_one_balance_never_below_zero(now_till: Till, database: DatabaseForTests) -> None:
    till = now_till
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "100.00"))
    spends = [
        sending(till.other("redemption", "CARD0001", currency="points", units=8))
        for _ in range(CLIENTS)
    ]
    statuses = Counter(answer.status for (answer,) in together(database, spends))
    assert statuses == {"recorded": 12, "refused": CLIENTS - 12}
    assert till.balance("CARD0001") == 4


def test_l3_eight_sessions_each_take_80_of_100(now_till: Till, database: DatabaseForTests) -> None:
    till = now_till
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "100.00"))
    spends = [
        sending(till.other("redemption", "CARD0001", currency="points", units=80)) for _ in range(8)
    ]
    answers = [answer for (answer,) in together(database, spends)]
    assert sum(answer.status == "recorded" for answer in answers) == 1
    assert till.balance("CARD0001") == 20


def test_s31_one_purchase_from_64_clients_happens_once(
    now_till: Till, database: DatabaseForTests
) -> None:
    till = now_till
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "10.00")
    answers = [answer for (answer,) in together(database, [sending(envelope)] * CLIENTS)]
    assert Counter(answer.status for answer in answers) == {"recorded": 1, "known": CLIENTS - 1}
    assert all(answer.content == answers[0].content for answer in answers)
    assert till.balance("CARD0001") == 10


def test_s08_a_budget_is_never_exceeded_by_64_clients(
    now_till: Till, database: DatabaseForTests
) -> None:
    till = now_till
    till.publish(campaign(300))
    till.programme = "campaign"
    for n in range(16):
        till.enrol(f"CARD{n:04d}")
    buys = [sending(till.purchase(f"CARD{n % 16:04d}", "7.00")) for n in range(CLIENTS)]
    answers = [answer for (answer,) in together(database, buys)]
    granted = [answer.content["points"]["points"]["change"] for answer in answers]
    assert sum(granted) == 300
    assert Counter(granted)[7] == 42
    assert till.rows("SELECT units_taken FROM budget") == [(300,)]


def test_s32_batches_that_cross_one_another_lose_nothing(
    now_till: Till, database: DatabaseForTests
) -> None:
    """Batches with the same members and keys in different orders, some events sent twice."""
    till = now_till
    choose = random.Random(8)
    cards = [f"CARD{n:04d}" for n in range(12)]
    envelopes = [
        till.purchase(
            choose.choice(cards),
            "3.00",
            occurred_at=datetime_of(till.clock.now() - choose.randrange(MINUTE)).isoformat(),
        )
        for _ in range(160)
    ]
    sent = envelopes + choose.sample(envelopes, 80)
    choose.shuffle(sent)
    batches = [sending(*sent[n : n + 6], enrol_unknown=True) for n in range(0, len(sent), 6)]
    answers = [answer for batch in together(database, batches) for answer in batch]
    assert Counter(answer.status for answer in answers) == {"recorded": 160, "known": 80}
    assert sum(till.balance(card) for card in cards) == 480
    assert till.rows("SELECT count(*) FROM member") == [(12,)]


def test_s35_one_receipt_is_claimed_by_one_of_64(
    now_till: Till, database: DatabaseForTests
) -> None:
    till = now_till
    members = [till.enrol(f"CARD{n:04d}") for n in range(CLIENTS)]
    receipt = till.purchase(None, "10.00")
    till.ok(receipt)
    key = key_of(receipt)

    def claim(member: UUID, connection: psycopg.Connection[Any]) -> str:
        try:
            claim_receipt(
                connection,
                source=key["source"],
                external_id=key["external_id"],
                member_id=member,
                clock=CLOCK,
            )
        except Refusal as refusal:
            return refusal.code.value
        return "claimed"

    works = [partial(claim, member) for member in members]
    assert Counter(together(database, works)) == {
        "claimed": 1,
        "already_claimed": CLIENTS - 1,
    }
    assert till.rows("SELECT sum(amount)::int FROM entry") == [(10,)]


def test_s13_transfers_to_and_fro_neither_block_nor_lose(
    now_till: Till, database: DatabaseForTests
) -> None:
    till = now_till
    ann, ben = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.send(till.purchase("CARD0001", "50.00"), till.purchase("CARD0002", "50.00"))

    def transfer(number: int, connection: psycopg.Connection[Any]) -> None:
        sender, receiver = (ann, ben) if number % 2 else (ben, ann)
        transfer_points(
            connection,
            programme="corner",
            source="portal",
            external_id=f"t{number}",
            from_member=sender,
            to_member=receiver,
            currency="points",
            units=1,
            clock=CLOCK,
        )

    together(
        database,
        [partial(transfer, number) for number in range(32)],
        clients=16,
    )
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (50, 50)


def test_a_batch_that_cannot_have_its_lock_says_so(
    now_till: Till, database: DatabaseForTests
) -> None:
    till = now_till
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "1.00"))
    with database.connect() as holder, database.connect(autocommit=True) as other:
        holder.execute("SELECT 1 FROM member_state FOR UPDATE")
        other.execute("SET lock_timeout = '50ms'")
        patient = replace(till, connection=other, sent=50)
        with pytest.raises(Refusal, match="busy"):
            patient.ok(till.purchase("CARD0001", "1.00"))
    assert till.balance("CARD0001") == 1
