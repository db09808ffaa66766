"""The worker of this installation, as a process by itself."""

import signal
import threading
from typing import Any

import psycopg

from habitue.config.addresses import conninfo
from habitue.config.serving import end_with_parent
from habitue.jobs.worker import Worker
from habitue.kit.clock import Clock


def work(*, url: str, clock: Clock, parent: int) -> None:
    """Work until SIGTERM or SIGINT; what is being done then is done to its end.

    With its ``parent`` (a process id; 0: none) it ends at once: a supervisor that is killed cannot
    tell it to.
    """
    if parent:
        end_with_parent(parent)
    over = threading.Event()

    def stop(*_: object) -> None:
        over.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def connect() -> psycopg.Connection[Any]:
        address = conninfo(url, application="habitue-worker")
        return psycopg.connect(address, autocommit=True, connect_timeout=10)

    Worker(connect, clock, over).run()
