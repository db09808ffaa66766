"""The pages, served by a thread of the test itself.

So the world of the pages' tests, with its clock, is what the browser sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookies import SimpleCookie
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.interfaces.pages import World


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give back what Django keeps for each thread."""
        super().process_request_thread(request, client_address)
        connections.close_all()


class _Silent(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Tests say what matters themselves."""


@contextmanager
def served() -> Iterator[str]:
    """The pages, by a thread, on an address of loopback."""
    application = StaticFilesHandler(WSGIHandler())
    with make_server(
        "127.0.0.1", 0, application, server_class=_Server, handler_class=_Silent
    ) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def come_in(context: BrowserContext, world: World, who: str, address: str) -> None:
    """Let somebody of the world in, without the way through a sign-in."""

    def sign_in() -> SimpleCookie:
        cookies = world.browser(who).cookies
        connections.close_all()
        return cookies

    # Django does not touch a database where the browser's loop runs, which is this thread.
    with ThreadPoolExecutor(max_workers=1) as beside:
        cookies = beside.submit(sign_in).result()
    context.add_cookies(
        [{"name": name, "value": found.value, "url": address} for name, found in cookies.items()]
    )


def faults_of(page: Page) -> list[str]:
    """What the page's scripts and its policy complain of, from now on; that a form is sent back
    with what is wrong (422) is no fault."""
    wrong: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error" and "status of 422" not in said.text:
            wrong.append(said.text)

    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", hear)
    return wrong
