"""From draft to version: scheduled at an instant, called off before it, and gone back from.

Scheduling publishes: the version exists from then on, and takes effect at its instant or not at
all; members whom new thresholds move are moved with it, all or none (SEMANTICS 30).  A version that
has not taken effect is called off by a newer one that says what was to hold without it; versions
themselves never change.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.drafts import Deed, State
from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, datetime_of, format_instant
from habitue.selectors.drafts import get_revision, needs_review
from habitue.selectors.programmes import VersionRecord, get_one_compiled, list_versions
from habitue.services.access.rights import require_programmes, require_stores
from habitue.services.drafting.records import lock_draft
from habitue.services.drafting.reviewing import is_alone
from habitue.services.foreseeing import publish_and_move
from habitue.services.programmes import Published
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def schedule_draft(
    connection: Connection,
    *,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    clock: Clock,
    effective_at: Instant | None = None,
    alone: bool = False,
) -> tuple[Published, int]:
    """Make a draft the next version of its programme, now or at ``effective_at``.

    Answers the version, and how many members it moved up at once.
    ``alone``: the actor states that nobody else is there to approve it; counts only where that is
    so.  Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED``,
    ``REVIEW_NEEDED``, ``VERSION_CONFLICT`` where another version was published since the draft was
    begun or the draft changes nothing, and whatever ``publish_version`` refuses.
    Locks the draft, the programme's row, and members who move.  Writes the trail.
    """
    require_stores(actor, Permission.PROGRAMME_WRITE, [])
    now = clock.now()
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.SCHEDULE
        )
        needed = (
            needs_review(connection, code=draft.programme) and draft.state is not State.APPROVED
        )
        if needed and not (alone and is_alone(connection, actor=actor, draft=draft)):
            raise Refusal(Code.REVIEW_NEEDED, "draft")
        published, moved = publish_and_move(
            connection,
            document=get_revision(connection, draft_id=draft_id, revision=revision).document,
            clock=clock,
            actor=actor.name,
            effective_at=effective_at,
            expected_number=draft.base_number,
        )
        if not published.created:
            # It says what the newest version says: there is nothing to bring into effect.
            number = published.number
            raise Refusal(Code.VERSION_CONFLICT, "version", value=number, expected=number + 1)
        connection.execute(
            "UPDATE programme_draft SET state = %s, published_number = %s, changed_at = %s"
            " WHERE draft_id = %s",
            [State.SCHEDULED.value, published.number, datetime_of(now), draft_id],
        )
        _note(
            connection,
            actor,
            Action.PROGRAMME_PUBLISHED,
            draft.programme,
            now,
            version=str(published.number),
            effective_at=format_instant(published.effective_at),
            moved=str(moved),
        )
    return published, moved


def cancel_version(
    connection: Connection, *, actor: Actor, code: str, number: int, clock: Clock
) -> Published:
    """Call off the newest version before it takes effect.

    What was to hold without it is published as a newer version, which takes its place; the draft
    that it came from can be changed again.  Refuses ``NOT_PERMITTED``, ``UNKNOWN_PROGRAMME``,
    ``VERSION_CONFLICT`` where ``number`` is not the newest version or the only one, and
    ``TOO_LONG_AGO`` where it is in effect already.  Locks the programme's row, and members who
    move.  Writes the trail.
    """
    require_stores(actor, Permission.PROGRAMME_WRITE, [])
    require_programmes(actor, Permission.PROGRAMME_WRITE, [code])
    now = clock.now()
    with connection.transaction():
        newest, *older = list_versions(connection, code=code)
        if newest.number != number or not older:
            raise Refusal(Code.VERSION_CONFLICT, "version", value=number, expected=newest.number)
        if newest.effective_at <= now:
            at = format_instant(newest.effective_at)
            raise Refusal(Code.TOO_LONG_AGO, "version", value=at, limit=format_instant(now))
        before = _without(connection, code, newest, older)
        published, _moved = publish_and_move(
            connection,
            document=before.document,
            clock=clock,
            actor=actor.name,
            effective_at=max(now, before.effective_at),
            expected_number=number,
        )
        connection.execute(
            "UPDATE programme_draft SET state = %s, published_number = NULL, base_number = %s"
            " WHERE programme = %s AND published_number = %s",
            [State.OPEN.value, published.number, code, number],
        )
        _note(
            connection,
            actor,
            Action.PROGRAMME_CANCELLED,
            code,
            now,
            version=str(number),
        )
    return published


def _without(
    connection: Connection, code: str, newest: VersionRecord, older: list[VersionRecord]
) -> VersionRecord:
    """The version that would be in force at the newest one's instant, were it not there."""
    starts = get_one_compiled(connection, code=code).starts
    before = [number for at, number in starts if at <= newest.effective_at]
    wanted = [number for number in before if number != newest.number]
    assert wanted, "the first version has no version before it"
    return next(one for one in older if one.number == wanted[-1])


def _note(
    connection: Connection,
    actor: Actor,
    action: Action,
    code: str,
    now: Instant,
    **details: object,
) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="programme",
        subject_id=code,
        subject_name=code,
        details=details,
    )
