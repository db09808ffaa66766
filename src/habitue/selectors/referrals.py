"""Reading referrals: who brought whom, and where each of them stands at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.data.ledger.duplicates import merged_in, read_duplicates
from habitue.data.ledger.history import read_allotments, read_histories
from habitue.data.programme.survivors import find_survivors
from habitue.domain.access import Actor, Permission
from habitue.domain.engine.deciding import fold_events
from habitue.domain.engine.folding import Fold
from habitue.domain.engine.types import SharedFacts
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import Programme
from habitue.domain.referring import Bought, ReferralStanding, referral_standing
from habitue.kit.instants import Instant, datetime_of, instant_of
from habitue.kit.paging import CursorError, Page, decode_cursor, page_of
from habitue.selectors.programmes import Compiled, get_one_compiled

Connection: TypeAlias = psycopg.Connection[Any]

LARGEST_LIMIT: Final = 50


class Stage(StrEnum):
    """Where a referral is, as everybody reads it."""

    CHECKING = "checking"
    OPEN = "open"
    WAITING = "waiting"
    VESTED = "vested"
    LAPSED = "lapsed"
    REFUSED = "refused"
    SAME_PERSON = "same_person"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a referral; the name may be empty."""

    member_id: UUID
    number: str
    name: str
    store: str | None


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """A referral as it stands.

    ``until``: until when the friend can buy, or until when what they bought can come back, or when
    it vested; ``None`` where nothing of this matters any more.  ``signs`` are why both may be one
    person; ``reason`` is that of whoever decided (``reviewed_by``).
    """

    referral_id: UUID
    referrer: Person
    friend: Person
    referred_at: Instant
    channel: str
    stage: Stage
    until: Instant | None
    signs: tuple[str, ...]
    reviewed_by: str
    reason: str


_SHOWN: Final = (
    "coalesce(nullif({0}.display_name, ''), btrim({0}.given_name || ' ' || {0}.family_name))"
)
_SELECT: Final = f"""
SELECT r.referral_id, r.referred_at, r.channel, r.signs, r.review, r.reviewed_by, r.reason,
    r.outcome, r.settled_at,
    a.member_id, a.number, {_SHOWN.format("a")}, a.store,
    b.member_id, b.number, {_SHOWN.format("b")}, b.store
FROM referral r JOIN member a ON a.member_id = r.referrer_id
JOIN member b ON b.member_id = r.member_id
WHERE r.programme_id = %(programme)s
"""  # noqa: S608  # constants
# What a filter asks of the row; where the rest stands is computed.
FILTERS: Final[dict[str, str]] = {
    "": "",
    "checking": " AND r.review = 'open'",
    "running": " AND r.look_at IS NOT NULL",
    "vested": " AND r.outcome = 'vested'",
    "lapsed": " AND r.outcome IN ('lapsed', 'same_person', 'left')",
    "refused": " AND r.review = 'refused'",
}
# Somebody who was merged is asked about as the one who stands for them, and the other way round.
_FAMILY: Final = """
WITH RECURSIVE family AS (
    SELECT %s::uuid AS member_id
    UNION SELECT m.member_id FROM member m JOIN family f ON m.merged_into = f.member_id
) SELECT member_id FROM family
"""


