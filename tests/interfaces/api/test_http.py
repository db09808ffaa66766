"""The edges: bodies in pieces, clients that go away, connections that were lost, a server that
stops."""

import asyncio
import json
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest

from habitue.interfaces.api.app import create_app
from habitue.kit.clock import FixedClock
from tests.interfaces.api.cast import NOW, PHONES, World
from tests.interfaces.api.client import ROOT, Client
from tests.interfaces.api.conftest import Shared
from tests.support.database import DatabaseForTests

Message = dict[str, Any]


def _talk(client: Client, messages: Iterable[Message], **headers: str) -> list[Message]:
    """Speak ASGI to the application, message by message; what it sends back."""
    waiting = iter(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{ROOT}/purchases",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {client.tokens['full']}".encode()),
            (b"content-type", b"application/json"),
            *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
        ],
    }
    client.run(client.app(scope, receive, send))
    return sent


def _piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_may_come_in_pieces(api: Client, world: World) -> None:
    body = json.dumps(world.purchase("1")).encode()
    pieces = [_piece(body[at : at + 7], more=True) for at in range(0, len(body), 7)]
    start, end = _talk(api, [*pieces, _piece(b"", more=False)])
    assert start["status"] == 201
    assert json.loads(end["body"])["external_id"] == "1"


def test_a_client_that_goes_away_in_mid_sentence_changes_nothing(shared: Shared) -> None:
    before = shared.counts()
    body = json.dumps(shared.world.purchase("1")).encode()
    assert _talk(shared.api, [_piece(body, more=True), {"type": "http.disconnect"}]) == []
    assert shared.counts() == before


def test_a_body_without_end_is_not_read_to_its_end(shared: Shared) -> None:
    endless = (_piece(b" " * 100_000, more=True) for _ in range(1000))
    start, end = _talk(shared.api, endless)
    assert start["status"] == 413
    assert json.loads(end["body"])["code"] == "body_too_large"
    assert next(endless)["more_body"], "most of it was never asked for"


def test_a_length_that_is_a_lie_is_found(shared: Shared) -> None:
    start, _ = _talk(shared.api, [_piece(b"{}", more=False)], content_length="nonsense")
    assert start["status"] == 413


def test_parameters_where_there_are_none_are_refused(shared: Shared) -> None:
    before = shared.counts()
    answer = shared.api.post("/purchases?dry_run=true", shared.world.purchase("1"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
    assert shared.counts() == before


def test_lost_connections_are_made_anew(
    api: Client, world: World, database: DatabaseForTests
) -> None:
    assert api.post("/purchases", world.purchase("1")).status_code == 201
    with database.superuser() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'habitue' AND datname = current_database()"
        )
    assert api.post("/purchases", world.purchase("2")).status_code == 201
    assert api.get(f"/members/{world.ana}").status_code == 200
    assert api.post("/purchases", world.purchase("1")).status_code == 201


def test_a_database_that_is_away_is_said_to_be_busy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habitue.interfaces.api.database.WAIT_FOR_CONNECTION", 0.2)
    app = create_app(
        database_url="postgresql://nobody@/none?host=/nonexistent",
        clock=FixedClock(NOW),
        pool_size=1,
        phones=PHONES,
    )
    client = Client(app, world.tokens)
    client.start()
    try:
        answer = client.get("/health", key=None)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer.headers["retry-after"] == "1"
    finally:
        client.stop()


def test_what_was_accepted_is_written_before_the_server_ends(
    database: DatabaseForTests, world: World
) -> None:
    app = create_app(database_url=database.url, clock=FixedClock(NOW), pool_size=2, phones=PHONES)
    client = Client(app, world.tokens)
    client.start()
    client.get("/programmes")
    with database.connect() as blocker:
        # Nothing can be written while somebody else holds the stage.
        blocker.execute("LOCK TABLE event_key IN ACCESS EXCLUSIVE MODE")
        sending = asyncio.run_coroutine_threadsafe(
            client.send_all("/purchases", [world.purchase(str(n)) for n in range(20)]),
            client.loop,
        )
        threading.Timer(0.3, blocker.rollback).start()
        time.sleep(0.1)
        client.stop()
    answers = sending.result(5)
    written = sum(answer.status_code == 201 for answer in answers)
    # Who came too late was told so, and may come again.
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert written
    with database.connect() as connection:
        row = connection.execute("SELECT count(*) FROM ledger_event").fetchone()
    assert row == (written,)
