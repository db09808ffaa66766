"""The API on a real database, with the fixed cast."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from psycopg import sql

from habitue.interfaces.api.app import create_app
from habitue.kit.clock import FixedClock
from tests.interfaces.api.cast import NOW, PHONES, World, settle
from tests.interfaces.api.client import Client
from tests.support.database import DatabaseForTests

Counts = dict[str, int]


@pytest.fixture
def clock() -> FixedClock:
    """The clock of the application; it stands until a test moves it."""
    return FixedClock(NOW)


@pytest.fixture
def world(database: DatabaseForTests) -> World:
    """The cast, in an otherwise empty database."""
    with database.connect() as connection:
        return settle(connection)


@pytest.fixture
def api(database: DatabaseForTests, world: World, clock: FixedClock) -> Iterator[Client]:
    """The running application, called as one of the cast."""
    app = create_app(
        database_url=database.url, clock=clock, pool_size=4, phones=PHONES, country="FR"
    )
    client = Client(app, world.tokens)
    client.start()
    yield client
    client.stop()


@pytest.fixture
def counts(database: DatabaseForTests) -> Callable[[], Counts]:
    """How many rows each table has: the proof that nothing was changed."""
    return partial(count_rows, database)


@dataclass(frozen=True)
class Shared:
    """A cast for the tests of a whole module, none of which changes anything that others see."""

    database: DatabaseForTests
    world: World
    api: Client

    def counts(self) -> Counts:
        """How many rows each table has."""
        return count_rows(self.database)


class Stage:
    """Where a module's shared cast stands; set anew when another test has emptied the database."""

    def __init__(self, database: DatabaseForTests) -> None:
        self._database = database
        self._shared: Shared | None = None

    def ready(self) -> Shared:
        """The cast and the running application."""
        if self._shared is None or not self._stands(self._shared):
            self.end()
            self._database.clean()
            with self._database.connect() as connection:
                world = settle(connection)
            app = create_app(
                database_url=self._database.url,
                clock=FixedClock(NOW),
                pool_size=4,
                phones=PHONES,
                country="FR",
            )
            self._shared = Shared(self._database, world, Client(app, world.tokens))
            self._shared.api.start()
        return self._shared

    def end(self) -> None:
        """Stop the application, where it runs."""
        if self._shared is not None:
            self._shared.api.stop()
            self._shared = None

    def _stands(self, shared: Shared) -> bool:
        with self._database.connect() as connection:
            row = connection.execute(
                "SELECT 1 FROM api_key WHERE key_id = %s", [shared.world.key_ids["full"]]
            ).fetchone()
        return row is not None


@pytest.fixture(scope="module")
def stage(worker_database: DatabaseForTests) -> Iterator[Stage]:
    """The stage of a module."""
    stage = Stage(worker_database)
    yield stage
    stage.end()


@pytest.fixture
def shared(stage: Stage) -> Shared:
    """A cast for tests that change nothing, made once for a module."""
    return stage.ready()


def count_rows(database: DatabaseForTests) -> Counts:
    """How many rows each table has."""
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(name), sql.Identifier(name))
        for name in database.tables
    )
    with database.superuser() as connection:
        return dict(connection.execute(each).fetchall())
