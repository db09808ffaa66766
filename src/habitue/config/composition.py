"""The composition root: the one place where the real clock, database and folders are made.

Everything below receives what it needs; nothing below looks for it. `House` is handed to the
commands; a server process builds its own from the same environment.
"""

import io
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from habitue.config import environment
from habitue.config.embedded import EmbeddedServer, binary, embedded_server
from habitue.domain.identity.normal import PhoneReader
from habitue.integrations.phones import Phones
from habitue.kit.clock import Clock, SystemClock

SETTINGS_MODULE = "habitue.config.settings"


@dataclass
class House:
    """What an installation is made of; building it starts nothing."""

    clock: Clock = field(default_factory=SystemClock)

    @cached_property
    def home(self) -> Path:
        """The folder of the installation."""
        folder = environment.HOME.value()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def country(self) -> str:
        """The country in whose form numbers are read that name none; may be empty."""
        return environment.COUNTRY.value()

    @cached_property
    def phones(self) -> PhoneReader:
        """The reader of telephone numbers."""
        return Phones(self.country)

    @cached_property
    def server(self) -> EmbeddedServer | None:
        """The embedded server; None where DATABASE_URL names another."""
        if environment.DATABASE_URL.value():
            return None
        return embedded_server(self.home, shared_buffers_mb=environment.SHARED_BUFFERS_MB.value())

    @cached_property
    def database_url(self) -> str:
        """The address of the database, which need not run yet."""
        return environment.DATABASE_URL.value() if self.server is None else self.server.address()

    def set_up_django(self) -> None:
        """Prepare Django for this process; nothing is connected by it."""
        url = self.database_url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
        # Django, and every process started from here, finds the same database by its address.
        os.environ[environment.DATABASE_URL.name] = url
        django.setup()

    def open(self) -> str:
        """Make sure that the database runs; return its address."""
        if self.server is not None:
            self.server.start()
        return self.database_url

    def open_migrated(self) -> str:
        """Open the database and bring it to the present form; return its address."""
        url = self.open()
        self.migrate()
        return url

    def close(self) -> None:
        """Give up what `open` took; the last user of the embedded server stops it."""
        connections.close_all()
        if self.server is not None:
            self.server.release()

    def pending_migrations(self) -> list[str]:
        """Return the names of the migrations that the open database has not seen."""
        executor = MigrationExecutor(connections["default"])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]

    def migrate(self) -> list[str]:
        """Bring the open database to the present form; return what was applied."""
        pending = self.pending_migrations()
        if pending:
            # A migration is allowed to take longer than a request; locks still time out.
            with connections["default"].cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
        connections.close_all()
        return pending

    def program(self, name: str) -> Path:
        """Return the path of a program that comes with the embedded server, such as pgbench."""
        return binary(name)

    def start_database(self) -> bool:
        """Start the embedded server and let it stay; False where there is none."""
        if self.server is None:
            return False
        self.server.start()
        self.server.keep_running(wanted=True)
        return True

    def stop_database(self) -> bool:
        """Stop the embedded server for everybody; False where none ran."""
        return self.server is not None and self.server.exists() and self.server.stop()
