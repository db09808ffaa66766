"""Draws as pages show them: what they promised, how they stand, and who won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.draws import draw_sentences, prize_text
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import Instant
from habitue.selectors.draws import DrawRecord, OwnEntries, WinnerRecord

STAGES: Final[dict[str, Promise]] = {
    "to_come": pgettext_lazy("stage of a draw", "to come"),
    "open": pgettext_lazy("stage of a draw", "open"),
    "closed": pgettext_lazy("stage of a draw", "closed"),
    "held": pgettext_lazy("stage of a draw", "drawn"),
}
_CHOSEN: Final = gettext_lazy("list closed")


@dataclass(frozen=True, slots=True)
class WinnerInWords:
    """A prize and who won it; ``is_self`` where that is the reader."""

    prize: str
    record: WinnerRecord
    is_self: bool


@dataclass(frozen=True, slots=True)
class DrawInWords:
    """A draw for its readers."""

    record: DrawRecord
    name: str
    stage: str
    odds: str
    own: str
    entrant: str
    committed: str
    sentences: tuple[str, ...]
    winners: tuple[WinnerInWords, ...]

    @property
    def is_proved(self) -> bool:
        """Whether there is a proof to take along."""
        return self.record.stage == "held" and not self.record.draw.judged

    @property
    def can_be_judged(self) -> bool:
        """Whether somebody still has to be named."""
        return self.record.draw.judged and len(self.winners) < self.record.draw.places


def draw_in_words(
    record: DrawRecord,
    lexicon: Lexicon,
    *,
    for_staff: bool,
    own: Mapping[str, OwnEntries] | None = None,
) -> DrawInWords:
    """A draw in the reader's language; ``own`` is what the reader has in each draw."""
    draw = record.draw
    mine = (own or {}).get(draw.code)
    stage = STAGES[record.stage]
    if draw.judged and record.stage == "held":
        stage = _CHOSEN
    return DrawInWords(
        record=record,
        name=lexicon.names.of("draws", draw.code, lexicon.language),
        stage=str(stage),
        odds=_odds(record),
        own="" if mine is None else _own(mine, record),
        entrant="" if mine is None else mine.entrant,
        committed=_moment(record.committed_at, lexicon),
        sentences=tuple(draw_sentences(draw, lexicon, for_staff=for_staff)),
        winners=tuple(
            WinnerInWords(
                prize_text(one.prize, lexicon),
                one,
                is_self=mine is not None and one.entrant == mine.entrant,
            )
            for one in record.winners
        ),
    )


def _odds(record: DrawRecord) -> str:
    if not record.entries:
        return _("Nobody has entered yet.")
    entries = ngettext("%(count)s entry", "%(count)s entries", record.entries) % {
        "count": record.entries
    }
    return ngettext(
        "%(entries)s of %(count)s member.", "%(entries)s of %(count)s members.", record.entrants
    ) % {"entries": entries, "count": record.entrants}


def _own(mine: OwnEntries, record: DrawRecord) -> str:
    values = {"count": mine.entries, "all": record.entries}
    if record.draw.judged:
        return _("You take part.")
    return _("You have %(count)s of %(all)s entries.") % values


def _moment(at: Instant, lexicon: Lexicon) -> str:
    return formats.moment(at, zone=lexicon.programme.zone, language=lexicon.language)
