"""What every verb about drafts does first and last: lock the draft, and note what was done."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.drafts import Deed, check_deed
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.selectors.drafts import DraftRecord, get_draft
from habitue.services.access.rights import require
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def lock_draft(
    connection: Connection, *, actor: Actor, draft_id: UUID, revision: int, deed: Deed
) -> DraftRecord:
    """The draft, locked until the transaction ends.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, and ``DRAFT_CHANGED`` where
    the draft is no longer at the revision that the actor saw.
    """
    require(actor, Permission.PROGRAMME_WRITE)
    connection.execute("SELECT 1 FROM programme_draft WHERE draft_id = %s FOR UPDATE", [draft_id])
    draft = get_draft(connection, actor=actor, draft_id=draft_id)
    check_deed(draft.state, deed)
    if draft.revision != revision:
        raise Refusal(Code.DRAFT_CHANGED, "revision", value=revision, expected=draft.revision)
    return draft


def note_of_draft(
    connection: Connection,
    *,
    actor: Actor,
    action: Action,
    draft: DraftRecord,
    now: Instant,
) -> None:
    """Write the trail of a deed on a draft."""
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="draft",
        subject_id=draft.draft_id,
        subject_name=draft.name,
        details={"programme": draft.programme},
    )
