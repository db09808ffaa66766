"""Reading lines with their explanation, page by page, and events with their answers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY
from habitue.kit.paging import CursorError
from habitue.selectors.ledger import EntryRecord, get_event, list_entries
from tests.services.till import CORNER, Till, key_of


def test_s10_every_line_says_why_it_is_there(till: Till) -> None:
    member = till.enrol("CARD0001")
    bought = till.purchase("CARD0001", "10.50")
    till.ok(bought)
    till.clock.advance(DAY)
    till.ok(till.give_back(None, bought))
    back, earned = list_entries(till.connection, member_id=member).items
    assert (earned.kind, earned.amount, earned.rule, earned.version) == ("earn", 10, "base", 1)
    assert earned.reason == {"exact": "10.5"}
    assert (earned.event_kind, earned.source, earned.external_id) == ("purchase", "till", "r1")
    assert (back.kind, back.amount, back.against) == ("reverse", -10, earned.event_id)
    assert earned.event_id == earned.recorded_by


def test_pages_follow_one_another_without_gap_or_repetition(till: Till) -> None:
    member = till.enrol("CARD0001")
    till.send(*(till.purchase("CARD0001", f"{n}.00") for n in range(1, 12)))
    cursor, seen = None, list[EntryRecord]()
    while True:
        page = list_entries(till.connection, member_id=member, cursor=cursor, limit=4)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(entry.amount for entry in seen) == list(range(1, 12))
    with pytest.raises(CursorError):
        list_entries(till.connection, member_id=member, cursor="nonsense")


def test_lines_of_one_programme_or_currency(till: Till) -> None:
    member = till.enrol("CARD0001")
    till.publish(CORNER | {"programme": "harbour"})
    till.ok(till.purchase("CARD0001", "1.00"))
    till.programme = "harbour"
    till.ok(till.purchase("CARD0001", "2.00"))
    for programme, currency, amounts in (
        (None, None, [1, 2]),
        ("corner", None, [1]),
        (None, "points", [1, 2]),
        (None, "stars", []),
    ):
        page = list_entries(
            till.connection, member_id=member, programme=programme, currency=currency
        )
        assert sorted(entry.amount for entry in page.items) == amounts
    assert list_entries(till.connection, member_id=uuid4()).items == ()


def test_events_are_found_by_their_natural_key(till: Till) -> None:
    member = till.enrol("CARD0001")
    bought, anonymous = till.purchase("CARD0001", "1.00"), till.purchase(None, "1.00")
    back = till.give_back(None, anonymous)
    contents = [answer.content for answer in till.send(bought, anonymous, back)]
    for envelope, content, owner in zip(
        (bought, anonymous, back), contents, (member, None, None), strict=True
    ):
        event = get_event(till.connection, **key_of(envelope))
        assert (event.answer, event.member_id) == (content, owner)
    with pytest.raises(Refusal, match="unknown_event"):
        get_event(till.connection, source="till", external_id="never")
