"""The worker does every duty when it is due, whatever another one does."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from habitue.jobs.schedule import DUTIES, PURGES, Duty
from habitue.jobs.worker import Worker
from habitue.kit.clock import Clock, FixedClock, SystemClock
from habitue.kit.instants import DAY, MINUTE, SECOND, Instant, datetime_of
from habitue.selectors.figures import get_settled_until
from habitue.services.idempotency import REMEMBERED_FOR
from tests.services.till import Till
from tests.support.database import DatabaseForTests

MILLISECOND = SECOND // 1000


def test_duties_come_again_and_the_frequent_one_more_often(database: DatabaseForTests) -> None:
    done: list[str] = []
    over: list[threading.Event] = []

    def often(connection: psycopg.Connection[Any], clock: Clock) -> None:
        assert clock.now() > 0
        assert connection.execute("SELECT 1").fetchone() == (1,)
        done.append("often")
        if len(done) > 6:
            over[0].set()

    def seldom(connection: psycopg.Connection[Any], _clock: Clock) -> None:
        assert connection.autocommit
        done.append("seldom")

    duties = (Duty("often", 10 * MILLISECOND, often), Duty("seldom", MINUTE, seldom))
    worker = Worker(lambda: database.connect(autocommit=True), SystemClock(), duties=duties)
    over.append(worker.over)
    worker.run()
    assert done.count("often") == 6
    assert done.count("seldom") == 1


def test_a_duty_that_fails_keeps_no_other_from_being_done(
    database: DatabaseForTests, caplog: pytest.LogCaptureFixture
) -> None:
    seen: set[int] = set()
    over: list[threading.Event] = []

    def broken(_connection: psycopg.Connection[Any], _clock: Clock) -> None:
        raise ValueError("a bug")

    def cut(connection: psycopg.Connection[Any], _clock: Clock) -> None:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def fine(connection: psycopg.Connection[Any], _clock: Clock) -> None:
        # A connection that was cut is opened again, however often.
        seen.add(connection.info.backend_pid)
        if len(seen) == 3:
            over[0].set()

    duties = tuple(
        Duty(name, 5 * MILLISECOND, work)
        for name, work in (("break", broken), ("cut", cut), ("be fine", fine))
    )
    worker = Worker(lambda: database.connect(autocommit=True), SystemClock(), duties=duties)
    over.append(worker.over)
    worker.run()
    assert len(seen) == 3
    assert "could not break" in caplog.text
    assert "could not cut" in caplog.text


def test_a_duty_that_takes_long_rests_long(database: DatabaseForTests) -> None:
    clock = FixedClock(DAY)

    def slow(_connection: psycopg.Connection[Any], _clock: Clock) -> None:
        clock.advance(10 * SECOND)

    worker = Worker(lambda: database.connect(autocommit=True), clock)
    assert worker._do(Duty("slow", SECOND, slow)) == DAY + 60 * SECOND
    assert worker._do(Duty("quick", SECOND, lambda *_: None)) == clock.now() + SECOND
    worker._disconnect()


def test_what_is_done_in_parts_comes_again_after_its_rest(database: DatabaseForTests) -> None:
    clock = FixedClock(DAY)
    left = [2, 1, 0]

    def part(_connection: psycopg.Connection[Any], _clock: Clock) -> int:
        clock.advance(SECOND)
        return left.pop(0)

    worker = Worker(lambda: database.connect(autocommit=True), clock)
    duty = Duty("part", MINUTE, part, in_parts=True)
    assert worker._do(duty) == DAY + 6 * SECOND
    assert worker._do(duty) == DAY + 7 * SECOND
    assert worker._do(duty) == DAY + 2 * SECOND + MINUTE
    broken = Duty("broken", MINUTE, lambda *_: 1 // 0, in_parts=True)
    assert worker._do(broken) == clock.now() + MINUTE
    worker._disconnect()


def test_figures_are_settled_while_a_great_many_are_booked(
    till: Till, database: DatabaseForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habitue.jobs.schedule.BOOKED_AT_ONCE", 2)
    for number in range(7):
        till.enrol(f"CARD000{number}")
        till.ok(till.purchase(f"CARD000{number}", "10.00"))
    till.clock.advance(400 * DAY)
    done: list[str] = []
    over: list[threading.Event] = []

    def watched(duty: Duty) -> Duty:
        def work(connection: psycopg.Connection[Any], clock: Clock) -> object:
            answer = duty.work(connection, clock)
            till.clock.advance(SECOND)
            done.append(duty.name.partition(" ")[0])
            if done.count("book") == 5:
                over[0].set()
            return answer

        return Duty(duty.name, duty.every, work, in_parts=duty.in_parts)

    worker = Worker(
        lambda: database.connect(autocommit=True),
        till.clock,
        duties=[watched(duty) for duty in DUTIES],
        longest_pause=SECOND,
    )
    worker.over = _Passing(till.clock)
    over.append(worker.over)
    worker.run()
    # Four parts with somebody in them, and one that finds nobody any more.
    between = done[done.index("book") :]
    assert (between.count("book"), between.count("settle") >= 3) == (5, True), done
    assert till.rows("SELECT count(*) FROM member_state WHERE next_due_at <= %s",
                     [datetime_of(till.clock.now())]) == [(0,)]  # fmt: skip


class _Passing(threading.Event):
    """Whoever waits for it lets a clock go on, and does not wait."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        """Let the clock go on."""
        self.clock.advance(int((timeout or 0) * SECOND) + 1)
        return self.is_set()


def test_a_worker_waits_for_a_database_that_is_not_there(database: DatabaseForTests) -> None:
    tries: list[int] = []
    over: list[threading.Event] = []

    def connect() -> psycopg.Connection[Any]:
        tries.append(1)
        if len(tries) < 3:
            raise psycopg.OperationalError("nobody listens")
        return database.connect(autocommit=True)

    def work(_connection: psycopg.Connection[Any], _clock: Clock) -> None:
        over[0].set()

    worker = Worker(connect, SystemClock(), duties=(Duty("work", 5 * MILLISECOND, work),))
    over.append(worker.over)
    worker.run()
    assert len(tries) == 3


class _BackwardClock(FixedClock):
    """A clock that runs on a little whenever it is read."""

    def now(self) -> Instant:
        """The present instant."""
        self.advance(5 * MILLISECOND)
        return super().now()


def test_a_clock_that_is_set_back_does_not_stop_the_worker(database: DatabaseForTests) -> None:
    clock = _BackwardClock(400 * DAY)
    over: list[threading.Event] = []
    done: list[int] = []

    def work(_connection: psycopg.Connection[Any], _clock: Clock) -> None:
        done.append(clock.now())
        clock.at = 100 * DAY
        if len(done) == 2:
            over[0].set()

    worker = Worker(
        lambda: database.connect(autocommit=True),
        clock,
        duties=(Duty("work", 50 * MILLISECOND, work),),
        longest_pause=20 * MILLISECOND,
    )
    over.append(worker.over)
    worker.run()
    assert len(done) == 2


def test_the_schedule_settles_books_and_purges(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00"))
    till.connection.execute(
        "INSERT INTO idempotency (key_scope, key, body_hash, status, answer, created_at)"
        " VALUES ('a', 'b', '', 200, '{}', %s)",
        [datetime_of(till.clock.now())],
    )
    till.clock.advance(400 * DAY)
    for duty in DUTIES:
        duty.work(till.connection, till.clock)
    assert get_settled_until(till.connection) is not None
    assert till.balance("CARD0001") == 0, "what has lapsed is booked"
    assert till.rows("SELECT count(*) FROM idempotency") == [(0,)]
    assert REMEMBERED_FOR < 400 * DAY


@pytest.mark.parametrize("purge", PURGES, ids=lambda purge: purge.__name__)
def test_a_purge_of_nothing_deletes_nothing(till: Till, purge: Any) -> None:
    assert purge(till.connection, now=till.clock.now()) == 0
