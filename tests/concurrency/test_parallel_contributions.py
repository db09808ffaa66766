"""Many hands on one contribution: it is decided once, and a budget holds (SEMANTICS 8, 31)."""

from __future__ import annotations

from collections import Counter as Count
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import MINUTE
from habitue.selectors.contributions import ContributionRecord
from habitue.services.contributing.deciding import approve_contribution
from habitue.services.contributing.sending import Sent, send_contribution
from habitue.services.counter.counter import Counter
from tests.concurrency.test_parallel_intake import CLOCK, together
from tests.services.merging_cast import holds
from tests.services.test_contributions import TOLD
from tests.services.till import PHONES, Till
from tests.support.database import DatabaseForTests

HANDS = 16


def _at(connection: psycopg.Connection[Any]) -> Counter:
    return Counter(connection, SYSTEM, CLOCK, PHONES, "backoffice")


def _tried(connection: psycopg.Connection[Any], deed: Any) -> str:
    """What became of it, tried again whenever all are busy."""
    while True:
        try:
            deed(_at(connection))
        except Refusal as refusal:
            if refusal.code is not Code.BUSY:
                return refusal.code.value
        else:
            return "done"


def _approving(record: ContributionRecord) -> Any:
    who = {"member_id": record.member_id, "contribution_id": record.contribution_id}
    return partial(_tried, deed=lambda counter: approve_contribution(counter, **who))


def _sent(till: Till, member: UUID, product: str) -> ContributionRecord:
    sent = Sent(uuid4(), "told", "review", product=product, body="In my own words.")
    return send_contribution(_at(till.connection), member_id=member, sent=sent)


def _open(till: Till) -> None:
    till.clock.at = CLOCK.now() - MINUTE
    till.programme = "told"
    till.publish(TOLD)


def test_s31_it_is_sent_in_and_approved_once(till: Till, database: DatabaseForTests) -> None:
    _open(till)
    member = till.enrol("CARD000A")

    def send(counter: Counter) -> None:
        sent = Sent(uuid4(), "told", "review", product="rose", body="In my own words.")
        send_contribution(counter, member_id=member, sent=sent)

    answers = together(database, [partial(_tried, deed=send)] * HANDS, clients=HANDS)
    assert Count(answers) == {"done": 1, "already_contributed": HANDS - 1}
    ((waits,),) = till.rows("SELECT contribution_id FROM contribution")
    assert isinstance(waits, UUID)
    deed = partial(
        _tried,
        deed=lambda counter: approve_contribution(counter, member_id=member, contribution_id=waits),
    )
    answers = together(database, [deed] * HANDS, clients=HANDS)
    assert Count(answers) == {"done": 1, "already_decided": HANDS - 1}
    till.clock.at = CLOCK.now()
    assert holds(till, member) == 20
    assert till.rows("SELECT count(*) FROM trail") == [(1,)]


def test_s08_a_budget_is_not_exceeded(till: Till, database: DatabaseForTests) -> None:
    _open(till)
    members = [till.enrol(f"CARD{number:04}") for number in range(10, 10 + HANDS)]
    waiting = [_sent(till, member, "rose") for member in members]
    answers = together(database, [_approving(one) for one in waiting], clients=HANDS)
    assert Count(answers) == {"done": HANDS}
    till.clock.at = CLOCK.now()
    # A budget of 100 gives 20 to five of them.
    assert sorted(holds(till, member) for member in members) == [0] * (HANDS - 5) + [20] * 5
