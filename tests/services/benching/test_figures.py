"""The house that pages are measured in is as consistent as a real one."""

from datetime import timedelta

from habitue.integrations.phones import Phones
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, SECOND, datetime_of
from habitue.selectors.member_list import count_member_rows, iterate_member_rows
from habitue.selectors.overview import get_overview
from habitue.services.auditing import audit
from habitue.services.benching.figures import fill_business
from tests.services.figures_cast import OWNER
from tests.support.database import DatabaseForTests

NOW = 1_760_000_000 * SECOND
PHONES = Phones("FR")


def test_a_filled_house_has_the_figures_of_its_ledger(database: DatabaseForTests) -> None:
    clock = FixedClock(NOW)
    with database.connect() as connection:
        programme = fill_business(
            connection,
            members=40,
            purchases_each=3,
            clock=clock,
            phones=PHONES,
            seed=7,
            template=10,
        )
        clock.advance(DAY)
        found = get_overview(
            connection,
            actor=OWNER,
            programme=programme,
            until_day=datetime_of(NOW).date() + timedelta(days=1),
            days=750,
            now=clock.now(),
        )
        assert found.current.figures.members == 40
        assert found.current.figures.purchases == 120
        people = list(
            iterate_member_rows(connection, actor=OWNER, programme=programme, now=clock.now())
        )
        assert len({row.member_id for row in people}) == 40
        assert len({row.name for row in people}) > 10, "names are as varied as they really are"
        assert found.current.figures.points["points"].outstanding == sum(
            row.balances.get("points", 0) for row in people
        )
        assert found.current.figures.active_members == sum(bool(row.purchases) for row in people)
        counted = count_member_rows(
            connection, actor=OWNER, programme=programme, now=clock.now(), phones=PHONES
        )
        assert counted.number == 40
        assert audit(connection).ok
