"""A real SMTP server on loopback that keeps what it is given, for tests of messages."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Thread
from typing import Final, cast

WAIT_SECONDS: Final = 10.0


@dataclass
class Received:
    """A message as it came over the wire."""

    sender: str
    to: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """What it says."""
        body = self.message.get_body(("plain",))
        assert body is not None, "the message has no plain text"
        return str(body.get_content())


@dataclass
class Mailbox:
    """Everything that was received; ``url`` is the setting that leads here."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    _news: Condition = field(default_factory=Condition)

    @property
    def url(self) -> str:
        """The address of this server, as `HABITUE_MAIL_URL` takes it."""
        return f"smtp+plain://127.0.0.1:{self.port}"

    def keep(self, received: Received) -> None:
        """Keep a message and tell whoever waits for one."""
        with self._news:
            self.received.append(received)
            self._news.notify_all()

    def take(self, to: str) -> Received:
        """The newest message to somebody, waited for; it is taken out."""

        def newest() -> Received | None:
            return next((one for one in reversed(self.received) if to in one.to), None)

        with self._news:
            assert self._news.wait_for(newest, WAIT_SECONDS), f"no message to {to} has come"
            found = newest()
            assert found is not None, "it was there a moment ago"
            self.received.remove(found)
            return found


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mailbox = mailbox


class _Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to deliver."""

    def handle(self) -> None:
        sender, to = "", list[str]()
        self._say("220 localhost ready")
        for raw in self.rfile:
            line = raw.decode("ascii", "replace").strip()
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO"):
                self._say("250 localhost")
            elif verb == "MAIL":
                sender, to = _address(line), []
                self._say("250 OK")
            elif verb == "RCPT":
                to.append(_address(line))
                self._say("250 OK")
            elif verb == "DATA":
                self._say("354 go on")
                message = message_from_bytes(self._data(), policy=policy.default)
                received = Received(sender, to, message)
                cast("_Server", self.server).mailbox.keep(received)
                self._say("250 kept")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 OK" if verb in ("RSET", "NOOP") else "502 unknown")

    def _data(self) -> bytes:
        lines = []
        for raw in self.rfile:
            if raw.rstrip(b"\r\n") == b".":
                break
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode("ascii"))


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """A server until the end of the block."""
    mailbox = Mailbox()
    with _Server(mailbox) as server:
        mailbox.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join()
