"""Ids made by the application sort in the order of making, and derived ones are reproducible."""

from __future__ import annotations

import threading
import uuid
from hashlib import sha256

from habitue.kit.clock import FixedClock, SystemClock
from habitue.kit.ids import derived_id, new_id
from habitue.kit.instants import DAY, HOUR, SECOND

NOW = 1_800_000_000 * SECOND


def test_an_id_is_a_uuid_of_version_7_and_begins_with_its_millisecond() -> None:
    # Later than any other test's, for ids never go back.
    later = NOW + 70 * 365 * DAY
    made = new_id(later)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == later // 1000


def test_ids_of_one_instant_sort_as_they_were_made() -> None:
    made = [new_id(NOW) for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_still_sort_when_the_clock_goes_back() -> None:
    first = new_id(NOW + 60 * 365 * DAY)
    assert first < new_id(NOW)


def test_threads_never_make_the_same_id() -> None:
    made: list[uuid.UUID] = []

    def make() -> None:
        mine = [new_id(NOW) for _ in range(2_000)]
        assert mine == sorted(mine)
        made.extend(mine)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_a_derived_id_follows_its_parts() -> None:
    made = derived_id("a", "b")
    assert made == derived_id("a", "b")
    assert made != derived_id("ab", "")
    assert made != derived_id("b", "a")
    parsed = uuid.UUID(made)
    assert parsed.version == 8
    assert parsed.variant == uuid.RFC_4122
    assert made[:12] == sha256(b"a\x1fb").hexdigest()[:12]


def test_clocks() -> None:
    clock = FixedClock(NOW)
    clock.advance(HOUR)
    assert clock.now() == NOW + HOUR
    assert SystemClock().now() > 1_700_000_000 * SECOND
