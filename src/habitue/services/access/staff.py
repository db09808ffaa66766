"""Colleagues: added, changed, sent away and taken back; invited by a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from django.contrib.auth.hashers import check_password, make_password
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Kind, Permission, Role
from habitue.domain.access.pins import check_pin
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.emails import normal_email
from habitue.kit.ids import new_id
from habitue.kit.instants import DAY, Instant, datetime_of
from habitue.selectors.staff import StaffRecord, get_staff
from habitue.services.access.links import make_link, withdraw_links
from habitue.services.access.rights import require, require_stores
from habitue.services.access.throttling import count_attempt
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_NAME: Final = 100
INVITATION_VALID: Final[Instant] = 7 * DAY
_WORDS: Final = tuple(role.value for role in Role)
_SERVING: Final = frozenset({Role.OWNER.value, Role.MANAGER.value, Role.STAFF.value})
# PINs are short, and guessed at the till rather than from a stolen table; a till must not wait.
PIN_HASHER: Final = "pbkdf2_sha256"
# A till gives up for a while after so many wrong PINs: ten thousand PINs then take months.
_PINS: Final = 10
_PIN_SECONDS: Final = 5 * 60


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What is said of a colleague; empty ``stores`` or ``programmes``: all of them."""

    name: str
    roles: Sequence[str]
    stores: Sequence[str] = ()
    programmes: Sequence[str] = ()
    language: str = ""


def add_staff(
    connection: Connection, *, actor: Actor, email: str, details: StaffDetails, now: Instant
) -> StaffRecord:
    """Make a colleague known, who has no password yet and needs an invitation.

    Refuses ``NOT_PERMITTED`` (also for stores in which the actor does not work),
    ``INVALID_IDENTIFIER``, ``EMAIL_TAKEN``, and what ``_check`` refuses.  Writes the trail.
    """
    require_stores(actor, Permission.STAFF_WRITE, list(details.stores))
    address = normal_email(email)
    if address is None:
        raise Refusal(Code.INVALID_IDENTIFIER, "email", value=email[:80], kind="email")
    _check(details)
    staff_id = new_id(now)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(
            "INSERT INTO staff (staff_id, email, name, password, language, roles, stores,"
            " programmes, is_active, pin_hash, joined_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, true, '', %s)"
            " ON CONFLICT (email) DO NOTHING",
            [
                staff_id,
                address,
                details.name,
                # Nobody's password has this form.
                make_password(None),
                details.language,
                sorted(set(details.roles)),
                sorted(set(details.stores)),
                sorted(set(details.programmes)),
                datetime_of(now),
            ],
        )
        if cursor.rowcount == 0:
            raise Refusal(Code.EMAIL_TAKEN, "email", value=address)
        _note(
            connection, actor, Action.STAFF_ADDED, staff_id, details.name, now, roles=details.roles
        )
        return get_staff(connection, actor=actor, staff_id=staff_id)


def change_staff(
    connection: Connection, *, actor: Actor, staff_id: UUID, details: StaffDetails, now: Instant
) -> StaffRecord:
    """Change what is said of a colleague.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_STAFF``, ``LAST_OWNER`` (somebody must own the programme)
    and what ``_check`` refuses.  Locks all owners.  Writes the trail.
    """
    require_stores(actor, Permission.STAFF_WRITE, list(details.stores))
    _check(details)
    with connection.transaction():
        before = _lock(connection, actor, staff_id)
        if Role.OWNER in before.roles and Role.OWNER.value not in details.roles:
            _check_other_owner(connection, staff_id)
        connection.execute(
            "UPDATE staff SET name = %s, roles = %s, stores = %s, programmes = %s, language = %s"
            " WHERE staff_id = %s",
            [
                details.name,
                sorted(set(details.roles)),
                sorted(set(details.stores)),
                sorted(set(details.programmes)),
                details.language,
                staff_id,
            ],
        )
        _note(
            connection,
            actor,
            Action.STAFF_CHANGED,
            staff_id,
            details.name,
            now,
            roles=details.roles,
        )
        return get_staff(connection, actor=actor, staff_id=staff_id)


