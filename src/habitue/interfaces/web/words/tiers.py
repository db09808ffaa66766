"""The tiers in words: what leads there, what keeps them, what they give."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from habitue.domain.programme.model import Programme, Tier, Tiers
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.rules import multiplied_text
from habitue.interfaces.web.words.thresholds import goal_text
from habitue.kit.periods import Period


def tier_sentences(tier: Tier, tiers: Tiers, lexicon: Lexicon) -> Iterator[str]:
    """What leads to one tier, what keeps it, and what it gives."""
    if tier.invitation:
        yield _("By invitation of the house alone, for as long as it stands.")
    else:
        yield _("Reached with %(goal)s.") % {"goal": goal_text(tiers, tier.enter, lexicon)}
    if tier.keep != tier.enter and tiers.valid is not None:
        yield _("Kept with %(goal)s.") % {"goal": goal_text(tiers, tier.keep, lexicon)}
    if tier.reenter != tier.enter:
        yield _("Who has lost it reaches it again with %(goal)s.") % {
            "goal": goal_text(tiers, tier.reenter, lexicon)
        }
    if tier.multiply != 1:
        yield multiplied_text(tier.multiply, tiers.multiplied_currency, lexicon)
    if tier.perks:
        perks = joined([lexicon.perk(perk) for perk in tier.perks])
        yield _("Besides: %(perks)s.") % {"perks": perks}


def tiers_sentences(tiers: Tiers, lexicon: Lexicon) -> Iterator[str]:
    """What holds for all tiers."""
    yield _("A tier is reached at once, with the purchase that reaches it.")
    if any(tier.multiply != 1 for tier in tiers.tiers):
        yield (
            _(
                "Of the purchase that reaches a tier, the part above the threshold"
                " earns at its rate."
            )
            if tiers.crossing == "split"
            else _("The purchase that reaches a tier still earns at the rate before.")
        )
    yield _valid(tiers.valid, lexicon)
    if tiers.valid is not None:
        if tiers.grace is not None:
            yield _("Who misses what keeps it has %(period)s more to make up for it.") % {
                "period": lexicon.period(tiers.grace)
            }
        yield (
            _("A tier is lost by one step at most.")
            if tiers.downgrade == "soft_landing"
            else _("Who loses a tier comes to the one that the purchases deserve.")
        )
    yield _("Spending points never lowers a tier.")


def together_sentences(programme: Programme, lexicon: Lexicon) -> Iterator[str]:
    """What holds where there are several structures of tiers."""
    names = [lexicon.structure(tiers.name) for tiers in programme.structures]
    yield _("Whoever takes part stands in each of these at the same time: %(structures)s.") % {
        "structures": joined(names)
    }
    multiplied = [
        tiers.multiplied_currency
        for tiers in programme.structures
        if any(tier.multiply != 1 for tier in tiers.tiers)
    ]
    if len(multiplied) == len(set(multiplied)):
        return
    yield (
        _("Where tiers of several of them multiply the same points, they multiply one another.")
        if programme.multipliers == "multiply"
        else _("Where tiers of several of them multiply the same points, only the best one counts.")
    )


def _valid(valid: Period | str | None, lexicon: Lexicon) -> str:
    if valid is None:
        return _("A tier once reached stays.")
    if isinstance(valid, Period):
        return _("A tier holds for %(period)s; then what keeps it is looked at.") % {
            "period": lexicon.period(valid)
        }
    return {
        "calendar_year": _(
            "A tier holds to the end of the next calendar year; then what keeps it is looked at."
        ),
        "membership_year": _(
            "A tier holds to the end of the next year of membership; then what keeps it is looked "
            "at."
        ),
    }[valid]