def list_referrals(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    wanted: str = "",
    cursor: str | None = None,
    limit: int = 20,
    now: Instant,
) -> Page[ReferralRecord]:
    """Referrals of a programme, the latest first; a page at a time.

    ``wanted`` is one of ``FILTERS``.  Whoever works in some stores sees those of friends who are at
    home there, or nowhere.  Refuses ``NOT_PERMITTED``, ``UNKNOWN_PROGRAMME`` and
    ``UNKNOWN_CHOICE``; raises ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    if not actor.may(Permission.MEMBERS_READ) or not actor.in_programme(programme):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.MEMBERS_READ.value)
    if wanted not in FILTERS:
        allowed = ", ".join(name for name in FILTERS if name)
        raise Refusal(Code.UNKNOWN_CHOICE, "state", value=wanted[:80], allowed=allowed)
    limit = min(max(limit, 1), LARGEST_LIMIT)
    compiled = get_one_compiled(connection, code=programme)
    where = FILTERS[wanted]
    parameters: dict[str, object] = {"limit": limit + 1}
    if actor.stores:
        where += " AND (b.store IS NULL OR b.store = ANY(%(stores)s))"
        parameters["stores"] = sorted(actor.stores)
    if cursor:
        at, friend = decode_cursor("referrals", cursor=cursor, shape=(int, str))
        where += " AND (r.referred_at, r.member_id) < (%(at)s, %(friend)s)"
        parameters |= {"at": _moment(at), "friend": _uuid(friend)}
    found = _read(connection, compiled, where, parameters, now)
    return page_of(
        found,
        limit=limit,
        listing="referrals",
        place_of=lambda one: (one.referred_at, one.friend.member_id.hex),
    )


def get_referral(
    connection: Connection, *, programme: str, referral_id: UUID, now: Instant
) -> ReferralRecord:
    """One referral; refuses ``UNKNOWN_PROGRAMME`` and ``UNKNOWN_REFERRAL``."""
    compiled = get_one_compiled(connection, code=programme)
    found = _read(connection, compiled, " AND r.referral_id = %(id)s", {"id": referral_id}, now)
    if not found:
        raise Refusal(Code.UNKNOWN_REFERRAL, "referral", value=str(referral_id))
    return found[0]


def list_brought(
    connection: Connection, *, member_id: UUID, programme: str, now: Instant, limit: int = 50
) -> tuple[ReferralRecord, ...]:
    """The friends whom a member has brought, the latest first; merged duplicates of the member
    count.  Refuses ``UNKNOWN_PROGRAMME``."""
    compiled = get_one_compiled(connection, code=programme)
    family = _family(connection, member_id)
    parameters = {"family": family, "limit": limit}
    where = " AND r.referrer_id = ANY(%(family)s)"
    return tuple(_read(connection, compiled, where, parameters, now))


def find_referral_of(
    connection: Connection, *, member_id: UUID, programme: str, now: Instant
) -> ReferralRecord | None:
    """Who brought a member, where somebody did; refuses ``UNKNOWN_PROGRAMME``."""
    compiled = get_one_compiled(connection, code=programme)
    family = _family(connection, member_id)
    where = " AND r.member_id = ANY(%(family)s)"
    found = _read(connection, compiled, where, {"family": family, "limit": 1}, now)
    return found[0] if found else None


def standing_of(
    connection: Connection,
    compiled: Compiled,
    *,
    friend: UUID,
    referred_at: Instant,
    at: Instant,
) -> ReferralStanding | None:
    """Where the referral of a friend stands at an instant, from what they (or whoever stands for
    them) bought; ``None`` where the programme took none when they joined.  Takes no locks."""
    version = terms_of(compiled, referred_at)
    if version is None or version.referral is None:
        return None
    fold_at = _folds(connection, compiled, friend)
    bought = [
        Bought(record.event.event_id, record.event.occurred_at)
        for record in fold_at(at).purchases.values()
    ]

    def kept(event_id: str, until: Instant) -> int:
        records = fold_at(until).purchases.values()
        return sum(record.spend for record in records if record.event.event_id == event_id)

    return referral_standing(
        version.referral,
        zone=version.zone,
        joined_at=referred_at,
        bought=bought,
        kept=kept,
        at=at,
    )


def takes_referrals(connection: Connection, *, programme: str, now: Instant) -> bool:
    """Whether members of a programme can bring friends now; refuses ``UNKNOWN_PROGRAMME``."""
    version = terms_of(get_one_compiled(connection, code=programme), now)
    return version is not None and version.referral is not None


def terms_of(compiled: Compiled, at: Instant) -> Programme | None:
    """The version whose terms hold for who joined at an instant."""
    number = compiled.number_at(at)
    return None if number is None else compiled.versions[number]


class _Folds:
    """The friend's books up to an instant; each is folded once."""

    def __init__(self, connection: Connection, compiled: Compiled, friend: UUID) -> None:
        with connection.cursor(row_factory=tuple_row) as cursor:
            survivor = find_survivors(cursor, [friend.hex]).get(friend.hex, friend.hex)
            key = (survivor, compiled.programme_id)
            self._events = read_histories(cursor, [key])[key]
            taken = merged_in(self._events)
            duplicates = read_duplicates(cursor, {key: taken})[key] if taken else {}
            keys = [key, *((member, key[1]) for member in sorted(duplicates))]
            allotments = read_allotments(cursor, keys)
        granted = {name: one for some in allotments.values() for name, one in some.items()}
        self._shared = SharedFacts(allotments=granted, duplicates=duplicates)
        self._versions = compiled.versions

    def at(self, until: Instant) -> Fold:
        """The fold of everything up to and with an instant."""
        return fold_events(self._versions, self._events, self._shared, until=until)


def _folds(connection: Connection, compiled: Compiled, friend: UUID) -> Any:
    return cache(_Folds(connection, compiled, friend).at)


def _read(
    connection: Connection,
    compiled: Compiled,
    where: str,
    parameters: dict[str, object],
    now: Instant,
) -> list[ReferralRecord]:
    statement = f"{_SELECT}{where} ORDER BY r.referred_at DESC, r.member_id DESC LIMIT %(limit)s"
    asked = {"limit": 1, **parameters, "programme": UUID(compiled.programme_id)}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(statement.encode(), asked).fetchall()
    return [_record(connection, compiled, row, now) for row in rows]


def _record(
    connection: Connection, compiled: Compiled, row: Sequence[Any], now: Instant
) -> ReferralRecord:
    referral_id, referred_at, channel, signs, review, by, reason, outcome, settled_at = row[:9]
    friend = Person(*row[13:17])
    joined = instant_of(referred_at)
    until = None if settled_at is None else instant_of(settled_at)
    if review in ("open", "refused"):
        stage, until = (Stage.CHECKING, None) if review == "open" else (Stage.REFUSED, None)
    elif outcome:
        stage = Stage(outcome)
    else:
        standing = standing_of(
            connection, compiled, friend=friend.member_id, referred_at=joined, at=now
        )
        stage = Stage.LAPSED if standing is None else Stage(standing.state)
        until = None if standing is None else standing.until
    return ReferralRecord(
        referral_id=referral_id,
        referrer=Person(*row[9:13]),
        friend=friend,
        referred_at=joined,
        channel=channel,
        stage=stage,
        until=until,
        signs=tuple(signs.split()),
        reviewed_by=by,
        reason=reason,
    )


def _family(connection: Connection, member_id: UUID) -> list[UUID]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [row[0] for row in cursor.execute(_FAMILY, [member_id]).fetchall()]


def _moment(at: object) -> object:
    try:
        return datetime_of(int(str(at)))
    except (ValueError, OverflowError) as error:
        raise CursorError("a cursor of no place") from error


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise CursorError("a cursor of no place") from error
