"""A friend joins with the code of a member."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Referred
from habitue.domain.programme.model import Programme
from habitue.domain.referring import make_referral_code, read_referral_code, window_closes
from habitue.kit.clock import Clock
from habitue.kit.ids import new_id
from habitue.kit.instants import DAY, Instant, datetime_of, instant_of
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.referring.noting import note_event

SAME_DEVICE: Final = "same_device"
# So long after joining it can still be said who brought somebody, as long as nothing was bought.
LATEST: Final = DAY
_TRIES: Final = 5
_JOINED: Final = """
SELECT min(e.occurred_at) FILTER (WHERE e.kind = 'enrolment'),
    count(*) FILTER (WHERE e.kind IN ('purchase', 'return', 'redemption', 'merge_in')), m.joined_at
FROM member m LEFT JOIN ledger_event e ON e.member_id = m.member_id AND e.programme_id = %s
WHERE m.member_id = %s GROUP BY m.joined_at
"""
_SIGNS: Final = """
SELECT DISTINCT CASE WHEN f.kind = 'email' THEN 'same_mailbox' WHEN f.kind = 'phone'
    THEN 'same_phone' ELSE 'same_identifier' END
FROM identifier f JOIN identifier r ON r.kind = f.kind AND (r.value = f.value
    OR r.comparable = f.comparable)
