"""A draft on the desk: its document, its words, what is wrong with it, and how it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict

from habitue.domain.drafts import Deed, allows
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.faults import Fault
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.naming import Names, names_of
from habitue.interfaces.backoffice.editor.changes import changes_in_words, lexicon_of
from habitue.interfaces.backoffice.editor.words import STATES
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.faults import fault_text
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import zone_info
from habitue.selectors.drafts import (
    DraftRecord,
    RevisionRecord,
    get_draft,
    get_revision,
    list_revisions,
)
from habitue.services.drafting.writing import change_draft


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong or worth a look, in words."""

    severity: str
    path: str
    value: str
    text: str
    remedy: str


@dataclass
class Desk:
    """One draft as a visitor sees it."""

    visit: Visit
    draft: DraftRecord
    revision: RevisionRecord
    zone: str = field(default="UTC")

    @property
    def document(self) -> dict[str, Any]:
        """What the draft says."""
        return self.revision.document

    @property
    def language(self) -> str:
        """The reader's."""
        return self.visit.language

    @cached_property
    def lexicon(self) -> Lexicon | None:
        """The words of the document; ``None`` where it has errors."""
        return lexicon_of(self.document, self.language)

    @cached_property
    def names(self) -> Names:
        """What the document calls its parts."""
        return names_of(self.document)

    @cached_property
    def troubles(self) -> list[Trouble]:
        """Everything that is wrong with the document or worth a look, errors first."""
        return [trouble_of(fault) for fault in check_document(self.document, as_written=False)]

    @property
    def can_change(self) -> bool:
        """Whether the draft can still be written."""
        return allows(self.draft.state, Deed.CHANGE)

    def render(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        tab: str = "",
        status: int = 200,
        part: str | None = None,
    ) -> HttpResponse:
        """A page about the draft."""
        around = {
            "desk": self,
            "draft": self.draft,
            "state": STATES[self.draft.state],
            "is_open": self.can_change,
            "tab": tab,
            "zone": self.zone,
            "title": self.names.of_programme(self.draft.programme, self.language),
        }
        return render(
            self.visit,
            f"editor/{template}",
            {**around, **(context or {})},
            here="programme",
            status=status,
            part=part,
        )


def trouble_of(fault: Fault) -> Trouble:
    """A fault in words."""
    return Trouble(fault.severity, fault.path, fault.value, fault_text(fault), fault.remedy)


def open_desk(visit: Visit, draft_id: UUID) -> Desk:
    """The draft with its document; refuses ``UNKNOWN_DRAFT``."""
    draft = get_draft(visit.connection, actor=visit.actor, draft_id=draft_id)
    revision = get_revision(visit.connection, draft_id=draft_id, revision=draft.revision)
    zone = revision.document.get("zone")
    return Desk(visit, draft, revision, str(zone) if _is_zone(zone) else "UTC")


def _is_zone(zone: object) -> bool:
    try:
        zone_info(str(zone))
    except ValueError:
        return False
    return True


def save(desk: Desk, document: Mapping[str, Any]) -> None:
    """Save the document as the next revision; refuses what ``change_draft`` refuses."""
    change_draft(
        desk.visit.connection,
        actor=desk.visit.actor,
        draft_id=desk.draft.draft_id,
        revision=desk.draft.revision,
        document=document,
        now=desk.visit.now,
    )


def seen_revision(data: QueryDict, desk: Desk) -> int:
    """The revision that a form was filled in for; refuses (``UNKNOWN_DRAFT``) what is none."""
    text = data.get("revision", "")
    number = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not 0 < number <= desk.draft.revision:
        raise Refusal(Code.UNKNOWN_DRAFT, "revision", value=text[:20])
    return number


def conflict(desk: Desk, mine: Mapping[str, Any] | None, seen: int) -> HttpResponse:
    """The page for whoever saved second: who changed what meanwhile, and what they sent.

    Their own form travels on as it was filled in, to be put upon what stands there now.
    """
    fresh = open_desk(desk.visit, desk.draft.draft_id)
    revisions = list_revisions(desk.visit.connection, draft_id=desk.draft.draft_id)
    base = next(one for one in revisions if one.revision == seen)
    context = {
        "others": sorted({one.author_name for one in revisions if one.revision > seen}),
        "theirs": changes_in_words(base.document, fresh.document, language=desk.language),
        "mine": []
        if mine is None
        else changes_in_words(base.document, mine, language=desk.language),
        "kept": [
            (name, value)
            for name, values in desk.visit.request.POST.lists()
            if name not in ("revision", "csrfmiddlewaretoken")
            for value in values
        ],
    }
    return fresh.render("conflict.html", context, status=409)
