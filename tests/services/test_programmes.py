"""Publishing versions: immutable, compiled once, unchanged documents change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY, MINUTE
from habitue.selectors.programmes import (
    get_one_compiled,
    get_programme,
    get_version,
    get_written,
    list_programmes,
    list_versions,
)
from habitue.services.programmes import Published, publish_version
from habitue.services.stores import put_store
from tests.services.till import CORNER, START, Till

DOUBLE = CORNER | {"earn": {"base": {"on": "purchase", "give": {"points": 2, "per": "1.00"}}}}
TRIPLE = CORNER | {"earn": {"base": {"on": "purchase", "give": {"points": 3, "per": "1.00"}}}}


def publish(till: Till, document: dict[str, Any], **options: Any) -> Published:
    """Publish a document."""
    return publish_version(
        till.connection, document=document, now=till.clock.now(), actor="ann", **options
    )


def test_an_unchanged_document_is_the_same_version(till: Till) -> None:
    again = publish(till, dict(reversed(CORNER.items())))
    assert (again.number, again.created, again.effective_at) == (1, False, START)
    assert publish(till, DOUBLE).number == 2
    assert publish(till, CORNER).number == 3


def test_only_the_first_version_may_take_effect_in_the_past(till: Till) -> None:
    with pytest.raises(Refusal, match="too_long_ago"):
        publish(till, DOUBLE, effective_at=till.clock.now() - 1)
    assert publish(till, DOUBLE, effective_at=till.clock.now() + DAY).created


def test_what_amounts_mean_never_changes(till: Till) -> None:
    for change in (
        {"money": {"currency": "USD"}},
        {"points": {"points": {"decimals": 2}}},
    ):
        with pytest.raises(Refusal, match="version_conflict"):
            publish(till, CORNER | change)
    assert get_programme(till.connection, code="corner").latest_number == 1


def test_a_version_that_somebody_else_published_is_not_overwritten(till: Till) -> None:
    assert publish(till, DOUBLE, expected_number=1).number == 2
    with pytest.raises(Refusal, match="version_conflict"):
        publish(till, TRIPLE, expected_number=1)


def test_a_faulty_document_publishes_nothing(till: Till) -> None:
    with pytest.raises(Refusal, match="invalid_document"):
        publish(till, CORNER | {"zone": "Mars/Base"})
    assert [record.code for record in list_programmes(till.connection)] == ["corner"]


def test_versions_are_read_as_they_were_written(till: Till) -> None:
    publish(till, DOUBLE)
    newest, first = list_versions(till.connection, code="corner")
    assert (newest.number, newest.published_by, first.document) == (2, "ann", CORNER)
    assert get_version(till.connection, code="corner", number=1) == first
    assert get_version(till.connection, code="corner") == newest
    for code, number, refusal in (("corner", 9, "unknown_version"), ("x", 1, "unknown_programme")):
        with pytest.raises(Refusal, match=refusal):
            get_version(till.connection, code=code, number=number)


def test_the_newest_version_that_has_started_is_in_force(till: Till) -> None:
    now = till.clock.now()
    publish(till, DOUBLE, effective_at=now + 10 * DAY)
    publish(till, TRIPLE, effective_at=now + 5 * DAY)
    compiled = get_one_compiled(till.connection, code="corner")
    assert [compiled.number_at(now + days * DAY) for days in (0, 4, 5, 11)] == [1, 1, 3, 3]
    assert compiled.number_at(START - 1) is None


def test_s41_a_version_takes_effect_after_what_a_fast_clock_has_recorded(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "1.00", occurred_at="2026-06-01T12:04:00+00:00"))
    published = publish(till, DOUBLE)
    assert published.effective_at == till.clock.now() + 4 * MINUTE + 1


def test_a_process_notices_what_another_has_published(till: Till) -> None:
    till.enrol("CARD0001")
    assert till.ok(till.purchase("CARD0001", "1.00"))["version"] == 1
    publish(till, DOUBLE)
    till.clock.advance(MINUTE)
    assert till.ok(till.purchase("CARD0001", "1.00"))["version"] == 2


def test_a_store_needs_a_zone_that_exists(till: Till) -> None:
    with pytest.raises(Refusal, match="unknown_choice"):
        put_store(till.connection, code="s1", zone="Mars/Base")


# --- as it was written ----------------------------------------------------------------------------

WRITTEN = """# Our corner.
programme: corner
money: {currency: EUR}
zone: UTC
earn:
  # Two for one.
  base: {on: purchase, give: {points: 2, per: 1.00}}
points: {points: {expires: {after: 12 months}}}
claims: {within: 30 days}
"""


def test_a_version_keeps_the_text_that_it_was_read_from(till: Till) -> None:
    publish(till, DOUBLE, written=WRITTEN)
    publish(till, TRIPLE)
    texts = [get_written(till.connection, code="corner", number=one) for one in (1, 2, 3, 4)]
    assert texts == [None, WRITTEN, None, None]
    # Comments alone make no new version, and change none.
    publish(till, DOUBLE)
    assert publish(till, DOUBLE, written=WRITTEN + "# More.\n").created is False
    assert get_written(till.connection, code="corner", number=4) is None


@pytest.mark.parametrize("text", [WRITTEN.replace("points: 2", "points: 4"), "", "a: [", "x: 1"])
def test_a_text_that_says_something_else_is_refused(till: Till, text: str) -> None:
    with pytest.raises(Refusal):
        publish(till, DOUBLE, written=text)
    assert get_version(till.connection, code="corner").number == 1
