"""Reviewing drafts: offered by whoever wrote them, approved or sent back by somebody else."""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.drafts import Deed, State, may_approve
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.document import parse_document
from habitue.kit.instants import Instant
from habitue.selectors.drafts import DraftRecord, get_revision, list_reviewers
from habitue.services.access.rights import require_programmes, require_stores
from habitue.services.drafting.records import lock_draft, note_of_draft
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_REMARK: Final = 500


def offer_draft(
    connection: Connection, *, actor: Actor, draft_id: UUID, revision: int, now: Instant
) -> None:
    """Offer a draft for review.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED``, and a
    document with errors (``InvalidDocument``).  Locks the draft.  Writes the trail.
    """
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.OFFER
        )
        parse_document(get_revision(connection, draft_id=draft_id, revision=revision).document)
        connection.execute(
            "UPDATE programme_draft SET state = %s, remark = '' WHERE draft_id = %s",
            [State.OFFERED.value, draft_id],
        )
        note_of_draft(
            connection,
            actor=actor,
            action=Action.DRAFT_OFFERED,
            draft=draft,
            now=now,
        )


def review_draft(
    connection: Connection,
    *,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    approve: bool,
    now: Instant,
    remark: str = "",
) -> None:
    """Approve a draft as it stands, or send it back with a remark.

    What takes effect everywhere takes somebody who works everywhere, and who did not write it
    where there is anybody else.  Refuses ``NOT_PERMITTED``, ``REVIEW_NEEDED`` (somebody else has to
    approve it), ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED`` and ``TOO_LONG``.  Locks
    the draft.  Writes the trail.
    """
    require_stores(actor, Permission.PROGRAMME_WRITE, [])
    if len(remark) > LONGEST_REMARK:
        raise Refusal(Code.TOO_LONG, "remark", value=remark[:80], limit=LONGEST_REMARK)
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.REVIEW
        )
        if approve and not can_approve(connection, actor=actor, draft=draft):
            raise Refusal(Code.REVIEW_NEEDED, "draft")
        state = State.APPROVED if approve else State.SENT_BACK
        connection.execute(
            "UPDATE programme_draft SET state = %s, reviewer_id = %s, reviewer_name = %s,"
            " remark = %s WHERE draft_id = %s",
            [state.value, actor.id, actor.name, remark, draft_id],
        )
        note_of_draft(
            connection,
            actor=actor,
            action=Action.DRAFT_APPROVED if approve else Action.DRAFT_SENT_BACK,
            draft=draft,
            now=now,
        )


def can_approve(connection: Connection, *, actor: Actor, draft: DraftRecord) -> bool:
    """Whether the actor may approve what the draft says now."""
    return may_approve(
        actor.id,
        reviewers=list_reviewers(connection, code=draft.programme),
        writers=_writers(connection, draft),
        latest_writer=_latest_writer(connection, draft),
    )


def is_alone(connection: Connection, *, actor: Actor, draft: DraftRecord) -> bool:
    """Whether nobody but the actor could approve drafts of the programme."""
    return set(list_reviewers(connection, code=draft.programme)) <= {actor.id}


def set_review_rule(
    connection: Connection, *, actor: Actor, code: str, needed: bool, now: Instant
) -> None:
    """Say whether drafts of a programme take a second person's approval; saying it again changes
    nothing.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_PROGRAMME``.  Locks the programme's row.  Writes the
    trail.
    """
    require_programmes(actor, Permission.PROGRAMME_GOVERN, [code])
    require_stores(actor, Permission.PROGRAMME_GOVERN, [])
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT needs_review FROM programme WHERE code = %s FOR UPDATE", [code]
        ).fetchone()
        if row is None:
            raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])
        if row[0] == needed:
            return
        cursor.execute("UPDATE programme SET needs_review = %s WHERE code = %s", [needed, code])
        note_in_trail(
            connection,
            actor=actor,
            action=Action.REVIEW_REQUIRED if needed else Action.REVIEW_WAIVED,
            now=now,
            subject_kind="programme",
            subject_id=code,
            subject_name=code,
        )


def _writers(connection: Connection, draft: DraftRecord) -> set[UUID | None]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT author_id FROM draft_revision WHERE draft_id = %s", [draft.draft_id]
        ).fetchall()
    return {row[0] for row in rows}


def _latest_writer(connection: Connection, draft: DraftRecord) -> UUID | None:
    return get_revision(connection, draft_id=draft.draft_id, revision=draft.revision).author_id
