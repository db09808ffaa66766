"""The worker: does the duties of a schedule, one after another, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import psycopg

from habitue.jobs.schedule import DUTIES, Duty
from habitue.kit.clock import Clock
from habitue.kit.instants import SECOND, Instant

Connection: TypeAlias = psycopg.Connection[Any]

# A duty that takes a second rests for at least five: it never has more of a core than a sixth.
_RESTS: Final = 5
LONGEST_PAUSE: Final[Instant] = 30 * SECOND

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worker:
    """Does ``duties`` over a connection of its own, which is opened again where it broke.

    ``over`` is set by whoever wants it to stop; what is being done then is done to its end.  A
    duty that fails is logged and comes again; it does not keep the others from being done.
    """

    connect: Callable[[], Connection]
    clock: Clock
    over: threading.Event = field(default_factory=threading.Event)
    duties: Sequence[Duty] = DUTIES
    longest_pause: Instant = LONGEST_PAUSE
    _connection: Connection | None = None

    def run(self) -> None:
        """Work until it is over."""
        due = dict.fromkeys(range(len(self.duties)), 0)
        try:
            while not self.over.is_set():
                place = min(due, key=lambda one: due[one])
                # A clock that was set back must not keep the worker waiting for long.
                wait = min(due[place] - self.clock.now(), self.longest_pause)
                if wait > 0:
                    self.over.wait(wait / SECOND)
                    due = {one: min(at, self._latest(one)) for one, at in due.items()}
                    continue
                due[place] = self._do(self.duties[place])
        finally:
            self._disconnect()

    def _latest(self, place: int) -> Instant:
        """No duty is further away than this."""
        return self.clock.now() + max(self.duties[place].every, self.longest_pause)

    def _do(self, duty: Duty) -> Instant:
        """Do a duty; answers when it is due again."""
        begun = self.clock.now()
        every = duty.every
        try:
            done = duty.work(self._connected(), self.clock)
        except psycopg.Error as error:
            _log.warning("could not %s: %s", duty.name, str(error).strip())
            self._disconnect()
        except Exception:  # noqa: BLE001 - one duty's fault must not end the others.
            _log.exception("could not %s", duty.name)
            self._disconnect()
        else:
            _log.debug("%s: %s", duty.name, done)
            if duty.in_parts and done:
                every = 0
        took = max(self.clock.now() - begun, 0)
        return begun + max(every, (1 + _RESTS) * took)

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
