"""What staff say, check and do at the till, as far as this programme asks for it; and what members
have to know of taking part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from habitue.domain.programme.model import Reward, Rule
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.rewards import in_force, ladder
from habitue.kit.instants import Instant

_MOST_NAMED: Final = 4


def saying(lexicon: Lexicon, now: Instant) -> Iterator[str]:
    """What staff say to guests."""
    rules = _rules(lexicon, now)
    yield _("Ask every guest whether they take part. Whoever does not can join at the till.")
    if gifts := _named(rules, lexicon, on="enrolment"):
        yield _("Tell whoever is not a member yet what joining brings: %(rules)s.") % {
            "rules": gifts
        }
    yield _("The till says at once what was earned, and why. Say it to the guest.")
    if ladder(lexicon.programme, now):
        yield _("The till shows which rewards can be had now. Mention the next one.")
    if gifts := _named(rules, lexicon, on="birthday"):
        yield _("When the birthday is near, wish them well and mention: %(rules)s.") % {
            "rules": gifts
        }
    for tier in (tier for tiers in lexicon.programme.structures for tier in tiers.tiers):
        if tier.perks:
            yield _("Members of the tier %(tier)s get this without asking: %(perks)s.") % {
                "tier": lexicon.tier(tier.code),
                "perks": joined([lexicon.perk(perk) for perk in tier.perks]),
            }


def checking(lexicon: Lexicon, now: Instant) -> Iterator[str]:
    """What staff look at before they go on."""
    if not lexicon.programme.identify:
        yield _("Ask for the card, the phone number or the name before you ring up.")
        yield _(
            "A phone number or a plate is enough to greet and to earn. To spend points, ask for"
            " the card."
        )
    rules, rewards = _rules(lexicon, now), ladder(lexicon.programme, now)
    limited = [one for one in rewards if one.stock or one.limits or one.when is not None]
    if limited:
        yield _("Not always to be had, and the till knows: %(rewards)s.") % {
            "rewards": _some([lexicon.reward(one.reward) for one in limited])
        }
    if any(_has_voucher(one, rules) for one in rewards):
        yield _("A voucher counts once, and as long as the till shows it.")
    if ending := _some([lexicon.rule(one.rule) for one in rules if one.budgets]):
        yield _("This ends by itself; promise only what the till shows: %(rules)s.") % {
            "rules": ending
        }


def doing(lexicon: Lexicon, now: Instant) -> Iterator[str]:
    """What staff do."""
    rules = _rules(lexicon, now)
    if gifts := _named(rules, lexicon, on="visit"):
        yield _("Note at the till that a guest came, also without a purchase: %(rules)s.") % {
            "rules": gifts
        }
    if ladder(lexicon.programme, now):
        yield _("Take the reward at the till first, then hand it over.")
    yield _("Note what comes back, with its receipt: points are put right by themselves.")
    yield _("Something went wrong? Undo it at once; what comes later needs the back office.")


def taking_part() -> Iterator[str]:
    """What holds for every member: seeing, leaving, and changes of the rules."""
    yield _("On the members' pages you see at any time what you have, and why.")
    yield _("You can leave at any time. Tell us at the till.")
    yield _(
        "The rules can change. A change holds from its day on; what you earned before was reckoned"
        " by the rules of its own day, and stays."
    )


def _rules(lexicon: Lexicon, now: Instant) -> list[Rule]:
    return [rule for rule in lexicon.programme.rules if in_force(rule, now)]


def _named(rules: list[Rule], lexicon: Lexicon, *, on: str) -> str:
    return _some([lexicon.rule(rule.rule) for rule in rules if rule.on == on])


def _some(names: list[str]) -> str:
    """The first few names in a sentence, and that there are more."""
    if len(names) > _MOST_NAMED:
        return _("%(names)s and others") % {"names": ", ".join(names[:_MOST_NAMED])}
    return joined(names)


def _has_voucher(reward: Reward, rules: list[Rule]) -> bool:
    return any(give.currency == reward.voucher for rule in rules for give in rule.gives)
