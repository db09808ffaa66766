"""Writing drafts: started, saved, renamed and withdrawn.

A save names the revision that was seen and makes the next one.  Of two people who saw the same
revision one is refused and told; nothing is ever overwritten, and every revision stays readable.
A draft may hold a document with faults: only what takes effect must have none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.drafts import Deed, State
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.canonical import canonical_json, plain_document
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.drafts import DraftRecord, get_draft, get_revision
from habitue.selectors.programmes import get_version, list_programmes
from habitue.services.access.rights import require_programmes
from habitue.services.drafting.records import lock_draft, note_of_draft

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_NAME: Final = 100
LONGEST_NOTES: Final = 2000


def start_draft(
    connection: Connection, *, actor: Actor, name: str, document: Mapping[str, Any], now: Instant
) -> DraftRecord:
    """Start the draft of a new programme with the document of a starting point.

    Refuses ``NOT_PERMITTED`` (also where the programme would not be the actor's),
    ``VERSION_CONFLICT`` where a programme has this code already, ``INVALID_TEXT`` and ``TOO_LONG``
    for the name.  Writes the trail.
    """
    code = str(document.get("programme", ""))
    require_programmes(actor, Permission.PROGRAMME_WRITE, [code])
    if any(one.code == code and one.latest_number for one in list_programmes(connection)):
        raise Refusal(Code.VERSION_CONFLICT, "programme", value=code, expected=0)
    with connection.transaction():
        return _insert(connection, actor, name, code, 0, document, now)


def start_draft_of(
    connection: Connection,
    *,
    actor: Actor,
    code: str,
    name: str,
    now: Instant,
    number: int | None = None,
) -> DraftRecord:
    """Start a draft with what a version says; the newest where no ``number`` is named.

    A draft of an earlier version goes back to it: it replaces the newest one like any other.
    Refuses ``NOT_PERMITTED``, ``UNKNOWN_PROGRAMME``, ``UNKNOWN_VERSION``, ``INVALID_TEXT`` and
    ``TOO_LONG`` for the name.  Writes the trail.
    """
    require_programmes(actor, Permission.PROGRAMME_WRITE, [code])
    with connection.transaction():
        newest = get_version(connection, code=code)
        wanted = newest if number is None else get_version(connection, code=code, number=number)
        return _insert(connection, actor, name, code, newest.number, wanted.document, now)


def change_draft(
    connection: Connection,
    *,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    document: Mapping[str, Any],
    now: Instant,
) -> DraftRecord:
    """Save another document in a draft, as its next revision; saving what stands there changes
    nothing.  What was offered or approved is open again.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED``, and
    ``VERSION_CONFLICT`` where the document is another programme's.  Locks the draft.  Writes the
    trail.
    """
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.CHANGE
        )
        _check_programme(draft, document)
        before = get_revision(connection, draft_id=draft_id, revision=revision).document
        if json.dumps(plain_document(before)) == json.dumps(plain_document(document)):
            return draft
        _save(connection, actor, draft_id, revision + 1, document, now)
        connection.execute(
            "UPDATE programme_draft SET revision = %s, state = %s, changed_at = %s,"
            " reviewer_id = NULL, reviewer_name = '' WHERE draft_id = %s",
            [revision + 1, State.OPEN.value, datetime_of(now), draft_id],
        )
        note_of_draft(
            connection,
            actor=actor,
            action=Action.DRAFT_CHANGED,
            draft=draft,
            now=now,
        )
        return get_draft(connection, actor=actor, draft_id=draft_id)


def describe_draft(
    connection: Connection,
    *,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    name: str,
    notes: str,
) -> None:
    """Change what a draft is called, and the notes of those who write it.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED``,
    ``INVALID_TEXT`` and ``TOO_LONG``.  Locks the draft.
    """
    _check_name(name)
    if len(notes) > LONGEST_NOTES:
        raise Refusal(Code.TOO_LONG, "notes", value=notes[:LONGEST_NAME], limit=LONGEST_NOTES)
    with connection.transaction():
        lock_draft(connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.CHANGE)
        connection.execute(
            "UPDATE programme_draft SET name = %s, notes = %s WHERE draft_id = %s",
            [name, notes, draft_id],
        )


def rebase_draft(
    connection: Connection, *, actor: Actor, draft_id: UUID, revision: int, number: int
) -> None:
    """Let a draft replace version ``number``, which was published after the draft was begun.

    Whoever asks has seen what that version changed; the document of the draft stays as it is.
    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN``, ``DRAFT_CHANGED``, and
    ``VERSION_CONFLICT`` where another version is the newest by now.  Locks the draft.
    """
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.CHANGE
        )
        newest = get_version(connection, code=draft.programme).number
        if newest != number:
            raise Refusal(Code.VERSION_CONFLICT, "version", value=number, expected=newest)
        connection.execute(
            "UPDATE programme_draft SET base_number = %s, state = %s WHERE draft_id = %s",
            [number, State.OPEN.value, draft_id],
        )


def withdraw_draft(
    connection: Connection, *, actor: Actor, draft_id: UUID, revision: int, now: Instant
) -> None:
    """Give a draft up; it stays readable.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_DRAFT``, ``DRAFT_NOT_OPEN`` and ``DRAFT_CHANGED``.  Locks
    the draft.  Writes the trail.
    """
    with connection.transaction():
        draft = lock_draft(
            connection, actor=actor, draft_id=draft_id, revision=revision, deed=Deed.WITHDRAW
        )
        connection.execute(
            "UPDATE programme_draft SET state = %s, changed_at = %s WHERE draft_id = %s",
            [State.WITHDRAWN.value, datetime_of(now), draft_id],
        )
        note_of_draft(connection, actor=actor, action=Action.DRAFT_WITHDRAWN, draft=draft, now=now)


def _insert(
    connection: Connection,
    actor: Actor,
    name: str,
    code: str,
    base_number: int,
    document: Mapping[str, Any],
    now: Instant,
) -> DraftRecord:
    _check_name(name)
    draft_id = new_id(now)
    connection.execute(
        "INSERT INTO programme_draft (draft_id, programme, name, base_number, revision, state,"
        " notes, author_id, author_name, created_at, changed_at, reviewer_name, remark)"
        " VALUES (%s, %s, %s, %s, 1, %s, '', %s, %s, %s, %s, '', '')",
        [
            draft_id,
            code,
            name,
            base_number,
            State.OPEN.value,
            actor.id,
            actor.name,
            datetime_of(now),
            datetime_of(now),
        ],
    )
    _save(connection, actor, draft_id, 1, document, now)
    draft = get_draft(connection, actor=actor, draft_id=draft_id)
    note_of_draft(connection, actor=actor, action=Action.DRAFT_STARTED, draft=draft, now=now)
    return draft


def _save(
    connection: Connection,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    document: Mapping[str, Any],
    now: Instant,
) -> None:
    # The order of names is kept; that the document is plain data at all is checked on the way.
    canonical_json(document)
    text = json.dumps(plain_document(document), ensure_ascii=False, allow_nan=False)
    connection.execute(
        "INSERT INTO draft_revision (draft_id, revision, document, saved_at, author_id,"
        " author_name) VALUES (%s, %s, %s::json, %s, %s, %s)",
        [draft_id, revision, text, datetime_of(now), actor.id, actor.name],
    )


def _check_programme(draft: DraftRecord, document: Mapping[str, Any]) -> None:
    code = document.get("programme")
    if code != draft.programme:
        raise Refusal(
            Code.VERSION_CONFLICT, "programme", value=str(code)[:80], expected=draft.programme
        )


def _check_name(name: str) -> None:
    if not name or name != name.strip() or not name.isprintable():
        raise Refusal(Code.INVALID_TEXT, "name", value=name[:LONGEST_NAME])
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.TOO_LONG, "name", value=name[:LONGEST_NAME], limit=LONGEST_NAME)
