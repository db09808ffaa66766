"""A draw or a contest in words: what can be won, until when one enters, and on which terms."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.programme.draw_model import Draw, Prize
from habitue.domain.programme.model import Gift
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import first_day, last_day
from habitue.interfaces.web.words.rewards import gift_text


def draw_sentences(draw: Draw, lexicon: Lexicon, *, for_staff: bool) -> Iterator[str]:
    """What members, and staff besides, have to know of a draw."""
    yield _("To be won: %(prizes)s.") % {
        "prizes": joined([_prizes(prize, lexicon) for prize in draw.prizes])
    }
    yield _("One can enter from %(start)s to %(end)s.") % {
        "start": first_day(draw.starts_at, lexicon),
        "end": last_day(draw.ends_at, lexicon),
    }
    if draw.most_per_member is not None:
        yield ngettext(
            "Each member can have %(count)s entry at most.",
            "Each member can have %(count)s entries at most.",
            draw.most_per_member,
        ) % {"count": draw.most_per_member}
    if lexicon.names.has("free_entry", draw.code):
        yield _("Without buying anything: %(how)s") % {
            "how": lexicon.names.of("free_entry", draw.code, lexicon.language)
        }
    yield from _judged(draw, lexicon) if draw.judged else _by_lot(draw, lexicon)
    yield _("Nobody wins more than one prize.")
    yield lexicon.names.of("terms", draw.code, lexicon.language)
    if for_staff:
        yield _("Points and vouchers reach the winners by themselves; hand over everything else.")


def prize_text(prize: Prize, lexicon: Lexicon) -> str:
    """One piece of a prize, inside a sentence."""
    if prize.currency is not None:
        return lexicon.points(prize.units, prize.currency)
    if prize.kind == "free_product":
        return lexicon.word(prize.value)
    assert prize.kind != "points", "points have a currency"
    assert prize.kind != "voucher", "vouchers have a currency"
    return gift_text(Gift(prize.kind, prize.value, prize.amount), lexicon)


def _prizes(prize: Prize, lexicon: Lexicon) -> str:
    if prize.kind == "voucher":
        return lexicon.points(prize.count, prize.currency or "")
    text = prize_text(prize, lexicon)
    if prize.count == 1:
        return text
    return _("%(count)s × %(prize)s") % {"count": prize.count, "prize": text}


def _judged(draw: Draw, lexicon: Lexicon) -> Iterator[str]:
    yield _("The house chooses the winners from %(day)s on, and says why.") % {
        "day": first_day(draw.due_at, lexicon)
    }


def _by_lot(draw: Draw, lexicon: Lexicon) -> Iterator[str]:
    yield _("The winners are drawn by lot on %(day)s.") % {"day": first_day(draw.due_at, lexicon)}
    yield _("Goods that are returned while one can enter take their entries back.")
    yield _("Every entry has the same chance: one in as many as there are entries.")
    yield _("Anybody can draw again with what is published then, and must find the same winners.")