WHERE f.member_id = %s AND r.member_id = %s ORDER BY 1
"""
_INSERT: Final = """
INSERT INTO referral (programme_id, member_id, referral_id, referrer_id, referred_at, channel,
    signs, review, reviewed_by, reviewed_at, reason, look_at, outcome, settled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', NULL, '', %s, '', NULL)
ON CONFLICT DO NOTHING RETURNING referral_id
"""


@dataclass(frozen=True, slots=True)
class Brought:
    """A friend was brought: the id of the referral, by whom, and whether somebody looks at it
    before anything is given."""

    referral_id: UUID
    referrer_id: UUID
    checking: bool


def own_code(connection: Connection, *, member_id: UUID, now: Instant) -> str:
    """The code that a member gives to friends, made when it is first asked for.

    Locks nothing beyond its own row.
    """
    for _ in range(_TRIES):
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(
                "SELECT code FROM referral_code WHERE member_id = %s", [member_id]
            ).fetchone()
        if row is not None:
            return str(row[0])
        # Somebody may make it at the same moment; the next turn reads it then.
        connection.execute(
            "INSERT INTO referral_code (code, member_id, made_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [make_referral_code(secrets.randbelow), member_id, datetime_of(now)],
        )
    raise Refusal(Code.BUSY, "referral_code", seconds=1)


def find_referrer(connection: Connection, *, code: str) -> UUID:
    """The active member whose code it is, or who stands for them; refuses
    (``UNKNOWN_REFERRAL_CODE``) what is no code of anybody."""
    bare = read_referral_code(code[:40])
    if bare is not None:
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(_OWNER, [bare]).fetchone()
        if row is not None:
            found: UUID = row[0]
            return found
    raise Refusal(Code.UNKNOWN_REFERRAL_CODE, "referral_code", value=code[:40])


_OWNER: Final = """
WITH RECURSIVE chain AS (
    SELECT m.member_id, m.merged_into, m.status FROM referral_code c
    JOIN member m ON m.member_id = c.member_id WHERE c.code = %s
    UNION SELECT m.member_id, m.merged_into, m.status FROM chain c
    JOIN member m ON m.member_id = c.merged_into
) SELECT member_id FROM chain WHERE status = 'active'
"""


def bring_friend(
    connection: Connection,
    *,
    programme: str,
    friend: UUID,
    code: str,
    channel: str = "",
    devices: Iterable[UUID] = (),
    clock: Clock,
) -> Brought:
    """Note that a member who has just joined was brought by whoever has the code.

    ``devices``: members who are known to have used the friend's browser.  The same again answers
    the same.  Refuses ``UNKNOWN_PROGRAMME``, ``UNKNOWN_REFERRAL_CODE``, ``SAME_MEMBER``, and
    ``REFERRAL_NOT_POSSIBLE`` with the reason: the programme takes none, the friend has not joined,
    was a member already, or was brought by somebody else.  What looks like one person waits for a
    colleague; else the friend is given at once what rules ``on: referred`` give.  One transaction;
    locks the row of the referral, the friend, then budgets.
    """
    compiled = get_one_compiled(connection, code=programme)
    with connection.transaction():
        referrer = find_referrer(connection, code=code)
        if referrer == friend:
            raise Refusal(Code.SAME_MEMBER, "referral_code", value=str(friend))
        bring = partial(_bring, compiled, friend, referrer, channel, frozenset(devices), clock)
        return transact(connection, bring, programmes=[programme])


def signs_between(cursor: Cursor, *, friend: UUID, referrer: UUID) -> tuple[str, ...]:
    """Why two members may be one person, by anything that ever identified them."""
    cursor.execute(_SIGNS, [friend, referrer])
    return tuple(row[0] for row in cursor.fetchall())


def _bring(
    compiled: Compiled,
    friend: UUID,
    referrer: UUID,
    channel: str,
    devices: frozenset[UUID],
    clock: Clock,
    cursor: Cursor,
) -> Brought:
    known = _known(cursor, compiled, friend)
    if known is not None:
        if known.referrer_id != referrer:
            raise _not_possible("brought before")
        return known
    joined = _joined_at(cursor, compiled, friend, clock.now())
    version = _version(compiled, joined)
    assert version.referral is not None, "only where the programme takes referrals"
    signs = signs_between(cursor, friend=friend, referrer=referrer)
    signs += (SAME_DEVICE,) if referrer in devices else ()
    referral_id = new_id(clock.now())
    look_at = None if signs else datetime_of(window_closes(version.referral, joined, version.zone))
    row: list[Any] = [UUID(compiled.programme_id), friend, referral_id, referrer]
    row += [datetime_of(joined), channel, " ".join(signs), "open" if signs else "none", look_at]
    if not cursor.execute(_INSERT, row).fetchall():
        # Somebody said the same at the same moment.
        raced = _known(cursor, compiled, friend)
        if raced is None or raced.referrer_id != referrer:
            raise _not_possible("brought before")
        return raced
    if not signs:
        welcome(
            cursor,
            compiled,
            friend=friend,
            member=friend.hex,
            referral_id=referral_id,
            at=joined,
            clock=clock,
        )
    return Brought(referral_id, referrer, bool(signs))


def welcome(
    cursor: Cursor,
    compiled: Compiled,
    *,
    friend: UUID,
    member: str,
    referral_id: UUID,
    at: Instant,
    clock: Clock,
) -> None:
    """Note for the friend (or the ``member`` who stands for them), as of joining, that they were
    brought.  Locks that member, then budgets."""
    body = Referred(referral_id.hex)
    note_event(cursor, compiled, friend=friend, member=member, body=body, at=at, clock=clock)


def _known(cursor: Cursor, compiled: Compiled, friend: UUID) -> Brought | None:
    cursor.execute(
        "SELECT referral_id, referrer_id, review = 'open' FROM referral"
        " WHERE programme_id = %s AND member_id = %s",
        [UUID(compiled.programme_id), friend],
    )
    rows = cursor.fetchall()
    return Brought(*rows[0]) if rows else None


def _joined_at(cursor: Cursor, compiled: Compiled, friend: UUID, now: Instant) -> Instant:
    """When the friend joined the programme; refuses whoever was there before, or is not yet."""
    cursor.execute(_JOINED, [UUID(compiled.programme_id), friend])
    rows = cursor.fetchall()
    if not rows or rows[0][0] is None:
        raise _not_possible("not joined")
    joined, bought, known_since = rows[0]
    at = instant_of(joined)
    earliest = min(at, instant_of(known_since))
    if bought or earliest < now - LATEST:
        raise _not_possible("a member already")
    return at


def _version(compiled: Compiled, at: Instant) -> Programme:
    number = compiled.number_at(at)
    if number is None or compiled.versions[number].referral is None:
        raise _not_possible("no referrals")
    return compiled.versions[number]


def _not_possible(reason: str) -> Refusal:
    return Refusal(Code.REFERRAL_NOT_POSSIBLE, "referral_code", value=reason, reason=reason)
