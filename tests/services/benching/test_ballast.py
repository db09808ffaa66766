"""A ledger made long by copying is as consistent as the one that it was copied from."""

from habitue.integrations.phones import Phones
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, SECOND
from habitue.services.auditing import audit
from habitue.services.benching.ballast import TABLES, add_copies, keep_template, shown_as
from habitue.services.benching.members import fill_members, make_members
from habitue.services.benching.programme import PROGRAMME, UNSHARED_DOCUMENT, prepare_programme
from habitue.services.benching.purchases import make_purchases
from habitue.services.benching.queries import IDENTIFIERS, make_queries
from habitue.services.intake import Envelope, record
from tests.support.database import DatabaseForTests

NOW = 1_760_000_000 * SECOND
PHONES = Phones("FR")
MEMBERS = 12


def _envelopes(members: list[str], count: int, source: str, *, begin: int) -> list[Envelope]:
    made = make_purchases(
        members, count, seed=3, source=source, begin=begin, end=begin + DAY, kind="external"
    )
    return [Envelope(PROGRAMME, "purchase", content) for content in made]


def test_copies_agree_with_their_states_and_take_further_purchases(
    database: DatabaseForTests,
) -> None:
    clock = FixedClock(NOW)
    with database.connect() as connection:
        prepare_programme(connection, now=NOW, document=UNSHARED_DOCUMENT)
        fill_members(connection, MEMBERS, 5)
        externals = [
            value
            for made in make_members(MEMBERS, seed=5)
            for kind, value in made.identifiers
            if kind == "external"
        ]
        first = _envelopes(externals, 60, "first", begin=NOW - 9 * DAY)
        answers = record(connection, first, clock=clock, phones=PHONES, announce=False)
        assert {answer.status for answer in answers} == {"recorded"}
        lines = keep_template(connection)
        add_copies(connection, first=1, latest=3)
        add_copies(connection, first=4, latest=4)
        copies = [shown_as(external, copy=copy) for external in externals for copy in range(5)]
        later = _envelopes(copies, 90, "later", begin=NOW - 2 * DAY)
        answers = record(connection, later, clock=clock, phones=PHONES, announce=False)
        assert {answer.status for answer in answers} == {"recorded"}
        report = audit(connection)
        assert report.ok
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # constant names
            for table in TABLES
        }
        connection.commit()
    assert counted["member"] == (5 * MEMBERS,)
    assert counted["ledger_event"] == (5 * 60 + 90,)
    (entries,) = counted["entry"] or (0,)
    assert entries > 5 * lines


def test_queries_are_about_members_of_the_database(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        fill_members(connection, 300, 5)
        queries = make_queries(connection, count=10, members=300, seed=1)
    assert set(IDENTIFIERS) < set(queries)
    assert all(0 < len(texts) <= 10 for texts in queries.values())
    assert all(text for texts in queries.values() for text in texts)
