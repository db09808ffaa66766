"""The demonstration as whoever tries the programme meets it: loaded and served by its own command,
in a process of its own, with a mail server beside it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic, sleep
from typing import Final

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.support.postgres import PROJECT, server_for_tests
from tests.support.smtp import Mailbox, smtp_server

MEMBERS: Final = 40
UP_SECONDS: Final = 90
TIMEOUT_MS: Final = 15_000
_DOOR = re.compile(r"^ {2}([a-z ]+):\s.*(/enter/[\w-]+/)$")


@dataclass(frozen=True)
class Business:
    """A served demonstration: its address, a link for each person, and the mail it has sent."""

    address: str
    doors: dict[str, str]
    mailbox: Mailbox

    def visit(self, browser: Browser, *, width: int = 1280, language: str = "en-GB") -> Visitor:
        """Somebody with a browser of their own."""
        context = browser.new_context(
            base_url=self.address,
            locale=language,
            viewport={"width": width, "height": 800 if width > 500 else 740},
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT_MS)
        return Visitor(self, context, context.new_page())


@dataclass
class Visitor:
    """A browser without a past, and what went wrong in it."""

    business: Business
    context: BrowserContext
    page: Page

    def __post_init__(self) -> None:
        """Hear what a page complains about."""
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._hear)
        self.page.on("requestfailed", self._miss)

    def _hear(self, said: ConsoleMessage) -> None:
        # That a form is sent back with what is wrong is no fault.
        if said.type in ("error", "warning") and "status of 422" not in said.text:
            self.complaints.append(f"{said.type}: {said.text} {self.page.url}")

    def _miss(self, lost: Request) -> None:
        # Whoever goes on to the next page does not wait for the rest of this one.
        if lost.failure != "net::ERR_ABORTED":
            self.complaints.append(f"lost: {lost.url} {lost.failure}")

    def come_in(self, what: str) -> Page:
        """Come in by the link that the demonstration printed for this person."""
        self.page.goto(self.business.doors[what])
        self.page.locator("main form button").click()
        self.page.wait_for_url(lambda url: "/enter/" not in url)
        return self.page

    def leave(self) -> None:
        """Close the browser; nothing must have been complained about."""
        self.context.close()
        assert not self.complaints, self.complaints


@contextmanager
def business() -> Iterator[Business]:
    """The demonstration until the end of the block, in a database of its own."""
    server = server_for_tests()
    name = server.new_database()
    with (
        smtp_server() as mailbox,
        tempfile.TemporaryDirectory(prefix="habitue-journeys-") as home,
    ):
        port = _free_port()
        settings = {
            "DATABASE_URL": server.application_url(name),
            "HABITUE_HOME": home,
            "HABITUE_MAIL_URL": mailbox.url,
            "HABITUE_LOG_LEVEL": "warning",
        }
        command = ["demo", "--members", str(MEMBERS), "--years", "1", "--port", str(port)]
        process = subprocess.Popen(
            [sys.executable, "-m", "habitue", *command],
            cwd=PROJECT,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        reader = Thread(target=_listen, args=(process, said))
        reader.start()
        try:
            # A name, not a number: passkeys belong to a name.
            address = f"http://localhost:{port}"
            _wait_for(address, process, said)
            doors = {
                found[1]: found[2] for line in said if (found := _DOOR.match(line)) is not None
            }
            yield Business(address, doors, mailbox)
        finally:
            process.terminate()
            process.wait(timeout=30)
            reader.join()
            assert process.stdout is not None, "it is a pipe"
            process.stdout.close()
            server.drop(name)


def _listen(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stdout is not None, "it is a pipe"
    said.extend(line.rstrip("\n") for line in process.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[str], said: list[str]) -> None:
    until = monotonic() + UP_SECONDS
    while monotonic() < until:
        assert process.poll() is None, "\n".join(["the demonstration has ended", *said])
        try:
            if httpx.get(f"{address}/healthz", timeout=2).is_success:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise AssertionError("\n".join(["the demonstration does not answer", *said]))
