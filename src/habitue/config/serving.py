"""The server processes, and the watch over the embedded database beside them."""

import logging
import os
import threading
import time
from contextlib import nullcontext
from typing import Final

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from habitue.config.embedded import EmbeddedError, EmbeddedServer
from habitue.config.worker_beside import WorkerBeside

ENTRY: Final = "habitue.config.asgi:application"
WATCH_SECONDS: Final = 0.5
# Long requests may finish; after that the port must be free again.
STOP_SECONDS: Final = 10

_log = logging.getLogger(__name__)


def serve(
    *, host: str, port: int, workers: int, database: EmbeddedServer | None, with_worker: bool
) -> None:
    """Serve until interrupted, with a worker beside unless there is one elsewhere.

    An embedded database that dies meanwhile is started again, and so is the worker.
    """
    over = threading.Event()
    if database is not None:
        threading.Thread(target=_watch, args=(database, over), daemon=True).start()
    try:
        with WorkerBeside() if with_worker else nullcontext():
            Server(
                ENTRY,
                address=host,
                port=port,
                interface=Interfaces.ASGI,
                workers=workers,
                loop=Loops.uvloop,
                log_level=LogLevels.warning,
                respawn_failed_workers=True,
                workers_kill_timeout=STOP_SECONDS,
            ).serve()
    finally:
        over.set()


def _watch(database: EmbeddedServer, over: threading.Event) -> None:
    while not over.wait(WATCH_SECONDS):
        if database.is_running():
            continue
        _log.error("the embedded database has died; starting it again")
        try:
            database.start()
        except EmbeddedError:
            _log.exception("the embedded database does not start")


def end_with_parent(parent: int = 0) -> None:
    """End this worker when its supervisor is gone, so that none serves on unseen.

    A supervisor that is killed cannot tell its workers; they would hold the port for ever.  One
    that names itself (``parent``, its process id) is missed even if it was gone before this.
    """
    expected = parent or os.getppid()

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
