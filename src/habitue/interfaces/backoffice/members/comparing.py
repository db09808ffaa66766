"""Two members side by side, and what one member will be who was both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from habitue.interfaces.backoffice.members.frame import Frame
from habitue.interfaces.backoffice.members.words import KINDS
from habitue.interfaces.texts import formats
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.selectors.merge_preview import Holding, MergePreview, ProgrammePreview


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is compared: what each has, and what they will have together."""

    label: str
    kept: str
    duplicate: str
    together: str


@dataclass(frozen=True, slots=True)
class Part:
    """What is compared: in one programme, or (without a title) of the two people themselves."""

    title: str
    rows: tuple[Row, ...]


def people_in_words(frame: Frame, preview: MergePreview) -> Part:
    """Who they are, and by what they are known."""
    kept, gone, filled = preview.into, preview.duplicate, preview.filled
    language = frame.words.language

    def day(value: date | None) -> str:
        return "" if value is None else formats.day(value, language=language)

    def store(code: str | None) -> str:
        return frame.stores.get(code or "", code or "")

    def known_by(*members: UUID) -> str:
        return "\n".join(
            f"{KINDS.get(one.kind, one.kind)} {one.value}"
            for one in preview.identifiers
            if one.member_id in members
        )

    name = kept.shown_name or gone.shown_name
    born = filled.get("birth_date", kept.birth_date)
    home = filled.get("store", kept.store)
    both = (kept.member_id, gone.member_id)
    return Part(
        "",
        (
            Row(_("Name"), kept.shown_name, gone.shown_name, name),
            Row(_("Number"), kept.number, gone.number, kept.number),
            Row(_("Known by"), known_by(both[0]), known_by(both[1]), known_by(*both)),
            Row(_("Date of birth"), day(kept.birth_date), day(gone.birth_date), day(born)),
            Row(_("Home store"), store(kept.store), store(gone.store), store(home)),
        ),
    )


def programmes_in_words(visit: Visit, preview: MergePreview) -> list[Part]:
    """What they hold, programme by programme."""
    parts = []
    for one in preview.programmes:
        if visit.actor.in_programme(one.programme):
            words = lexicons(
                visit.connection, code=one.programme, language=visit.language, now=visit.now
            )
            parts.append(Part(words.current.title(), tuple(_rows(one, words.current))))
    return parts


def _rows(preview: ProgrammePreview, lexicon: Lexicon) -> Iterator[Row]:
    sides = (preview.into, preview.duplicate, preview.together)
    if lexicon.programme.tiers is not None:
        yield Row(_("Tier"), *(lexicon.tier(side.tier) for side in sides))
    for tiers in lexicon.programme.beside:
        held = (side.beside.get(tiers.name, "") for side in sides)
        yield Row(lexicon.structure(tiers.name), *(lexicon.tier(tier) for tier in held))
    for code in preview.together.points:
        yield Row(lexicon.currency(code), *(_held(side, code, lexicon) for side in sides))


def _held(side: Holding, code: str, lexicon: Lexicon) -> str:
    held = side.points.get(code)
    if held is None:
        return lexicon.points(0, code)
    available = lexicon.points(held.available, code)
    if not held.pending:
        return available
    return _("%(points)s, and %(pending)s pending") % {
        "points": available,
        "pending": lexicon.points(held.pending, code),
    }
