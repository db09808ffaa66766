"""Colleagues: added, changed, sent away and taken back; invited by a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from django.contrib.auth.hashers import make_password
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Kind, Permission, Role
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.details import LANGUAGES
from habitue.domain.identity.emails import normal_email
from habitue.kit.ids import new_id
from habitue.kit.instants import DAY, Instant, datetime_of
from habitue.selectors.staff import StaffRecord, get_staff
from habitue.services.access.links import make_link, withdraw_links
from habitue.services.access.rights import require, require_programmes, require_stores
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_NAME: Final = 100
INVITATION_VALID: Final[Instant] = 7 * DAY
_WORDS: Final = tuple(role.value for role in Role)


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

    Refuses ``NOT_PERMITTED`` (also for stores and programmes that are not the actor's),
    ``INVALID_IDENTIFIER``, what ``_check`` refuses, ``UNKNOWN_STORE``, ``UNKNOWN_PROGRAMME`` and
    ``EMAIL_TAKEN``.  Writes the trail.
    """
    _require(actor, details)
    address = normal_email(email)
    if address is None:
        raise Refusal(Code.INVALID_IDENTIFIER, "email", value=email[:80], kind="email")
    _check(details)
    staff_id = new_id(now)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        _check_places(connection, details)
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
        _note_rights(connection, actor, Action.STAFF_ADDED, staff_id, details, now)
        return get_staff(connection, actor=actor, staff_id=staff_id)


def change_staff(
    connection: Connection, *, actor: Actor, staff_id: UUID, details: StaffDetails, now: Instant
) -> StaffRecord:
    """Change what is said of a colleague; saying what is said already changes nothing.

    Refuses ``NOT_PERMITTED`` and the same places and texts as ``add_staff``, ``UNKNOWN_STAFF``, and
    ``LAST_OWNER``: somebody must own all of it.  Locks all owners.  Writes the trail.
    """
    _require(actor, details)
    _check(details)
    with connection.transaction():
        before = _lock(connection, actor, staff_id)
        if _details_of(before) == _sorted(details):
            return before
        _check_places(connection, details)
        if not (Role.OWNER.value in details.roles and _is_everywhere(details)):
            _check_other_owner(connection, before)
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
        _note_rights(connection, actor, Action.STAFF_CHANGED, staff_id, details, now)
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
        _check_other_owner(connection, before)
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
    """Give a colleague a password that a form has checked; all of their sessions end, and
    invitations are worthless.

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
        withdraw_links(connection, kind="staff", subject_id=staff_id, purpose="invitation")
        owner = Actor(kind=Kind.STAFF, id=staff_id, name=row[0])
        _note(connection, owner, Action.PASSWORD_CHANGED, staff_id, row[0], now)


def _details_of(colleague: StaffRecord) -> StaffDetails:
    """What is said of a colleague, as it can be changed."""
    return StaffDetails(
        colleague.name,
        tuple(sorted(role.value for role in colleague.roles)),
        tuple(sorted(colleague.stores)),
        tuple(sorted(colleague.programmes)),
        colleague.language,
    )


def _sorted(details: StaffDetails) -> StaffDetails:
    return StaffDetails(
        details.name,
        tuple(sorted(set(details.roles))),
        tuple(sorted(set(details.stores))),
        tuple(sorted(set(details.programmes))),
        details.language,
    )


def _require(actor: Actor, details: StaffDetails) -> None:
    """Refuse whoever gives rights where they have none themself."""
    require_stores(actor, Permission.STAFF_WRITE, list(details.stores))
    require_programmes(actor, Permission.STAFF_WRITE, list(details.programmes))


def _check(details: StaffDetails) -> None:
    """Refuse a name that is empty, odd or long, an unknown role or language, and no role at all."""
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
    if details.language not in ("", *LANGUAGES):
        allowed = ", ".join(LANGUAGES)
        value = details.language[:40]
        raise Refusal(Code.UNKNOWN_CHOICE, "language", value=value, allowed=allowed)


def _check_places(connection: Connection, details: StaffDetails) -> None:
    """Refuse stores and programmes that there are not."""
    for path, table, code, wanted in (
        ("stores", "store", Code.UNKNOWN_STORE, details.stores),
        ("programmes", "programme", Code.UNKNOWN_PROGRAMME, details.programmes),
    ):
        row = connection.execute(
            "SELECT wanted FROM unnest(%s::text[]) wanted WHERE NOT EXISTS"  # noqa: S608 - one of two constants.
            f" (SELECT 1 FROM {table} WHERE code = wanted) ORDER BY wanted LIMIT 1",
            [sorted(set(wanted))],
        ).fetchone()
        if row is not None:
            raise Refusal(code, path, value=row[0][:80])


def _lock(connection: Connection, actor: Actor, staff_id: UUID) -> StaffRecord:
    """Lock all owners, then the colleague, and read what is known of them."""
    connection.execute(
        "SELECT 1 FROM staff WHERE staff_id = %s OR 'owner' = ANY(roles)"
        " ORDER BY staff_id FOR UPDATE",
        [staff_id],
    )
    return get_staff(connection, actor=actor, staff_id=staff_id)


def _is_everywhere(details: StaffDetails) -> bool:
    return not details.stores and not details.programmes


def _check_other_owner(connection: Connection, owner: StaffRecord) -> None:
    """Refuse to lose the only one who owns all of it; call it with all owners locked."""
    owns = owner.is_active and Role.OWNER in owner.roles and _is_everywhere(_details_of(owner))
    if not owns:
        return
    row = connection.execute(
        "SELECT 1 FROM staff WHERE staff_id <> %s AND is_active AND 'owner' = ANY(roles)"
        " AND stores = '{}' AND programmes = '{}' LIMIT 1",
        [owner.staff_id],
    ).fetchone()
    if row is None:
        raise Refusal(Code.LAST_OWNER, "staff", value=str(owner.staff_id))


def _note_rights(
    connection: Connection,
    actor: Actor,
    action: Action,
    staff_id: UUID,
    details: StaffDetails,
    now: Instant,
) -> None:
    rights = {"roles": details.roles, "stores": details.stores, "programmes": details.programmes}
    given = {name: sorted(set(codes)) for name, codes in rights.items() if codes}
    _note(connection, actor, action, staff_id, details.name, now, **given)


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

    Refuses ``NOT_PERMITTED`` for whoever is no colleague, ``UNKNOWN_STAFF`` for one who is
    deactivated, and what ``_check`` refuses.  Writes the trail.
    """
    if actor.kind is not Kind.STAFF or actor.id is None or actor.at_till:
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.BACKOFFICE_USE.value)
    _check(StaffDetails(name, [Role.STAFF.value], (), (), language))
    with connection.transaction():
        changed = connection.execute(
            "UPDATE staff SET name = %s, language = %s WHERE staff_id = %s AND is_active",
            [name, language, actor.id],
        )
        if changed.rowcount == 0:
            raise Refusal(Code.UNKNOWN_STAFF, "staff", value=str(actor.id))
        _note(connection, actor, Action.STAFF_CHANGED, actor.id, name, now)
