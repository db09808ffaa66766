"""The worker looks at open referrals, and gives what was promised once it is certain.

Nothing that anybody is shown depends on when it looks: the event has the instant at which the
friend's purchase could no longer come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from psycopg.rows import tuple_row

from habitue.data.programme.survivors import find_survivors
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Referral
from habitue.domain.programme.model import Programme
from habitue.domain.referring import ReferralStanding, looked_at_until, window_closes
from habitue.kit.clock import Clock
from habitue.kit.instants import DAY, Instant, datetime_of, instant_of
from habitue.selectors.programmes import Compiled, get_one_compiled, list_programmes
from habitue.selectors.referrals import standing_of, terms_of
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.referring.bringing import signs_between
from habitue.services.referring.noting import note_event

# What a till reports late is noticed so much later, at the latest.
_LONGEST_REST: Final = 7 * DAY
_DUE: Final = """
SELECT member_id FROM referral WHERE programme_id = %s AND look_at <= %s
ORDER BY look_at, member_id LIMIT %s
"""
_LOCK: Final = """
SELECT referral_id, referrer_id, referred_at, review FROM referral
WHERE programme_id = %s AND member_id = %s AND look_at <= %s FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class _Row:
    friend: UUID
    referral_id: UUID
    referrer: UUID
    referred_at: Instant
    review: str


def settle_referrals(connection: Connection, *, clock: Clock, limit: int = 100) -> int:
    """Look at the referrals that are due, of up to ``limit`` friends; answers at how many.

    One transaction for each; locks the row of the referral, the member who is rewarded, then
    budgets.  The friend is read without a lock: what is recorded meanwhile counts as recorded
    afterwards.  One that is busy is looked at another time.
    """
    with connection.transaction():
        codes = [record.code for record in list_programmes(connection) if record.latest_number]
    looked = 0
    for code in codes:
        compiled = get_one_compiled(connection, code=code)
        with connection.transaction():
            due = _due(connection, compiled, clock.now(), limit - looked)
        for friend in due:
            work = partial(_look, connection, compiled, friend, clock)
            try:
                looked += transact(connection, work, programmes=[code])
            except Refusal as refusal:
                if refusal.code is not Code.BUSY:
                    raise
    return looked


def _due(connection: Connection, compiled: Compiled, now: Instant, limit: int) -> list[UUID]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(_DUE, [UUID(compiled.programme_id), datetime_of(now), limit])
        return [row[0] for row in cursor.fetchall()]


def _look(
    connection: Connection, compiled: Compiled, friend: UUID, clock: Clock, cursor: Cursor
) -> int:
    now = clock.now()
    cursor.execute(_LOCK, [UUID(compiled.programme_id), friend, datetime_of(now)])
    rows = cursor.fetchall()
    if not rows:
        return 0
    referral_id, referrer, referred_at, review = rows[0]
    row = _Row(friend, referral_id, referrer, instant_of(referred_at), review)
    survivors = find_survivors(cursor, [friend.hex, referrer.hex])
    member = survivors.get(referrer.hex, referrer.hex)
    version = terms_of(compiled, row.referred_at)
    standing = standing_of(connection, compiled, friend=friend, referred_at=row.referred_at, at=now)
    if survivors.get(friend.hex, friend.hex) == member:
        _settle(cursor, compiled, row, "same_person", now)
    elif not _is_active(cursor, member):
        _settle(cursor, compiled, row, "left", now)
    elif standing is None or version is None:
        _settle(cursor, compiled, row, "lapsed", now)
    elif standing.state == "vested":
        _reward(cursor, compiled, row, member, standing, clock)
    else:
        _go_on(cursor, compiled, row, version, standing, now)
    return 1


def _reward(
    cursor: Cursor,
    compiled: Compiled,
    row: _Row,
    member: str,
    standing: ReferralStanding,
    clock: Clock,
) -> None:
    """Give the member what rules give; what has come to look like one person waits."""
    signs = signs_between(cursor, friend=row.friend, referrer=row.referrer)
    if signs and row.review == "none":
        cursor.execute(
            "UPDATE referral SET review = 'open', signs = %s, look_at = NULL"
            " WHERE programme_id = %s AND member_id = %s",
            [" ".join(signs), UUID(compiled.programme_id), row.friend],
        )
        return
    body = Referral(row.referral_id.hex)
    at = standing.until
    note_event(cursor, compiled, friend=row.friend, member=member, body=body, at=at, clock=clock)
    _settle(cursor, compiled, row, "vested", at)


def _go_on(
    cursor: Cursor,
    compiled: Compiled,
    row: _Row,
    version: Programme,
    standing: ReferralStanding,
    now: Instant,
) -> None:
    """Say when to look again: nothing that is bought from now on can count before its window
    closes."""
    terms = version.referral
    assert terms is not None, "only where the programme takes referrals"
    end = looked_at_until(terms, row.referred_at, version.zone)
    if now >= end:
        _settle(cursor, compiled, row, "lapsed", standing.until)
        return
    soonest = window_closes(terms, now, version.zone)
    if standing.state == "waiting":
        soonest = min(soonest, standing.until)
    cursor.execute(
        "UPDATE referral SET look_at = %s WHERE programme_id = %s AND member_id = %s",
        [
            datetime_of(min(soonest, now + _LONGEST_REST, end)),
            UUID(compiled.programme_id),
            row.friend,
        ],
    )


def _settle(cursor: Cursor, compiled: Compiled, row: _Row, outcome: str, at: Instant) -> None:
    cursor.execute(
        "UPDATE referral SET outcome = %s, settled_at = %s, look_at = NULL"
        " WHERE programme_id = %s AND member_id = %s",
        [outcome, datetime_of(at), UUID(compiled.programme_id), row.friend],
    )


def _is_active(cursor: Cursor, member: str) -> bool:
    cursor.execute("SELECT status = 'active' FROM member WHERE member_id = %s", [UUID(member)])
    return all(row[0] for row in cursor.fetchall())
