"""PINs: with four to six digits a colleague says at a till who serves.

So few digits are guessed from any hash of them alone, however slow it is to compute.  What is
stored is keyed by the installation's secret, which is not in the database; it is the same for the
same PIN, so one look-up finds whose it is, and no two colleagues can have one.  A till gives up
after some wrong ones, for a while and then for the day.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from django.utils.crypto import salted_hmac
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission, Role
from habitue.domain.access.pins import check_pin
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.staff import get_staff
from habitue.services.access.rights import require
from habitue.services.access.throttling import count_attempt, forgive_attempt
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

_SERVING: Final = [Role.OWNER.value, Role.MANAGER.value, Role.STAFF.value]
# How many wrong ones a till takes, in how many seconds.
_WRONG: Final = ((10, 5 * 60), (60, 24 * 3600))
# A PIN that is taken could be learnt by choosing one after the other.
_CHOSEN: Final = 10
_CHOSEN_SECONDS: Final = 3600


def set_pin(
    connection: Connection, *, actor: Actor, staff_id: UUID, pin: str, now: Instant
) -> None:
    """Give a colleague a PIN for the tills; an empty one takes it away.

    A colleague may set their own, some times in an hour; others need the right.  Refuses
    ``NOT_PERMITTED``, ``WEAK_PIN``, ``RATE_LIMITED``, ``UNKNOWN_STAFF`` (also one who is
    deactivated) and ``PIN_TAKEN``.  Locks the colleague.  Writes the trail.
    """
    oneself = actor.id == staff_id
    if not oneself or actor.at_till:
        require(actor, Permission.STAFF_WRITE)
    if pin:
        check_pin(pin)
    if oneself:
        key = f"own pin {staff_id}"
        count_attempt(connection, key=key, limit=_CHOSEN, seconds=_CHOSEN_SECONDS, now=now)
    try:
        with connection.transaction():
            colleague = get_staff(connection, actor=actor, staff_id=staff_id, oneself=oneself)
            changed = connection.execute(
                "UPDATE staff SET pin_hash = %s WHERE staff_id = %s AND is_active",
                [_hash(pin) if pin else "", staff_id],
            )
            if changed.rowcount == 0:
                raise Refusal(Code.UNKNOWN_STAFF, "staff", value=str(staff_id))
            note_in_trail(
                connection,
                actor=actor,
                action=Action.PIN_SET,
                now=now,
                subject_kind="staff",
                subject_id=staff_id,
                subject_name=colleague.name,
            )
    except psycopg.errors.UniqueViolation:
        raise Refusal(Code.PIN_TAKEN, "pin") from None


def find_staff_by_pin(
    connection: Connection, *, device_id: UUID, store: str, pin: str, now: Instant
) -> UUID:
    """Who serves: the colleague of this store with this PIN.

    Refuses ``RATE_LIMITED`` after some wrong ones at this till, and ``WRONG_PIN``.  Only wrong ones
    count in the end.  Notes when the till was seen.
    """
    key = f"pin {device_id}"
    for limit, seconds in _WRONG:
        count_attempt(connection, key=f"{key} {seconds}", limit=limit, seconds=seconds, now=now)
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT staff_id FROM staff WHERE pin_hash = %s AND is_active AND roles && %s"
            " AND (stores = '{}' OR %s = ANY(stores))",
            [_hash(pin), _SERVING, store],
        ).fetchone()
    if row is None:
        raise Refusal(Code.WRONG_PIN, "pin")
    for _limit, seconds in _WRONG:
        forgive_attempt(connection, key=f"{key} {seconds}", seconds=seconds, now=now)
    connection.execute(
        "UPDATE device SET seen_at = %s WHERE device_id = %s", [datetime_of(now), device_id]
    )
    found: UUID = row[0]
    return found


def _hash(pin: str) -> str:
    return salted_hmac("habitue.pin", pin, algorithm="sha256").hexdigest()
