"""Slips are undone where they were made, and while they are fresh."""

from __future__ import annotations

from habitue.kit.instants import DAY, MINUTE
from habitue.selectors.doings import list_doings, was_done_here
from habitue.selectors.programmes import get_programme
from habitue.services.counter.serving import record_sale, record_visit, redeem_points, undo_sale
from tests.services.access.cast import QUAI_MANAGER, everything, refused
from tests.services.counter.cast import counter, guest
from tests.services.till import Till


def sell(till: Till, external_id: str, *, store: str = "quai") -> None:
    record_sale(
        counter(till, store=store),
        programme="corner",
        external_id=external_id,
        currency="EUR",
        lines=[{"product": "tea", "amount": "3.50"}],
        member_id=None,
    )


def undo(till: Till, external_id: str, *, store: str = "quai") -> object:
    return undo_sale(
        counter(till, store=store), programme="corner", currency="EUR", external_id=external_id
    )


def test_a_slip_of_another_store_is_not_undone_here(till: Till) -> None:
    guest(till)
    counter(till, store="marche")
    sell(till, "s1")
    before = everything(till.connection)
    assert refused(lambda: undo(till, "s1", store="marche")) == (
        "purchase_not_found",
        "external_id",
    )
    assert everything(till.connection) == before
    undo(till, "s1")


def test_a_slip_is_undone_within_a_day(till: Till) -> None:
    guest(till)
    sell(till, "s1")
    sell(till, "s2")
    till.clock.advance(DAY - MINUTE)
    undo(till, "s1")
    till.clock.advance(MINUTE)
    before = everything(till.connection)
    assert refused(lambda: undo(till, "s2")) == ("purchase_not_found", "external_id")
    assert everything(till.connection) == before


def test_a_visit_is_no_slip(till: Till) -> None:
    marie = guest(till)
    record_visit(counter(till), programme="corner", external_id="v1", member_id=marie.member_id)
    now = till.clock.now()
    assert not was_done_here(till.connection, external_id="v1", store="quai", now=now)


def test_what_was_done_here_is_listed_latest_first(till: Till) -> None:
    marie, at = guest(till), counter(till)
    sell(till, "s1")
    till.clock.advance(MINUTE)
    record_sale(
        at,
        programme="corner",
        external_id="s2",
        currency="EUR",
        lines=[{"product": "soup", "amount": "12.50"}],
        member_id=marie.member_id,
    )
    till.clock.advance(MINUTE)
    redeem_points(
        at,
        programme="corner",
        external_id="r1",
        member_id=marie.member_id,
        currency="points",
        units="5",
        purpose="coffee",
    )
    undo(till, "s1")
    programme = get_programme(till.connection, code="corner").programme_id

    def listed(store: str = "quai") -> list[tuple[str, str, bool]]:
        found = list_doings(
            till.connection,
            actor=QUAI_MANAGER,
            programme_id=programme,
            store=store,
            now=till.clock.now(),
            limit=8,
        )
        return [(one.happening.external_id, one.name, one.undone) for one in found]

    assert listed() == [("r1", "Marie", False), ("s2", "Marie", False), ("s1", "", True)]
    assert listed("marche") == []
    till.clock.advance(DAY)
    assert listed() == []
