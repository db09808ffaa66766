"""The demonstration's programme is one that the checks find nothing wrong with."""

from __future__ import annotations

from habitue.analytics.simulation.history import open_business
from habitue.domain.programme.findings import check_document
from habitue.jobs.demo.programme import demo_document
from habitue.kit.instants import parse_instant


def test_nothing_is_found_in_it() -> None:
    now = parse_instant("2026-06-01T12:00:00+00:00")
    business = open_business(seed=1, members=10, years=2, now=now)
    found = check_document(demo_document(business))
    assert not found, [(one.path, one.problem) for one in found]
