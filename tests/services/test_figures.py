"""Figures: settled in any steps they are what a rebuilding makes, and reads see no difference."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, MINUTE, Instant, datetime_of
from habitue.selectors.figures import get_settled_until
from habitue.services.figures import CLOCKS_DIFFER, rebuild_figures, settle_figures
from habitue.services.members import update_member
from tests.services.figures_cast import (
    Business,
    laid_open,
    open_stores,
    overview,
    rows,
    settle,
)
from tests.services.till import CORNER, Till
from tests.support.database import DatabaseForTests


@pytest.mark.parametrize("seed", range(6))
def test_settled_in_any_steps_is_what_a_rebuilding_makes(till: Till, seed: int) -> None:
    """Late events, returns, renamings, closings and merges included."""
    till.audited = False
    open_stores(till)
    choose = random.Random(seed)
    business = Business(till, choose)
    for _ in range(90):
        business.happen()
        if choose.random() < 0.2:
            settle_figures(till.connection, now=till.clock.now() - choose.randrange(3) * MINUTE)
    settle(till)
    settled = laid_open(till)
    assert settled["sets"]
    assert rebuild_figures(till.connection, now=till.clock.now()) is not None
    rebuilt = laid_open(till)
    assert settled["sums"] == rebuilt["sums"]
    assert settled["sets"] == rebuilt["sets"]
    assert settled["rows"] == rebuilt["rows"]


@pytest.mark.parametrize("seed", range(6, 10))
def test_reads_are_the_same_whenever_figures_were_settled(till: Till, seed: int) -> None:
    """Never settled, half of it settled, and all of it: the same overview and the same list."""
    till.audited = False
    open_stores(till)
    choose = random.Random(seed)
    business = Business(till, choose)
    today = datetime_of(till.clock.now()).date() + timedelta(days=40)
    for _ in range(60):
        business.happen()
    settle(till)
    for _ in range(25):
        business.happen()
    half = _read(till, today)
    settle(till, later=0 * DAY + MINUTE)
    whole = _read(till, today)
    for table in ("figure_watermark", "daily_figure", "activity", "member_figure"):
        till.connection.execute(f"DELETE FROM {table}")  # noqa: S608  # a constant
    till.connection.execute("INSERT INTO member_change SELECT member_id, now() FROM member")
    never = _read(till, today)
    assert half["overviews"] == whole["overviews"] == never["overviews"]
    assert half["rows"] == whole["rows"] == never["rows"]


def _read(till: Till, today: date) -> dict[str, Any]:
    found = [
        overview(till, until=today, days=days, store=store)
        for days in (10, 50, 120, 300)
        for store in (None, "paris")
    ]
    return {
        "overviews": [replace(one, settled_until=None) for one in found],
        "rows": rows(till),
    }


def test_what_is_recorded_later_waits_for_the_next_time(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00"))
    settle_figures(till.connection, now=till.clock.now())
    until = get_settled_until(till.connection)
    assert until == till.clock.now() - CLOCKS_DIFFER
    assert laid_open(till)["sums"] >= set()
    assert not [row for row in laid_open(till)["sums"] if row[2] == "purchases"]
    settle(till)
    assert [row for row in laid_open(till)["sums"] if row[2] == "purchases"]


def test_a_transaction_that_commits_late_is_not_missed(
    till: Till, database: DatabaseForTests
) -> None:
    """Its rows were recorded before the watermark would otherwise be set."""
    till.audited = False
    till.enrol("CARD0001")
    with database.connect(autocommit=True) as other:
        slow = Till(other, clock=till.clock)
        # Real time, as the database's own clock tells when a transaction began.
        (begun,) = till.rows("SELECT (extract(epoch FROM now()) * 1000000)::bigint")[0]
        till.clock.at = int(begun) + 10 * MINUTE
        with other.transaction():
            slow.ok(slow.purchase("CARD0001", "10.00"))
            settled = settle_figures(till.connection, now=till.clock.now() + MINUTE)
            assert settled is not None
            assert settled.settled_until < till.clock.now()
    till.clock.advance(MINUTE)
    assert overview(till, until=_today(till), days=5).current.figures.purchases == 1
    settle(till)
    found = overview(till, until=_today(till), days=5)
    assert found.current.figures.purchases == 1
    assert found.settled_until is not None
    assert found.settled_until > till.clock.now() - 2 * MINUTE


def _today(till: Till) -> date:
    return datetime_of(till.clock.now()).date()


def test_only_one_settles_at_a_time(till: Till, database: DatabaseForTests) -> None:
    with database.connect() as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('habitue figures', 0))")
        assert settle_figures(till.connection, now=till.clock.now()) is None
        assert rebuild_figures(till.connection, now=till.clock.now()) is None
    assert settle_figures(till.connection, now=till.clock.now()) is not None


def test_many_who_settle_count_everything_once(till: Till, database: DatabaseForTests) -> None:
    till.audited = False
    till.clock = _MachineClock(0)
    till.enrol("CARD0001")

    def work() -> None:
        with database.connect(autocommit=True) as connection:
            for _ in range(15):
                # Without a margin, so that only what is open keeps the frontier back.
                settle_figures(connection, now=till.clock.now() + CLOCKS_DIFFER)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        till.ok(till.purchase("CARD0001", "1.00"))
        assert overview(till, until=_today(till), days=5).current.figures.sales > 0
    for thread in threads:
        thread.join()
    for _ in range(2):
        found = overview(till, until=_today(till), days=5).current.figures
        assert (found.purchases, found.sales, found.points["points"].issued) == (30, 3000, 30)
        assert settle_figures(till.connection, now=till.clock.now() + MINUTE) is not None


class _MachineClock(FixedClock):
    """The clock of the machine, by which the database's own transactions begin as well."""

    def now(self) -> Instant:
        """The present instant."""
        return time.time_ns() // 1000


