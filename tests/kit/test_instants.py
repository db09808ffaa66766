"""SEMANTICS 3 and 4: instants are exact, and calendar days are those of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from habitue.kit.instants import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    datetime_of,
    day_start,
    format_instant,
    instant_of,
    local_day,
    local_minute,
    parse_instant,
    zone_info,
)

# Zones whose clocks do unusual things: midnights that are skipped or happen twice, half-hour
# shifts, offsets of quarter hours, a day that never was.
ZONES = [
    "UTC",
    "Europe/Paris",
    "Europe/Bucharest",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Tehran",
    "America/Scoresbysund",
]


def at(text: str) -> int:
    return parse_instant(text)


def ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def test_an_instant_counts_microseconds() -> None:
    assert at("1970-01-01T00:00:00.000001+00:00") == 1
    assert at("1969-12-31T23:59:59.999999+00:00") == -1
    assert at("2026-03-01T12:00:00+02:00") == at("2026-03-01T10:00:00Z")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-03-01T12:00:00", "2026-03-01", "12:00"])
def test_a_text_without_offset_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        instant_of(datetime(2026, 1, 1))  # noqa: DTZ001  # That is what is tested.


@given(st.integers(min_value=-(10**15), max_value=10**16))
def test_instants_survive_their_text(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert parse_instant(format_instant(instant, "Europe/Paris")) == instant
    assert instant_of(datetime_of(instant, "Asia/Kathmandu")) == instant


def test_an_unknown_zone_is_a_value_error() -> None:
    for name in ("Europe/Atlantis", "", "../etc/passwd", "Europe"):
        with pytest.raises(ValueError, match="zone"):
            zone_info(name)


@given(
    st.integers(min_value=at("1975-01-01T00:00Z"), max_value=at("2037-12-31T00:00Z")),
    st.sampled_from(ZONES),
)
@example(at("2018-11-04T02:59:59.999999Z"), "America/Sao_Paulo")
@example(at("2018-11-04T03:00:00Z"), "America/Sao_Paulo")
@example(at("2011-12-30T10:00:00Z"), "Pacific/Apia")
def test_local_day_and_minute_are_those_of_the_zone(instant: int, zone: str) -> None:
    local = datetime_of(instant).astimezone(ZoneInfo(zone))
    assert local_day(instant, zone) == local.date().toordinal()
    assert local_minute(instant, zone) == local.hour * 60 + local.minute


@given(st.integers(min_value=720_000, max_value=744_000), st.sampled_from(ZONES))
def test_a_day_starts_at_its_first_instant(day: int, zone: str) -> None:
    start = day_start(day, zone)
    assert local_day(start, zone) >= day
    assert local_day(start - 1, zone) < day


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        # The clock leaps from 2 to 3, and back from 3 to 2.
        ("Europe/Paris", "2026-03-29", "2026-03-29T00:00+01:00", 23),
        ("Europe/Paris", "2026-10-25", "2026-10-25T00:00+02:00", 25),
        ("Europe/Bucharest", "2026-03-29", "2026-03-29T00:00+02:00", 23),
        ("Europe/Bucharest", "2026-10-25", "2026-10-25T00:00+03:00", 25),
        ("America/New_York", "2026-03-08", "2026-03-08T00:00-05:00", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T00:00-04:00", 25),
        # Midnight itself is skipped: the day begins at 1 o'clock.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00-02:00", 23),
        ("Asia/Beirut", "2026-03-29", "2026-03-29T01:00+03:00", 23),
        ("Africa/Cairo", "2026-04-24", "2026-04-24T01:00+03:00", 23),
        # Midnight happens twice: the evening before is an hour longer, or the day itself is.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00-02:00", 25),
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T00:00-03:00", 24),
        ("Asia/Beirut", "2026-10-24", "2026-10-24T00:00+03:00", 25),
        ("America/Havana", "2026-11-01", "2026-11-01T00:00-04:00", 25),
        # Half an hour.
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00+10:30", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00+11:00", 24.5),
        # Samoa went without 30 December 2011.
        ("Pacific/Apia", "2011-12-29", "2011-12-29T00:00-10:00", 24),
        ("Pacific/Apia", "2011-12-31", "2011-12-31T00:00+14:00", 24),
    ],
)
def test_days_of_unusual_length(zone: str, day: str, start: str, hours: float) -> None:
    first = day_start(ordinal(day), zone)
    assert first == at(start)
    assert local_day(first, zone) == ordinal(day)
    after = next(
        begin for step in (1, 2) if (begin := day_start(ordinal(day) + step, zone)) > first
    )
    assert after - first == int(hours * HOUR)


def test_a_day_that_never_was_starts_where_the_next_one_does() -> None:
    skipped = ordinal("2011-12-30")
    assert day_start(skipped, "Pacific/Apia") == day_start(skipped + 1, "Pacific/Apia")


def test_a_lot_that_expires_on_a_day_lives_through_the_evening_before() -> None:
    end = day_start(ordinal("2026-03-01"), "Europe/Paris")
    assert local_day(end - 1, "Europe/Paris") == ordinal("2026-02-28")
    assert format_instant(end, "Europe/Paris") == "2026-03-01T00:00:00+01:00"


def test_units() -> None:
    assert SECOND == 10**6
    assert DAY == 24 * HOUR == 24 * 60 * MINUTE
    assert instant_of(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    assert datetime_of(DAY) - datetime_of(0) == timedelta(days=1)
