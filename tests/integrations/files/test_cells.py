"""Cells: exact numbers, local times, texts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from habitue.integrations.files.cells import moment_of, number_of, text_of
from habitue.integrations.files.tables import Reading, Unreadable
from habitue.kit.instants import parse_instant

PLAIN = Reading()
COMMA = Reading(decimal_mark=",", group_mark=".")


@pytest.mark.parametrize(
    ("cell", "reading", "expected"),
    [
        (2.55, PLAIN, 2_550_000),
        (0.1, PLAIN, 100_000),
        (0.001, PLAIN, 1_000),
        (-53594.36, PLAIN, -53_594_360_000),
        (1e-06, PLAIN, 1),
        (12, PLAIN, 12_000_000),
        (Decimal("12.340"), PLAIN, 12_340_000),
        ("12.50", PLAIN, 12_500_000),
        (" +12.50 ", PLAIN, 12_500_000),
        (".5", PLAIN, 500_000),
        ("1E-3", PLAIN, 1_000),
        ("1.000000000", PLAIN, 1_000_000),
        ("1.234,56", COMMA, 1_234_560_000),
        ("1234", COMMA, 1_234_000_000),
        ("", PLAIN, None),
        (None, PLAIN, None),
        (float("nan"), PLAIN, None),
        ("0.0000005", Reading(round_numbers=True), 1),
        ("-0.0000005", Reading(round_numbers=True), -1),
        ("0.0000005", PLAIN, Unreadable("too_precise", "0.0000005", 6)),
        (0.1 + 0.2, PLAIN, Unreadable("too_precise", "0.30000000000000004", 6)),
        ("1,5", PLAIN, Unreadable("not_a_number", "1,5")),
        ("12.5", Reading(decimal_mark=","), Unreadable("not_a_number", "12.5")),
        ("£12", PLAIN, Unreadable("not_a_number", "£12")),
        ("nan", PLAIN, Unreadable("not_a_number", "nan")),
        ("١٢", PLAIN, Unreadable("not_a_number", "١٢")),
        (float("inf"), PLAIN, Unreadable("not_a_number", "inf")),
        (True, PLAIN, Unreadable("not_a_number", "True")),
        ("1e300", PLAIN, Unreadable("too_large", "1e300", 10**12)),
    ],
)
def test_numbers(cell: Any, reading: Reading, expected: int | Unreadable | None) -> None:
    assert number_of(cell, reading) == expected


LONDON = Reading(zone="Europe/London")


@pytest.mark.parametrize(
    ("cell", "reading", "expected"),
    [
        ("2010-12-01 08:26:00", LONDON, "2010-12-01T08:26:00+00:00"),
        ("2011-07-01T08:26", LONDON, "2011-07-01T08:26:00+01:00"),
        (datetime(2011, 7, 1, 8, 26), LONDON, "2011-07-01T08:26:00+01:00"),  # noqa: DTZ001  # local
        (datetime(2011, 7, 1, 8, 26, tzinfo=UTC), LONDON, "2011-07-01T08:26:00+00:00"),
        (date(2011, 7, 1), LONDON, "2011-07-01T00:00:00+01:00"),
        ("2011-07-01T08:26+05:30", LONDON, "2011-07-01T08:26:00+05:30"),
        # The clocks skipped 01:30 on this morning: it is moved on by the hour they skipped.
        ("2011-03-27 01:30", LONDON, "2011-03-27T02:30:00+01:00"),
        # They showed 01:30 twice on this one: the first of the two is meant.
        ("2011-10-30 01:30", LONDON, "2011-10-30T01:30:00+01:00"),
    ],
)
def test_moments(cell: Any, reading: Reading, expected: str) -> None:
    assert moment_of(cell, reading) == parse_instant(expected)


def test_moments_in_other_forms() -> None:
    german = Reading(zone="Europe/Berlin", date_formats=("%d.%m.%Y %H:%M", "%d.%m.%Y"))
    assert moment_of("31.12.2010 23:59", german) == parse_instant("2010-12-31T23:59:00+01:00")
    assert moment_of("31.12.2010", german) == parse_instant("2010-12-31T00:00:00+01:00")
    assert moment_of("2010-12-31", german) == Unreadable("not_an_instant", "2010-12-31")
    assert moment_of("", german) is None
    assert moment_of(20101231, german) == Unreadable("not_an_instant", "20101231")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("  PINK LANTERN ", "PINK LANTERN"),
        ("   ", None),
        (None, None),
        (17850.0, "17850"),
        (17850, "17850"),
        (float("nan"), None),
        (1.5, "1.5"),
        (Decimal(85123), "85123"),
        (True, "true"),
        (date(2011, 7, 1), "2011-07-01"),
    ],
)
def test_texts(cell: Any, expected: str | None) -> None:
    assert text_of(cell) == expected