def deactivate_staff(
    connection: Connection, *, actor: Actor, staff_id: UUID, now: Instant
) -> StaffRecord:
    """Let a colleague in no more: sessions end, links are worthless, the PIN is forgotten.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_STAFF`` and ``LAST_OWNER``.  Deactivating again changes
    nothing.  Locks all owners.  Writes the trail.
    """
    require(actor, Permission.STAFF_WRITE)
    with connection.transaction():
        before = _lock(connection, actor, staff_id)
        if not before.is_active:
            return before
        if Role.OWNER in before.roles:
            _check_other_owner(connection, staff_id)
        connection.execute(
            "UPDATE staff SET is_active = false, pin_hash = '' WHERE staff_id = %s", [staff_id]
        )
        connection.execute("DELETE FROM web_session WHERE staff_id = %s", [staff_id])
        withdraw_links(connection, kind="staff", subject_id=staff_id)
        _note(connection, actor, Action.STAFF_DEACTIVATED, staff_id, before.name, now)
        return get_staff(connection, actor=actor, staff_id=staff_id)


def reactivate_staff(
    connection: Connection, *, actor: Actor, staff_id: UUID, now: Instant
) -> StaffRecord:
    """Let a colleague in again, with the password of before.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_STAFF``.  Writes the trail.
    """
    require(actor, Permission.STAFF_WRITE)
    with connection.transaction():
        before = _lock(connection, actor, staff_id)
        if before.is_active:
            return before
        connection.execute("UPDATE staff SET is_active = true WHERE staff_id = %s", [staff_id])
        _note(connection, actor, Action.STAFF_REACTIVATED, staff_id, before.name, now)
        return get_staff(connection, actor=actor, staff_id=staff_id)


def invite_staff(connection: Connection, *, actor: Actor, staff_id: UUID, now: Instant) -> str:
    """Make the link with which a colleague chooses a password; earlier links are worthless then.

    Answers the link's token.  Refuses ``NOT_PERMITTED`` and ``UNKNOWN_STAFF`` (also one who is
    deactivated).  Writes the trail.
    """
    require(actor, Permission.STAFF_WRITE)
    with connection.transaction():
        colleague = _lock(connection, actor, staff_id)
        if not colleague.is_active:
            raise Refusal(Code.UNKNOWN_STAFF, "staff", value=str(staff_id))
        withdraw_links(connection, kind="staff", subject_id=staff_id)
        token = make_link(
            connection,
            kind="staff",
            subject_id=staff_id,
            purpose="invitation",
            now=now,
            expires_at=now + INVITATION_VALID,
        )
        _note(connection, actor, Action.STAFF_INVITED, staff_id, colleague.name, now)
    return token


