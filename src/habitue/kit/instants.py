"""Instants and local calendar days.

An *instant* is an ``int``: microseconds since the Unix epoch, UTC.  It is exact, sorts, survives
JSON, and carries no zone; every question about a calendar (a day, a weekday, the start of a month)
names the zone it is asked in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

Instant: TypeAlias = int

SECOND: Instant = 1_000_000
MINUTE: Instant = 60 * SECOND
HOUR: Instant = 60 * MINUTE
DAY: Instant = 24 * HOUR

# Later than any business instant; stands for "no end" where instants are compared.
FAR_FUTURE: Instant = 253_402_300_799 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware ``datetime``; a naive one raises ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return (moment - _EPOCH) // _MICROSECOND


def datetime_of(instant: Instant, zone: str = "UTC") -> datetime:
    """The aware ``datetime`` of an instant, in a zone."""
    moment = _EPOCH + timedelta(microseconds=instant)
    return moment if zone == "UTC" else moment.astimezone(zone_info(zone))


def parse_instant(text: str) -> Instant:
    """Read ISO 8601 with an offset; ``ValueError`` where it is not that or has no offset."""
    return instant_of(datetime.fromisoformat(text))


def format_instant(instant: Instant, zone: str = "UTC") -> str:
    """ISO 8601 with the zone's offset, to the microsecond where there are any."""
    return datetime_of(instant, zone).isoformat()


@lru_cache(maxsize=1024)
def zone_info(zone: str) -> ZoneInfo:
    """The zone's data; raises ``ValueError`` where the IANA name is unknown."""
    try:
        return ZoneInfo(zone)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone {zone!r}") from error


@lru_cache(maxsize=65536)
def _offset_of_quarter_hour(quarter_hour: int, zone: str) -> int:
    """Offset in microseconds; every zone changes its offset on a quarter of an hour (UTC)."""
    moment = _EPOCH + timedelta(minutes=15 * quarter_hour)
    offset = moment.astimezone(zone_info(zone)).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


def _offset(instant: Instant, zone: str) -> int:
    return 0 if zone == "UTC" else _offset_of_quarter_hour(instant // (15 * MINUTE), zone)


def local_day(instant: Instant, zone: str) -> int:
    """The local calendar day as a proleptic ordinal (``date.toordinal``)."""
    return (instant + _offset(instant, zone)) // DAY + 719_163


def local_minute(instant: Instant, zone: str) -> int:
    """Minutes since local midnight by the clock on the wall, 0 to 1439."""
    return ((instant + _offset(instant, zone)) % DAY) // MINUTE


@lru_cache(maxsize=65536)
def day_start(day: int, zone: str) -> Instant:
    """The first instant of a local day (ordinal); where midnight is skipped, the one after it."""
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
    info = zone_info(zone)
    start = instant_of(midnight.replace(tzinfo=info, fold=0))
    # A skipped midnight reads back as the evening before; the day then begins where it ends.
    if local_day(start, zone) < day:
        start = instant_of(midnight.replace(tzinfo=info, fold=1))
        while local_day(start, zone) < day:
            start += 15 * MINUTE
        while local_day(start - 15 * MINUTE, zone) >= day:
            start -= 15 * MINUTE
    return start
