"""Histories kept between batches: used only while nothing else was recorded."""

from __future__ import annotations

from habitue.domain.engine.chronicle import Chronicle
from habitue.domain.engine.deciding import chronicle
from habitue.services.intake.pasts import Pasts
from tests.domain.engine.building import bought, programme, rate

KEY = ("1" * 32, "2" * 32)


def _past(receipts: int = 1) -> Chronicle:
    events = [bought(f"2026-01-{day:02d}", "1.00", "2.00") for day in range(1, receipts + 1)]
    return chronicle({1: programme(rate())}, events)


def test_what_was_kept_is_given_once() -> None:
    pasts, past = Pasts(), _past()
    pasts.put(KEY, past, recorded_at=5, version=1)
    assert pasts.take(KEY, recorded_at=5, version=1) is past
    assert pasts.take(KEY, recorded_at=5, version=1) is None


def test_a_later_recording_or_version_makes_it_useless() -> None:
    pasts = Pasts()
    pasts.put(KEY, _past(), recorded_at=5, version=1)
    assert pasts.take(KEY, recorded_at=6, version=1) is None
    pasts.put(KEY, _past(), recorded_at=5, version=1)
    assert pasts.take(KEY, recorded_at=5, version=2) is None


def test_the_oldest_go_first_where_there_is_no_room() -> None:
    pasts = Pasts(most_lines=20)
    for place in range(12):
        pasts.put((f"{place:032x}", KEY[1]), _past(), recorded_at=1, version=1)
    assert pasts.take((f"{0:032x}", KEY[1]), recorded_at=1, version=1) is None
    assert pasts.take((f"{11:032x}", KEY[1]), recorded_at=1, version=1) is not None


def test_a_history_that_is_too_long_is_not_kept() -> None:
    pasts = Pasts(most_lines=20)
    pasts.put(KEY, _past(9), recorded_at=1, version=1)
    assert pasts.take(KEY, recorded_at=1, version=1) is None