def set_password(connection: Connection, *, staff_id: UUID, password: str, now: Instant) -> None:
    """Give a colleague a password that a form has checked; all of their sessions end.

    Refuses ``UNKNOWN_STAFF``.  Writes the trail in the colleague's own name.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "UPDATE staff SET password = %s WHERE staff_id = %s AND is_active RETURNING name",
            [make_password(password), staff_id],
        ).fetchone()
        if row is None:
            raise Refusal(Code.UNKNOWN_STAFF, "staff", value=str(staff_id))
        cursor.execute("DELETE FROM web_session WHERE staff_id = %s", [staff_id])
        owner = Actor(kind=Kind.STAFF, id=staff_id, name=row[0])
        _note(connection, owner, Action.PASSWORD_CHANGED, staff_id, row[0], now)


def set_pin(
    connection: Connection, *, actor: Actor, staff_id: UUID, pin: str, now: Instant
) -> None:
    """Give a colleague a PIN for the tills; an empty one takes it away.

    A colleague may set their own; others need the right.  Refuses ``NOT_PERMITTED``, ``WEAK_PIN``,
    ``UNKNOWN_STAFF``, and ``PIN_TAKEN``: at a till the PIN alone says who serves.  Locks everybody
    with a PIN, so that two cannot take the same one.  Writes the trail.
    """
    if actor.id != staff_id or actor.at_till:
        require(actor, Permission.STAFF_WRITE)
    if pin:
        check_pin(pin)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        colleague = get_staff(
            connection, actor=actor, staff_id=staff_id, oneself=actor.id == staff_id
        )
        cursor.execute(
            "SELECT staff_id, pin_hash FROM staff WHERE staff_id = %s OR pin_hash <> ''"
            " ORDER BY staff_id FOR UPDATE",
            [staff_id],
        )
        for other, known in cursor.fetchall():
            if pin and other != staff_id and known and check_password(pin, known):
                raise Refusal(Code.PIN_TAKEN, "pin")
        hashed = make_password(pin, hasher=PIN_HASHER) if pin else ""
        cursor.execute("UPDATE staff SET pin_hash = %s WHERE staff_id = %s", [hashed, staff_id])
        _note(connection, actor, Action.PIN_SET, staff_id, colleague.name, now)


def find_staff_by_pin(
    connection: Connection, *, device_id: UUID, store: str, pin: str, now: Instant
) -> UUID:
    """Who serves: the colleague of this store with this PIN.

    Refuses ``RATE_LIMITED`` after some wrong ones at this till, and ``WRONG_PIN``.
    """
    count_attempt(connection, key=f"pin {device_id}", limit=_PINS, seconds=_PIN_SECONDS, now=now)
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(
            "SELECT staff_id, pin_hash, roles FROM staff WHERE is_active AND pin_hash <> ''"
            " AND (stores = '{}' OR %s = ANY(stores)) ORDER BY staff_id",
            [store],
        )
        found = [
            staff_id
            for staff_id, known, roles in cursor.fetchall()
            if set(roles) & _SERVING and check_password(pin, known)
        ]
    if not found:
        raise Refusal(Code.WRONG_PIN, "pin")
    one: UUID = found[0]
    # Who knows a PIN may mistype as often as others; only wrong ones shall count in the end.
    connection.execute(
        "UPDATE attempt SET count = greatest(count - 1, 0)"
        " WHERE key_hash = sha256(convert_to(%s, 'UTF8')) AND window_starts_at > %s",
        [f"pin {device_id}", datetime_of(now - DAY)],
    )
    return one


def _check(details: StaffDetails) -> None:
    """Refuse a name that is empty, odd or long, an unknown role, and no role at all."""
    name = details.name
    if not name or name != name.strip() or not name.isprintable():
        raise Refusal(Code.INVALID_TEXT, "name", value=name[:LONGEST_NAME])
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.TOO_LONG, "name", value=name[:LONGEST_NAME], limit=LONGEST_NAME)
    if not details.roles:
        raise Refusal(Code.MISSING_FIELD, "roles")
    for role in details.roles:
        if role not in _WORDS:
            raise Refusal(Code.UNKNOWN_CHOICE, "roles", value=role[:40], allowed=", ".join(_WORDS))


def _lock(connection: Connection, actor: Actor, staff_id: UUID) -> StaffRecord:
    """Lock all owners, then the colleague, and read what is known of them."""
    connection.execute(
        "SELECT 1 FROM staff WHERE staff_id = %s OR 'owner' = ANY(roles)"
        " ORDER BY staff_id FOR UPDATE",
        [staff_id],
    )
    return get_staff(connection, actor=actor, staff_id=staff_id)


def _check_other_owner(connection: Connection, staff_id: UUID) -> None:
    row = connection.execute(
        "SELECT 1 FROM staff WHERE staff_id <> %s AND is_active AND 'owner' = ANY(roles)"
        " AND stores = '{}' LIMIT 1",
        [staff_id],
    ).fetchone()
    if row is None:
        raise Refusal(Code.LAST_OWNER, "staff", value=str(staff_id))


def _note(
    connection: Connection,
    actor: Actor,
    action: Action,
    staff_id: UUID,
    name: str,
    now: Instant,
    **details: object,
) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="staff",
        subject_id=staff_id,
        subject_name=name,
        details=details,
    )


def change_own_details(
    connection: Connection, *, actor: Actor, name: str, language: str, now: Instant
) -> None:
    """Change one's own name and language.

    Refuses ``NOT_PERMITTED`` for whoever is no colleague, and what ``_check`` refuses.  Writes the
    trail.
    """
    if actor.kind is not Kind.STAFF or actor.id is None or actor.at_till:
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.BACKOFFICE_USE.value)
    _check(StaffDetails(name, [Role.STAFF.value], (), (), language))
    with connection.transaction():
        connection.execute(
            "UPDATE staff SET name = %s, language = %s WHERE staff_id = %s",
            [name, language, actor.id],
        )
        _note(connection, actor, Action.STAFF_CHANGED, actor.id, name, now)
