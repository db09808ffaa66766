"""A worker beside the server processes, in a process of its own."""

import logging
import os
import subprocess
import sys
import threading
from typing import Final, Self

STOP_SECONDS: Final = 10
WATCH_SECONDS: Final = 0.2
# A worker that dies at once is not started again and again without a breath.
RESTART_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


class WorkerBeside:
    """From its making to its exit a worker runs; one that dies is started again."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._process = _start()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(STOP_SECONDS + 2)

    def _watch(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            if self._process.poll() is None:
                continue
            _log.error("the worker has died (%s); starting it again", self._process.returncode)
            if not self._over.wait(RESTART_SECONDS):
                self._process = _start()
        _end(self._process)


def _start() -> subprocess.Popen[bytes]:
    # It finds the same database by its address, which `set_up_django` has put into the environment.
    command = [sys.executable, "-m", "habitue", "worker", "--parent", str(os.getpid())]
    # Server processes are forked beside this.  With ``close_fds`` a pipe of this call's own could
    # stay open in one of them, and be waited for as long as it lives; without it there is no pipe,
    # and what is open is not inherited anyway.
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603 - our own arguments.


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