def test_a_new_version_of_the_programme_renews_every_row(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00"))
    settle(till)
    assert [row.tier_rank for row in rows(till)] == [0]
    points = {"crumbs": {"decimals": 0}, "points": CORNER["points"]["points"]}
    till.publish(CORNER | {"points": points}, effective_at=till.clock.now() + DAY)
    settle(till)
    assert [row.balance for row in rows(till)] == [10]
    settle(till, later=2 * DAY)
    # Crumbs come first now, and nobody has any.
    assert [(row.balance, row.balances) for row in rows(till)] == [(0, {"points": 10})]


def test_a_failure_leaves_figures_as_they_were(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "10.00"))
    settle(till)
    before = laid_open(till)
    connection = till.connection
    connection.execute("ALTER TABLE activity ADD CONSTRAINT full_now CHECK (false) NOT VALID")
    try:
        till.ok(till.purchase("CARD0001", "5.00"))
        with pytest.raises(Exception, match="full_now"):
            settle(till)
    finally:
        connection.execute("ALTER TABLE activity DROP CONSTRAINT full_now")
    assert laid_open(till) == before
    settle(till)
    assert overview(till, until=_today(till), days=5).current.figures.sales == 1500


def test_a_member_shows_where_they_take_part_or_everywhere_while_they_take_part_in_none(
    till: Till,
) -> None:
    member_id = till.enrol("CARD0001")
    other = Till(till.connection, programme="other", clock=till.clock)
    other.publish(CORNER | {"programme": "other"})
    settle(till)
    assert [row.member_id for row in rows(till)] == [member_id]
    assert [row.member_id for row in rows(other)] == [member_id]
    till.ok(till.purchase("CARD0001", "10.00"))
    assert rows(other) == []
    settle(till)
    assert rows(other) == []
    assert overview(other, until=_today(till), days=5).current.figures.members == 0
    assert overview(till, until=_today(till), days=5).current.figures.members == 1


def test_a_changed_member_shows_at_once_and_once_settled(till: Till) -> None:
    till.enrol("CARD0001")
    member_id = till.enrol("CARD0002")
    settle(till)
    update_member(
        till.connection,
        member_id=member_id,
        changes={"family_name": "Ødegård"},
        now=till.clock.now(),
    )
    assert sorted(row.name for row in rows(till)) == ["", "Ødegård"]
    settle(till)
    assert sorted(row.name for row in rows(till)) == ["", "Ødegård"]
    assert till.rows("SELECT count(*) FROM member_change") == [(0,)]
