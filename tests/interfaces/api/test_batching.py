"""The micro-batch: what waits is written together, everybody gets their own answer."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api import batching
from habitue.interfaces.api.batching import Batcher


class _Connection:
    """As much of a connection as the batcher uses."""

    def __init__(self) -> None:
        self.closed = False

    def rollback(self) -> None:
        """Undo nothing."""

    def close(self) -> None:
        """End the connection."""
        self.closed = True


Record = Callable[[Any, Sequence[int]], Sequence[int]]


def _batcher(record: Record, **options: int) -> Batcher[int, int]:
    connect: Any = _Connection
    return Batcher(connect=connect, record=record, **options)


def test_each_item_gets_its_outcome_and_batches_form() -> None:
    sizes: list[int] = []

    def record(_connection: Any, items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        threading.Event().wait(0.002)
        return [item * 2 for item in items]

    async def run() -> list[int]:
        batcher = _batcher(record, largest=50)
        batcher.start()
        found = await asyncio.gather(*(batcher.submit(number) for number in range(500)))
        await batcher.close()
        return found

    assert asyncio.run(run()) == [number * 2 for number in range(500)]
    assert max(sizes) <= 50
    assert len(sizes) < 100


def test_too_many_waiting_are_told_to_come_again() -> None:
    gate = threading.Event()

    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        gate.wait()
        return items

    async def run() -> list[int | BaseException]:
        batcher = _batcher(record, writers=1, largest=1, most_waiting=5)
        batcher.start()
        asked = [asyncio.ensure_future(batcher.submit(number)) for number in range(20)]
        await asyncio.sleep(0.05)
        gate.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        await batcher.close()
        return found

    found = asyncio.run(run())
    refused = [one for one in found if isinstance(one, Refusal)]
    assert 14 <= len(refused) <= 15
    assert {one.code for one in refused} == {Code.BUSY}


def test_a_lost_connection_repeats_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "FIRST_PAUSE", 0.001)
    connections: set[int] = set()
    tries: list[int] = []

    def record(connection: Any, items: Sequence[int]) -> Sequence[int]:
        connections.add(id(connection))
        tries.append(len(items))
        if len(tries) < 3:
            connection.closed = True
            raise psycopg.OperationalError("the server went away")
        return items

    async def run() -> int:
        batcher = _batcher(record, writers=1)
        batcher.start()
        found = await batcher.submit(7)
        await batcher.close()
        return found

    assert asyncio.run(run()) == 7
    assert tries == [1, 1, 1]


def test_a_database_that_stays_away_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "GIVE_UP_AFTER", 0.02)
    monkeypatch.setattr(batching, "FIRST_PAUSE", 0.005)

    def record(_connection: Any, _items: Sequence[int]) -> Sequence[int]:
        raise psycopg.OperationalError("nobody is there")

    async def run() -> None:
        batcher = _batcher(record)
        batcher.start()
        try:
            with pytest.raises(Refusal) as caught:
                await batcher.submit(1)
            assert caught.value.code is Code.BUSY
        finally:
            await batcher.close()

    asyncio.run(run())


def test_one_bad_item_does_not_take_the_others_down(caplog: pytest.LogCaptureFixture) -> None:
    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        if 13 in items:
            raise ZeroDivisionError
        return items

    async def run() -> list[int | BaseException]:
        batcher = _batcher(record)
        batcher.start()
        found = await asyncio.gather(
            *(batcher.submit(number) for number in range(20)), return_exceptions=True
        )
        await batcher.close()
        return found

    found = asyncio.run(run())
    assert isinstance(found.pop(13), ZeroDivisionError)
    assert found == [number for number in range(20) if number != 13]
    assert "could not be written" in caplog.text


def test_closing_writes_what_waits_and_takes_no_more() -> None:
    written: list[int] = []

    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        threading.Event().wait(0.005)
        written.extend(items)
        return items

    async def run() -> None:
        batcher = _batcher(record, writers=1, largest=3)
        batcher.start()
        asked = [asyncio.ensure_future(batcher.submit(number)) for number in range(30)]
        await asyncio.sleep(0)
        await batcher.close()
        assert await asyncio.gather(*asked) == list(range(30))
        with pytest.raises(Refusal):
            await batcher.submit(31)

    asyncio.run(run())
    assert sorted(written) == list(range(30))


def test_a_caller_who_goes_away_changes_nothing() -> None:
    written: list[int] = []

    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        threading.Event().wait(0.01)
        written.extend(items)
        return items

    async def run() -> None:
        batcher = _batcher(record, writers=1)
        batcher.start()
        asked = [asyncio.ensure_future(batcher.submit(number)) for number in range(5)]
        await asyncio.sleep(0.001)
        asked[3].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(found[3], asyncio.CancelledError)
        await batcher.close()

    asyncio.run(run())
    assert sorted(written) == list(range(5))


def test_who_stands_by_steps_in_where_a_batch_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "STANDBY_AFTER", 0.01)
    gate = threading.Event()

    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        if 0 in items:
            gate.wait(10)
        return items

    async def run() -> None:
        batcher = _batcher(record, writers=2)
        batcher.start()
        stuck = asyncio.ensure_future(batcher.submit(0))
        await asyncio.sleep(0.005)
        assert await asyncio.wait_for(batcher.submit(1), 5) == 1
        assert not stuck.done()
        gate.set()
        assert await stuck == 0
        await batcher.close()

    asyncio.run(run())


def test_a_lock_that_was_not_to_be_had_refuses_the_batch_once() -> None:
    tries: list[int] = []

    def record(_connection: Any, items: Sequence[int]) -> Sequence[int]:
        tries.append(len(items))
        raise Refusal(Code.BUSY, seconds=1)

    async def run() -> list[int | BaseException]:
        batcher = _batcher(record)
        batcher.start()
        found = await asyncio.gather(
            *(batcher.submit(number) for number in range(5)), return_exceptions=True
        )
        await batcher.close()
        return found

    found = asyncio.run(run())
    assert [one.code for one in found if isinstance(one, Refusal)] == [Code.BUSY] * 5
    assert sum(tries) == 5
