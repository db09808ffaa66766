"""The cheapest client that can be: raw sockets and epoll in a process of its own.

It reads its orders as one JSON document on standard input, renders all its requests beforehand,
keeps one request on each connection in flight until the time is over, and writes what it saw as
one JSON document.  A request counts when the answer is 201 and its body says that it was recorded.
"""

from __future__ import annotations

import resource
import select
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from habitue.services.benching.purchases import make_purchases

PATH: Final = "/api/v1/purchases"
# How long the answers to what is in flight at the end are waited for.
_PATIENCE: Final = 15.0
_CHUNK: Final = 65_536


@dataclass(slots=True)
class _Line:
    """One connection with the request that is in flight on it."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


@dataclass(slots=True)
class Seen:
    """What the client saw."""

    recorded: int = 0
    recorded_in_time: int = 0
    others: int = 0
    first_other: str = ""
    latencies: list[float] = field(default_factory=list)


def render(order: dict[str, Any]) -> list[bytes]:
    """All requests, ready to be sent."""
    purchases = make_purchases(
        order["cards"],
        order["count"],
        seed=order["seed"],
        source=order["source"],
        begin=order["begin"],
        end=order["end"],
    )
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {order['host']}:{order['port']}\r\n"
        f"Authorization: Bearer {order['key']}\r\nContent-Type: application/json\r\n"
    )
    requests = []
    for purchase in purchases:
        body = orjson.dumps({"programme": order["programme"], **purchase})
        requests.append(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return requests


def complete(received: bytes) -> bool:
    """Whether the bytes are a whole answer; every answer says how long it is."""
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return False
    head = received[:head_end].lower()
    place = head.find(b"content-length:")
    if place < 0:
        raise ConnectionError(f"an answer without its length: {received[:500]!r}")
    length = int(head[place + 15 :].split(b"\r\n", 1)[0])
    return len(received) >= head_end + 4 + length


def recorded(answer: bytes) -> bool:
    """Whether the answer says that the purchase was recorded now, not that it was known."""
    return (
        answer.startswith(b"HTTP/1.1 201")
        and b'"recorded_at":"' in answer
        and b"idempotent-replayed" not in answer.lower()
    )


class Client:
    """Drives all connections from one thread."""

    def __init__(self, host: str, port: int, requests: Iterable[bytes], *, lines: int) -> None:
        self._requests = iter(requests)
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._in_flight = 0
        self.seen = Seen()
        for _ in range(lines):
            connected = socket.create_connection((host, port), timeout=_PATIENCE)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lines[connected.fileno()] = _Line(connected)
            self._poll.register(connected.fileno(), select.EPOLLIN)

    def run(self, seconds: float) -> float:
        """Keep all connections busy for some seconds; how many it really took."""
        began = time.perf_counter()
        end = began + seconds
        ended = 0.0
        for line in self._lines.values():
            self._send(line)
        while self._in_flight:
            events = self._poll.poll(_PATIENCE)
            if not events:
                raise TimeoutError(f"{self._in_flight} requests were not answered")
            for number, _ in events:
                line = self._lines[number]
                chunk = line.socket.recv(_CHUNK)
                if not chunk:
                    raise ConnectionError("the server closed a connection")
                line.received += chunk
                if complete(line.received):
                    now = time.perf_counter()
                    self._note(line, now=now, in_time=now <= end)
                    if now <= end and self._send(line):
                        continue
                    ended = ended or now
        return min(ended, end) - began

    def _send(self, line: _Line) -> bool:
        request = next(self._requests, None)
        if request is None:
            return False
        line.received = b""
        line.sent_at = time.perf_counter()
        line.socket.sendall(request)
        self._in_flight += 1
        return True

    def _note(self, line: _Line, *, now: float, in_time: bool) -> None:
        self._in_flight -= 1
        if not recorded(line.received):
            self.seen.others += 1
            self.seen.first_other = self.seen.first_other or line.received[:2000].decode("latin-1")
            return
        self.seen.recorded += 1
        if in_time:
            self.seen.recorded_in_time += 1
            self.seen.latencies.append(now - line.sent_at)

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines.values():
            line.socket.close()
        self._poll.close()


def main() -> None:
    """Do what the order says."""
    order = orjson.loads(sys.stdin.buffer.read())
    client = Client(order["host"], order["port"], render(order), lines=order["connections"])
    before = resource.getrusage(resource.RUSAGE_SELF)
    seconds = client.run(order["seconds"])
    after = resource.getrusage(resource.RUSAGE_SELF)
    client.close()
    seen = client.seen
    said = {
        "seconds": seconds,
        "recorded": seen.recorded,
        "recorded_in_time": seen.recorded_in_time,
        "others": seen.others,
        "first_other": seen.first_other,
        "latencies": sorted(seen.latencies),
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }
    sys.stdout.buffer.write(orjson.dumps(said))


if __name__ == "__main__":
    main()
