"""The pages' small world for tests: two stores, one programme, people of every kind, and a browser
for each of them.

Everything stands on the test's database; the clock stands still until a test moves it, and mail
stays here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from django.test import Client
from psycopg_pool import ConnectionPool

from habitue.domain.access import SYSTEM
from habitue.interfaces.web.house import PagesHouse, provide
from habitue.kit.clock import FixedClock
from habitue.kit.instants import parse_instant
from habitue.selectors.programmes import get_names, get_one_compiled
from habitue.services.access.devices import add_device, pair_device
from habitue.services.access.staff import StaffDetails, add_staff
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.stores import put_store
from tests.services.till import CORNER, PHONES, Till
from tests.support.database import DatabaseForTests

BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
NOW: Final = parse_instant("2026-06-01T12:00:00+00:00")
HERE, THERE = "quai", "marche"

DOCUMENT: Final[dict[str, Any]] = CORNER | {
    "zone": "Europe/Paris",
    "languages": ["en", "fr", "de", "ro"],
    "points": {
        "points": {"expires": {"after": "12 months"}},
        "stamps": {"kind": "stamps", "expires": {"after": "6 months"}},
    },
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "welcome": {"on": "enrolment", "give": {"points": 20}},
    },
    "tiers": {
        "by": {"spend": "rolling 12 months"},
        "silver": {"enter": "100.00", "keep": "50.00"},
        "gold": {"enter": "300.00", "keep": "200.00", "multiply": 2},
    },
}

# Who works here: the word of the tests, roles, and the stores (none: all).
CAST: Final[dict[str, tuple[list[str], list[str]]]] = {
    "owner": (["owner"], []),
    "manager": (["manager"], [HERE]),
    "elsewhere": (["manager"], [THERE]),
    "staff": (["staff"], [HERE]),
    "analyst": (["analyst"], []),
    "developer": (["developer"], []),
}


class CountedCursor(psycopg.Cursor[Any]):
    """A cursor that counts what is asked of the database."""

    statements: list[str] = []  # noqa: RUF012 - shared on purpose: one list for all connections.

    def execute(self, query: Any, *args: Any, **options: Any) -> CountedCursor:
        """Ask, and note it."""
        self.statements.append(str(query))
        super().execute(query, *args, **options)
        return self


@dataclass
class Mails:
    """Keeps what would be sent."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Keep a message."""
        self.sent.append((to, subject, text))


@dataclass
class World:
    """The installation, its people, and their browsers."""

    house: PagesHouse
    till: Till
    mails: Mails
    staff: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, UUID] = field(default_factory=dict)

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """A connection of the test's own."""
        return self.till.connection

    @property
    def clock(self) -> FixedClock:
        """The clock of everybody."""
        return self.till.clock

    def browser(self, who: str = "stranger") -> Client:
        """A browser in which somebody is signed in: of the cast, ``till``, the name of a member in
        ``members``, or a stranger."""
        client = Client(headers={"accept-language": "en", "host": "localhost"})
        if who in self.staff:
            from django.contrib.auth import get_user_model

            user = get_user_model().objects.get(pk=self.staff[who])
            client.force_login(user, backend=BACKEND)
        elif who == "till":
            client.cookies["habitue_till"] = self._pair()
        elif who in self.members:
            session = client.session
            session["member_id"] = str(self.members[who])
            session.save()
            client.cookies["sessionid"] = session.session_key or ""
        else:
            assert who == "stranger", f"nobody is called {who}"
        return client

    def member(
        self, name: str, *, identifiers: Sequence[tuple[str, str]] = (), **details: object
    ) -> UUID:
        """A new member, known to the tests by the given name."""
        given, _, family = name.partition(" ")
        record = enrol_member(
            self.connection,
            now=self.clock.now(),
            phones=PHONES,
            country="FR",
            identifiers=[NewIdentifier(kind, value) for kind, value in identifiers],
            details={"given_name": given, "family_name": family, "language": "en"} | details,
        )
        self.members[given.casefold()] = record.member_id
        return record.member_id

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query answers."""
        return self.till.rows(statement, parameters)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that pages can change, to prove that nothing has; sessions aside."""
        tables = ("member", "identifier", "ledger_event", "entry", "trail", "consent", "staff",
                  "device", "api_key", "store", "programme", "programme_version", "programme_draft",
                  "draft_revision", "member_merge", "rules_reading", "referral",
                  "invitation")  # fmt: skip
        return {
            table: self.rows(f"SELECT t::text FROM {table} t ORDER BY 1")  # noqa: S608 - the tests' own names.
            for table in tables
        }

    def _pair(self) -> str:
        now = self.clock.now()
        _, code = add_device(self.connection, actor=SYSTEM, name="Bar", store=HERE, now=now)
        # From a place of its own: tries at pairing are counted by where they come from.
        return pair_device(self.connection, code=code, caller=code, now=now).secret


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of a page: those of its own connection, and those of Django's."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found: list[str] = []
    CountedCursor.statements.clear()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += CountedCursor.statements
    found += [query["sql"] for query in captured.captured_queries]


@pytest.fixture(scope="session")
def pages_pool(
    worker_database: DatabaseForTests,
) -> Iterator[ConnectionPool[psycopg.Connection[Any]]]:
    """The pages' connections, kept from test to test."""
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        worker_database.url,
        min_size=1,
        max_size=4,
        num_workers=1,
        open=True,
        kwargs={"autocommit": True, "cursor_factory": CountedCursor},
    )
    yield pool
    pool.close()


@pytest.fixture
def world(
    database: DatabaseForTests, pages_pool: ConnectionPool[psycopg.Connection[Any]]
) -> Iterator[World]:
    """The world with its cast, and two members: Vadim, who comes often, and Ana, who is new.

    It is built once in a process, and put back for each test after that.
    """
    with database.connect(autocommit=True) as connection:
        till = Till(connection, clock=FixedClock(NOW))
        mails = Mails()
        house = PagesHouse(
            pool=pages_pool, clock=till.clock, phones=PHONES, country="FR", mailer=mails
        )
        made = World(house, till, mails)
        provide(house)
        if "world" in database.kept:
            staff, members, till.sent = database.put_back("world")
            made.staff |= staff
            made.members |= members
            # What an earlier test published under the same id must not be remembered for it.
            with connection.transaction():
                get_one_compiled(connection, code=DOCUMENT["programme"])
                get_names(connection, code=DOCUMENT["programme"])
        else:
            _settle(made)
            database.keep("world", (made.staff.copy(), made.members.copy(), till.sent))
        yield made
        provide(None)


def _settle(world: World) -> None:
    put_store(world.connection, code=HERE, zone="Europe/Paris", name="Café du Quai")
    put_store(world.connection, code=THERE, zone="Europe/Paris", name="Le Marché")
    world.till.publish(DOCUMENT)
    for who, (roles, stores) in CAST.items():
        colleague = add_staff(
            world.connection,
            actor=SYSTEM,
            email=f"{who}@habitue.example",
            details=StaffDetails(who.capitalize(), roles, stores, language="en"),
            now=NOW,
        )
        world.staff[who] = colleague.staff_id
    world.member(
        "Vadim Ivanovich",
        identifiers=[("card", "CARD0001"), ("email", "vadim@example.org")],
        store=HERE,
        birth_date="1981-05-30",
    )
    world.till.ok(world.till.purchase("CARD0001", "80.00", "40.00", store=HERE, staff="Volodia"))
    world.member("Ana Ionescu", identifiers=[("card", "CARD0002")], store=HERE)
