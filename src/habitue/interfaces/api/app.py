"""The machines' API as one ASGI application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI
from starlette.routing import Route

from habitue import __version__
from habitue.domain.identity.normal import PhoneReader
from habitue.interfaces.api import (
    about,
    event_operations,
    invitations,
    ledger,
    member_operations,
    programmes,
    referrals,
    submissions,
)
from habitue.interfaces.api.batching import Batcher, Connection
from habitue.interfaces.api.database import Database
from habitue.interfaces.api.dispatch import Address, Guard, not_found
from habitue.interfaces.api.events import Events
from habitue.interfaces.api.http import Receive, Scope, Send
from habitue.interfaces.api.keyring import Keyring
from habitue.interfaces.api.limits import Limiter
from habitue.interfaces.api.members import Members
from habitue.interfaces.api.moves import Moves
from habitue.interfaces.api.openapi import openapi_document
from habitue.interfaces.api.operations import Operation
from habitue.kit.clock import Clock
from habitue.services.intake import Answer as Recorded
from habitue.services.intake import Envelope, record


class Api(FastAPI):
    """The application.  Addresses without parameters are found by name, before any middleware:
    that is the hot path."""

    def __init__(self, *, operations: Sequence[Operation], guard: Guard, **options: Any) -> None:
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, **options)
        self._addresses: dict[str, Address] = {}
        self.operations = tuple(operations)
        self._document: dict[str, Any] | None = None
        by_path: dict[str, list[Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, []).append(operation)
        for path, found in by_path.items():
            address = Address(guard, found)
            if "{" in path:
                self.router.routes.append(Route(path, address))
            else:
                self._addresses[path] = address
        self.router.default = not_found
        self.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or accompany the life of the process."""
        if scope["type"] == "http":
            address = self._addresses.get(scope["path"])
            if address is not None:
                await address(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made when somebody first asks for it."""
        if self._document is None:
            self._document = openapi_document(self.operations)
        return self._document


def create_app(
    *,
    database_url: str,
    clock: Clock,
    pool_size: int,
    phones: PhoneReader,
    country: str = "",
) -> FastAPI:
    """Build the API on a database; it connects when the application's life begins.

    ``database_url`` carries the timeouts; ``pool_size`` connections serve everything but the
    micro-batch, which has its own.  ``phones`` and ``country`` read what people type.
    """
    database = Database(database_url=database_url, pool_size=pool_size, clock=clock)
    keyring = Keyring(run=database.run, clock=clock, monotonic=time.monotonic)
    guard = Guard(keyring=keyring, limiter=Limiter(time.monotonic))

    def connect() -> Connection:
        return psycopg.connect(database_url)

    def write(connection: Connection, envelopes: Sequence[Envelope]) -> Sequence[Recorded]:
        return record(connection, envelopes, clock=clock, phones=phones, country=country)

    batcher = Batcher(connect=connect, record=write)
    events = Events(database=database, batcher=batcher, clock=clock, phones=phones, country=country)
    moves = Moves(database=database, clock=clock, phones=phones, country=country)
    members = Members(database=database, clock=clock, phones=phones, country=country)
    waiting = submissions.Submissions(
        database=database, clock=clock, phones=phones, country=country
    )
    pages = about.About(database=database)
    operations = [
        *event_operations.operations(events, moves),
        *submissions.operations(waiting),
        *member_operations.operations(members),
        *referrals.operations(referrals.Referrals(database=database, clock=clock)),
        *invitations.operations(invitations.Invitations(database=database, clock=clock)),
        *ledger.operations(ledger.Ledger(database=database, clock=clock)),
        *programmes.operations(programmes.Programmes(database=database, clock=clock)),
        *about.operations(pages),
    ]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        database.open()
        batcher.start()
        try:
            yield
        finally:
            # What was accepted is written before the connections go.
            await batcher.close()
            await asyncio.to_thread(database.close)

    api = Api(
        operations=operations,
        guard=guard,
        title="Habitué API",
        version=__version__,
        lifespan=lifespan,
    )
    pages.describe(api.openapi)
    return api
