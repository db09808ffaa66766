"""A discount in words: what is taken off what, when, how often, and what it goes with."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from habitue.domain.programme.discounts import (
    WHOLE,
    AmountOff,
    CheapestPieces,
    Discount,
    FreeShipping,
    MemberPrice,
    Percentage,
    ShareLadder,
    Step,
)
from habitue.domain.programme.measures import Budget, Every, Limit
from habitue.domain.programme.moments import LineFilter
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import only_if, things_of
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import cap_span, times_text
from habitue.interfaces.web.words.thresholds import measure_text, window_text


def discount_sentences(
    discount: Discount, lexicon: Lexicon, *, for_staff: bool = False
) -> Iterator[str]:
    """The sentences of a discount, what it takes off first; how large a budget is, and how it is
    reckoned, is told to staff alone."""
    yield from _taken_off(discount, lexicon)
    if discount.when is not None:
        yield only_if(discount.when.source, lexicon)
    if not discount.on_reduced:
        yield _("Not on what is reduced already.")
    if (times := times_text(discount, lexicon)) != "":
        yield times
    for limit in discount.limits:
        yield from _limit(limit, lexicon)
    if (rivals := _rivals(discount, lexicon)) != "":
        yield rivals
    if not for_staff:
        if discount.budget is not None:
            yield _("As long as its budget lasts.")
        return
    if discount.budget is not None:
        yield from _budget(lexicon.programme.budgets[discount.budget], lexicon)
    yield from _reckoning(discount, lexicon)


def order_sentences(lexicon: Lexicon) -> Iterator[str]:
    """In which order the discounts come off, where there are several; for staff."""
    names = [
        lexicon.discount(one.discount)
        for one in lexicon.programme.discounts.values()
        if one.enabled
    ]
    if len(names) > 1:
        yield _("They are taken off in this order: %(discounts)s.") % {"discounts": joined(names)}
    yield _("Whether one applies is judged by the prices before any of them.")


def _taken_off(discount: Discount, lexicon: Lexicon) -> Iterator[str]:
    cut = discount.cut
    if isinstance(cut, FreeShipping):
        yield _("Free shipping.")
    elif isinstance(cut, MemberPrice):
        yield _member_price(cut, discount.lines, lexicon)
    elif isinstance(cut, ShareLadder):
        yield from _ladder(cut, discount.lines, lexicon)
    else:
        off = (
            lexicon.share(cut.share)
            if isinstance(cut, Percentage)
            else lexicon.round_money(cut.amount)
        )
        if discount.cheapest is not None:
            yield from _off_cheapest(off, cut, discount, discount.cheapest, lexicon)
        elif discount.each is not None:
            yield _off_each(off, discount.each, lexicon)
        else:
            yield _off_lines(off, discount.lines, lexicon)


def _off_lines(off: str, lines: LineFilter | None, lexicon: Lexicon) -> str:
    if lines is None:
        return _("%(off)s off the whole purchase.") % {"off": off}
    kind, text = things_of(lines.source, lexicon)
    if kind == "named":
        return _("%(off)s off %(things)s.") % {"off": off, "things": text}
    if kind == "other":
        return _("%(off)s off everything but %(things)s.") % {"off": off, "things": text}
    return _("%(off)s off everything for which %(condition)s.") % {"off": off, "condition": text}


def _off_each(off: str, each: LineFilter, lexicon: Lexicon) -> str:
    kind, text = things_of(each.source, lexicon)
    if kind == "named":
        return _("%(off)s off each piece of %(things)s.") % {"off": off, "things": text}
    if kind == "other":
        return _("%(off)s off each piece of anything but %(things)s.") % {
            "off": off,
            "things": text,
        }
    return _("%(off)s off each piece for which %(condition)s.") % {"off": off, "condition": text}


def _off_cheapest(
    off: str,
    cut: Percentage | AmountOff,
    discount: Discount,
    cheapest: CheapestPieces,
    lexicon: Lexicon,
) -> Iterator[str]:
    """Which pieces cost less, or nothing."""
    is_free = isinstance(cut, Percentage) and cut.share == WHOLE
    counting = cheapest.counting
    values = {
        "every": cheapest.of_every,
        "count": cheapest.count,
        "off": off,
        "things": _things(discount.lines, lexicon),
        "counted": "" if counting is None else _things(counting, lexicon),
    }
    if cheapest.of_every is None:
        text = _free_pieces(cheapest.count) if is_free else _cheaper_pieces(cheapest.count)
    elif counting is None:
        text = _free_of_every(cheapest.count) if is_free else _cheaper_of_every(cheapest.count)
    else:
        text = _free_for_every(cheapest.count) if is_free else _cheaper_for_every(cheapest.count)
    yield text % values
    if cheapest.most is not None:
        yield ngettext(
            "Once in a purchase.", "At most %(count)s times in a purchase.", cheapest.most
        ) % {"count": cheapest.most}


def _free_pieces(count: int) -> str:
    return ngettext(
        "The cheapest piece of %(things)s is free.",
        "The %(count)s cheapest pieces of %(things)s are free.",
        count,
    )


def _cheaper_pieces(count: int) -> str:
    return ngettext(
        "%(off)s off the cheapest piece of %(things)s.",
        "%(off)s off each of the %(count)s cheapest pieces of %(things)s.",
        count,
    )


def _free_of_every(count: int) -> str:
    return ngettext(
        "Of every %(every)s pieces of %(things)s the cheapest one is free.",
        "Of every %(every)s pieces of %(things)s the %(count)s cheapest ones are free.",
        count,
    )


def _cheaper_of_every(count: int) -> str:
    return ngettext(
        "Of every %(every)s pieces of %(things)s: %(off)s off the cheapest one.",
        "Of every %(every)s pieces of %(things)s: %(off)s off each of the %(count)s cheapest ones.",
        count,
    )


def _free_for_every(count: int) -> str:
    return ngettext(
        "For every %(every)s pieces of %(counted)s the cheapest piece of %(things)s is free.",
        "For every %(every)s pieces of %(counted)s the %(count)s cheapest pieces of %(things)s"
        " are free.",
        count,
    )


def _cheaper_for_every(count: int) -> str:
    return ngettext(
        "For every %(every)s pieces of %(counted)s: %(off)s off the cheapest piece of %(things)s.",
        "For every %(every)s pieces of %(counted)s: %(off)s off each of the %(count)s cheapest"
        " pieces of %(things)s.",
        count,
    )


def _things(lines: LineFilter | None, lexicon: Lexicon) -> str:
    """What a filter lets through, as the object of a sentence."""
    if lines is None:
        return pgettext("object of a sentence", "the whole purchase")
    kind, text = things_of(lines.source, lexicon)
    if kind == "named":
        return text
    if kind == "other":
        return _("everything but %(things)s") % {"things": text}
    return _("everything for which %(condition)s") % {"condition": text}


def _member_price(cut: MemberPrice, lines: LineFilter | None, lexicon: Lexicon) -> str:
    return _("Members pay %(price)s a piece for %(things)s.") % {
        "price": lexicon.money(cut.price),
        "things": _things(lines, lexicon),
    }


def _ladder(cut: ShareLadder, lines: LineFilter | None, lexicon: Lexicon) -> Iterator[str]:
    yield _("A discount that grows with what was bought before, on %(things)s.") % {
        "things": _things(lines, lexicon)
    }
    for step in cut.steps:
        yield _step(step, cut, lexicon)


def _step(step: Step, ladder: ShareLadder, lexicon: Lexicon) -> str:
    share = lexicon.share(step.share)
    if not step.threshold:
        return _("%(share)s from the beginning.") % {"share": share}
    return pgettext("step of a discount", "%(share)s from %(goal)s %(window)s on.") % {
        "share": share,
        "goal": measure_text(ladder.metric, step.threshold, lexicon),
        "window": window_text(ladder.metric.window, lexicon),
    }


def _limit(limit: Limit, lexicon: Lexicon) -> Iterator[str]:
    if limit.times is not None:
        times = ngettext("once", "%(count)s times", limit.times) % {"count": limit.times}
        yield _("At most %(times)s %(span)s for each member.") % {
            "times": times,
            "span": cap_span(limit.every or Every(), lexicon),
        }
        return
    amount = lexicon.round_money(limit.units or 0)
    if limit.every is None:
        yield _("At most %(amount)s off one purchase.") % {"amount": amount}
    else:
        yield _("At most %(amount)s off %(span)s for each member.") % {
            "amount": amount,
            "span": cap_span(limit.every, lexicon),
        }
    if limit.overflow == "refuse":
        yield _("What would go beyond that is not given at all.")


def _budget(budget: Budget, lexicon: Lexicon) -> Iterator[str]:
    parts = []
    if budget.units is not None:
        parts.append(lexicon.round_money(budget.units))
    if budget.times is not None:
        parts.append(ngettext("once", "%(count)s times", budget.times) % {"count": budget.times})
    yield _("For all members together at most %(budget)s; then the offer ends by itself.") % {
        "budget": joined(parts)
    }
    if budget.overflow == "refuse":
        yield _("What would go beyond that is not given at all.")


def _rivals(discount: Discount, lexicon: Lexicon) -> str:
    """With which other discounts it does not add up."""
    if discount.group is None:
        return ""
    mode = lexicon.programme.groups[discount.group].mode
    rivals = [
        lexicon.discount(other.discount)
        for other in lexicon.programme.discounts.values()
        if other.group == discount.group and other is not discount and other.enabled
    ]
    if not rivals or mode == "all":
        return ""
    quoted = [formats.quoted(rival, language=lexicon.language) for rival in rivals]
    values = {"rules": joined(quoted)}
    if mode == "best":
        return _("Not together with %(rules)s: what is better for the member counts.") % values
    return _("Not together with %(rules)s: the first one that applies counts.") % values


def _reckoning(discount: Discount, lexicon: Lexicon) -> Iterator[str]:
    """How a share is reckoned; whoever works at the till may be asked."""
    if not isinstance(discount.cut, Percentage | ShareLadder):
        return
    if discount.base == "initial":
        yield _("It is reckoned from the price before other discounts.")
    elif len(lexicon.programme.discounts) > 1:
        yield _("It is reckoned from what other discounts have left of the price.")
    yield {
        "floor": _("Fractions of the smallest coin are rounded down."),
        "half_up": _("Fractions of the smallest coin are rounded to the nearest, a half up."),
        "half_even": _(
            "Fractions of the smallest coin are rounded to the nearest, a half to even."
        ),
        "ceil": _("Fractions of the smallest coin are rounded up."),
    }[discount.rounding]
