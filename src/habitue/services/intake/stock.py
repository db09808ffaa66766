"""What is left of a stock that is full again with every period (SEMANTICS 8, 22).

Stock is shared, and what members share is settled in the order of recording: the period is that of
the instant of recording, in the programme's zone.  What was taken in it is the difference between
the books now and before its first draw; draws form one unbroken chain, so that is exact, and the
same when it is asked again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from habitue.data.programme.sharing import Cursor, read_times_before
from habitue.domain.engine.rewarding import reward_of
from habitue.domain.engine.types import SharedFacts
from habitue.domain.events import Event, Redemption
from habitue.domain.programme.measures import Budget
from habitue.kit.instants import Instant, day_start, local_day
from habitue.kit.periods import period_start
from habitue.selectors.programmes import Compiled


def periodic_stock(compiled: Compiled, event: Event) -> Budget | None:
    """The stock that the event draws on, where it is counted by periods."""
    body = event.body
    if not isinstance(body, Redemption):
        return None
    version = compiled.versions[event.version_number]
    reward = version.rewards.get(reward_of(body))
    stock = None if reward is None or reward.stock is None else version.budgets[reward.stock]
    return stock if stock is not None and stock.every is not None else None


def add_periodic_stock(
    cursor: Cursor,
    compiled: Compiled,
    event: Event,
    books: Mapping[str, tuple[int, int]],
    shared: SharedFacts,
    *,
    recorded_at: Instant,
) -> None:
    """Say in ``shared`` what is left of the stock in the period; the books are locked, or those of
    a time gone by.  One statement, and none for an event that draws on no such stock."""
    stock = periodic_stock(compiled, event)
    if stock is None or stock.every is None or stock.times is None or stock.key not in books:
        return
    zone = compiled.versions[event.version_number].zone
    since = day_start(period_start(local_day(recorded_at, zone), stock.every), zone)
    now = books[stock.key][1]
    before = read_times_before(cursor, UUID(compiled.programme_id), stock.key, since)
    shared.remaining_times[stock.key] = stock.times - (now - (now if before is None else before))
