"""Who would move between tiers if a draft took effect now, in words (SEMANTICS 30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.editor.desk import Desk
from habitue.interfaces.texts import formats
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.selectors.members import get_members
from habitue.services.foreseeing import ForeseenTiers, foresee_tiers


@dataclass(frozen=True, slots=True)
class Move:
    """One move: how many make it, and the first of them by id and name."""

    text: str
    first: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Moving:
    """All moves; ``summary`` in sentences, ``later`` what would be true at the end of a tier."""

    summary: tuple[str, ...]
    moves: tuple[Move, ...]
    later: tuple[str, ...]


def moving(desk: Desk) -> Moving | None:
    """Whom the draft would move; ``None`` where it leaves the tiers as they are, so that nobody has
    to be looked at, and where it is new or has errors."""
    if not desk.draft.base_number or desk.lexicon is None:
        return None
    visit = desk.visit
    live = lexicons(
        visit.connection, code=desk.draft.programme, language=desk.language, now=visit.now
    ).current
    new = desk.lexicon.programme
    if (live.programme.tiers, live.programme.zone) == (new.tiers, new.zone):
        return None
    seen = foresee_tiers(visit.connection, document=desk.document, at=visit.now)
    return Moving(
        tuple(_summary(seen, desk.language)),
        tuple(_moves(desk, seen, live)),
        tuple(_later(seen, live, desk.language)),
    )


def _summary(seen: ForeseenTiers, language: str) -> Iterator[str]:
    up, down, stay = (
        {"count": formats.units(one, language=language)} for one in (seen.up, seen.down, seen.stay)
    )
    if seen.up:
        yield (
            ngettext("%(count)s member would move up.", "%(count)s members would move up.", seen.up)
            % up
        )
    if seen.down:
        yield (
            ngettext(
                "%(count)s member would move down.", "%(count)s members would move down.", seen.down
            )
            % down
        )
    if not seen.up and not seen.down:
        yield _("Nobody would move.")
    elif seen.stay:
        yield (
            ngettext(
                "%(count)s member would stay where they are.",
                "%(count)s members would stay where they are.",
                seen.stay,
            )
            % stay
        )


def _moves(desk: Desk, seen: ForeseenTiers, live: Lexicon) -> Iterator[Move]:
    assert desk.lexicon is not None, "asked before"
    may_name = desk.visit.may(Permission.MEMBERS_READ) and not desk.visit.actor.stores
    parts = (seen, *seen.beside.values())
    ids = [member for one in parts for members in one.first.values() for member in members]
    known = get_members(desk.visit.connection, member_ids=ids) if may_name else {}
    moves = [(part, *move) for part in parts for move in part.moves.items()]
    for part, (before, after), members in moves:
        if before == after:
            continue
        words = {
            "count": formats.units(members, language=desk.language),
            "before": live.tier(before),
            "after": desk.lexicon.tier(after),
        }
        text = ngettext(
            "%(count)s member: from %(before)s to %(after)s",
            "%(count)s members: from %(before)s to %(after)s",
            members,
        )
        first = [known[one] for one in part.first[before, after] if one in known]
        yield Move(
            text % words, tuple((one.member_id, one.shown_name or one.number) for one in first)
        )


def _later(seen: ForeseenTiers, live: Lexicon, language: str) -> Iterator[str]:
    parts = (seen, *seen.beside.values())
    for tier, members in (item for one in parts for item in one.lose_keep.items()):
        text = ngettext(
            "%(count)s member would no longer keep %(tier)s at its end with what they have today.",
            "%(count)s members would no longer keep %(tier)s at its end with what they have today.",
            members,
        )
        yield text % {"count": formats.units(members, language=language), "tier": live.tier(tier)}
    for tier, members in (item for one in parts for item in one.gain_keep.items()):
        text = ngettext(
            "%(count)s member would then keep %(tier)s at its end with what they have today.",
            "%(count)s members would then keep %(tier)s at its end with what they have today.",
            members,
        )
        yield text % {"count": formats.units(members, language=language), "tier": live.tier(tier)}
