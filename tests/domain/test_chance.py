"""Gifts by chance: the recipe, with values computed outside."""

from __future__ import annotations

from fractions import Fraction

import pytest

from habitue.domain.chance import (
    commitment_of,
    falls,
    month_of,
    months_from,
    number_of,
    seed_of,
    told_at,
)
from habitue.kit.instants import parse_instant

SEED = bytes(32)
EVENT = "0123456789abcdef0123456789abcdef"
NUMBER = 0xFBA7D81155CBC243
COMMITMENT = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"


def test_the_numbers_are_those_that_openssl_computes() -> None:
    """``printf 'treat\\n0123…' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000…``, and
    ``printf 'SEED' | xxd -r -p | sha256sum``."""
    assert number_of(SEED, rule="treat", event_id=EVENT) == NUMBER
    assert commitment_of(SEED) == COMMITMENT


def test_the_seeds_of_two_months_have_nothing_in_common() -> None:
    one = seed_of(b"secret", programme="p", month="2026-09")
    assert len(one) == 32
    assert one != seed_of(b"secret", programme="p", month="2026-10")
    assert one != seed_of(b"secret", programme="q", month="2026-09")
    assert one == seed_of(b"secret", programme="p", month="2026-09")


@pytest.mark.parametrize(
    ("number", "chance", "expected"),
    [
        (0, "1/1000000", True),
        (2**64 - 1, "999999/1000000", False),
        (2**63 - 1, "1/2", True),
        (2**63, "1/2", False),
        (2**64 // 3, "1/3", True),
        (2**64 // 3 + 1, "1/3", False),
    ],
)
def test_the_bound_is_exact(number: int, chance: str, expected: bool) -> None:  # noqa: FBT001  # a column of the table
    assert falls(number, Fraction(chance)) is expected


def test_months_are_those_of_the_zone() -> None:
    at = parse_instant("2026-09-30T22:30:00+00:00")
    assert (month_of(at, "UTC"), month_of(at, "Europe/Paris")) == ("2026-09", "2026-10")
    assert list(months_from("2026-11", 3)) == ["2026-11", "2026-12", "2027-01"]


def test_a_seed_is_told_sixty_days_after_its_month() -> None:
    assert told_at("2026-12", "Europe/Paris") == parse_instant("2027-03-02T00:00:00+01:00")
