"""The rule sheet: the whole programme in words, from its document alone.

For members it is short and says what they can rely on; staff read besides what the till does and
what ends by itself.  Examples are computed by the engine, so they are never out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.books import (
    joining_sentences,
    return_sentences,
    spend_sentences,
)
from habitue.interfaces.web.words.challenges import challenge_sentences
from habitue.interfaces.web.words.contributions import contribution_sentences, looking_sentences
from habitue.interfaces.web.words.discounts import discount_sentences, order_sentences
from habitue.interfaces.web.words.draws import draw_sentences
from habitue.interfaces.web.words.examples import told_examples
from habitue.interfaces.web.words.identifying import asking_sentences, recognised_sentences
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.partners import partner_sentences
from habitue.interfaces.web.words.plans import plan_sentences
from habitue.interfaces.web.words.points import points_sentences
from habitue.interfaces.web.words.referrals import referral_sentences
from habitue.interfaces.web.words.rewards import in_force, ladder, reward_sentences
from habitue.interfaces.web.words.rules import rule_sentences
from habitue.interfaces.web.words.serving import checking, doing, saying, taking_part
from habitue.interfaces.web.words.tiers import tier_sentences, tiers_sentences, together_sentences
from habitue.kit.instants import Instant, local_day

Audience: TypeAlias = Literal["members", "staff"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the sheet says: its name, where it has one, and its sentences."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the sheet."""

    key: str
    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a programme for some readers."""

    title: str
    sections: tuple[Section, ...]


def rule_sheet(lexicon: Lexicon, *, audience: Audience, now: Instant) -> Sheet:
    """The sheet as it stands at ``now``: what is over is left out, what is to come is said."""
    staff = audience == "staff"
    programme = lexicon.programme
    sections = [
        Section("joining", _("Joining"), tuple(_joining(lexicon, staff=staff))),
        Section(
            "identify",
            _("How members are recognised") if staff else _("How we know you"),
            tuple(_recognised(lexicon, staff=staff)),
        ),
        Section("earning", _("How points are earned"), tuple(_earning(lexicon, now, staff=staff))),
        Section("contributions", _("Contributions"), tuple(_contributions(lexicon, staff=staff))),
        Section("points", _("What points are worth"), tuple(_points(lexicon))),
        Section("rewards", _("Rewards"), tuple(_rewards(lexicon, now, staff=staff))),
        Section("draws", _("Draws and contests"), tuple(_draws(lexicon, now, staff=staff))),
        Section("plans", _("Paid membership"), tuple(_plans(lexicon))),
        Section("referrals", _("Bringing friends"), tuple(_referrals(lexicon, now))),
        Section("discounts", _("Discounts"), tuple(_discounts(lexicon, now, staff=staff))),
        Section("challenges", _("Challenges"), tuple(_challenges(lexicon, now))),
        *_tiers(lexicon),
        Section("partners", _("Partners"), tuple(_partners(lexicon, now, staff=staff))),
        Section("spend", _("What counts"), (_item(spend_sentences(programme.spend)),)),
        Section(
            "returns",
            _("Returns and receipts"),
            (_item(return_sentences(programme, staff=staff)),),
        ),
        Section("examples", _("Examples"), tuple(_examples(lexicon, now))),
    ]
    if staff:
        sections.append(Section("till", _("At the till"), tuple(_serving(lexicon, now))))
    else:
        sections.append(Section("taking_part", _("Taking part"), (_item(taking_part()),)))
    sections.append(Section("version", _("This version"), (_item(_version(lexicon)),)))
    return Sheet(lexicon.title(), tuple(section for section in sections if section.items))


def _item(sentences: Iterable[str], name: str = "") -> Item:
    return Item(name, tuple(sentences))


def _joining(lexicon: Lexicon, *, staff: bool) -> Iterator[Item]:
    if lexicon.programme.joining != "open":
        yield _item(joining_sentences(staff=staff))


def _recognised(lexicon: Lexicon, *, staff: bool) -> Iterator[Item]:
    methods = lexicon.programme.identify
    if methods:
        yield _item(asking_sentences(methods) if staff else recognised_sentences(methods))


def _earning(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    for rule in lexicon.programme.rules:
        if in_force(rule, now):
            sentences = rule_sentences(rule, lexicon, for_staff=staff)
            yield _item(sentences, lexicon.rule(rule.rule))


def _contributions(lexicon: Lexicon, *, staff: bool) -> Iterator[Item]:
    for kind in lexicon.programme.contributions.values():
        sentences = filter(None, contribution_sentences(kind))
        yield _item(sentences, lexicon.contribution(kind.contribution))
    if lexicon.programme.contributions:
        yield _item(looking_sentences(staff=staff))


def _points(lexicon: Lexicon) -> Iterator[Item]:
    for currency in lexicon.programme.points.values():
        if currency.kind in ("voucher", "entries"):
            continue
        yield _item(points_sentences(currency, lexicon), lexicon.currency(currency.code))


def _rewards(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    for reward in ladder(lexicon.programme, now):
        sentences = filter(None, reward_sentences(reward, lexicon, for_staff=staff))
        yield _item(sentences, lexicon.reward(reward.reward))


def _draws(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    for draw in lexicon.programme.draws.values():
        if draw.due_at > now:
            name = lexicon.names.of("draws", draw.code, lexicon.language)
            yield _item(draw_sentences(draw, lexicon, for_staff=staff), name)


def _plans(lexicon: Lexicon) -> Iterator[Item]:
    for plan in lexicon.programme.plans.values():
        yield _item(plan_sentences(plan, lexicon), lexicon.plan(plan.plan))


def _referrals(lexicon: Lexicon, now: Instant) -> Iterator[Item]:
    programme = lexicon.programme
    if programme.referral is not None:
        rewarded = any(rule.on == "referral" and in_force(rule, now) for rule in programme.rules)
        yield _item(referral_sentences(programme.referral, lexicon, rewarded=rewarded))


def _partners(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    today = local_day(now, lexicon.programme.zone)
    for partner in lexicon.programme.partners.values():
        if partner.last_day is None or partner.last_day >= today:
            sentences = partner_sentences(partner, lexicon, for_staff=staff)
            yield _item(sentences, lexicon.partner(partner.partner))


def _discounts(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    discounts = [
        discount
        for discount in lexicon.programme.discounts.values()
        if discount.enabled and (discount.ends_at is None or discount.ends_at > now)
    ]
    for discount in discounts:
        sentences = discount_sentences(discount, lexicon, for_staff=staff)
        yield _item(sentences, lexicon.discount(discount.discount))
    if staff and discounts:
        yield _item(order_sentences(lexicon))


def _challenges(lexicon: Lexicon, now: Instant) -> Iterator[Item]:
    for challenge in lexicon.programme.challenges.values():
        if challenge.ends_at is None or challenge.ends_at > now:
            sentences = filter(None, challenge_sentences(challenge, lexicon))
            yield _item(sentences, lexicon.challenge(challenge.challenge))


def _tiers(lexicon: Lexicon) -> Iterator[Section]:
    """A section for each structure of tiers, the main one first."""
    programme = lexicon.programme
    for tiers in programme.structures:
        items = [
            _item(tier_sentences(tier, tiers, lexicon), lexicon.tier(tier.code))
            for tier in tiers.tiers
        ]
        items.append(_item(tiers_sentences(tiers, lexicon)))
        if not tiers.key and programme.beside:
            items.append(_item(together_sentences(programme, lexicon)))
        heading = _("Tiers")
        if tiers.name:
            heading = _("Tiers: %(structure)s") % {"structure": lexicon.structure(tiers.name)}
        yield Section(f"tiers-{tiers.key}" if tiers.key else "tiers", heading, tuple(items))


def _examples(lexicon: Lexicon, now: Instant) -> Iterator[Item]:
    for told in told_examples(lexicon, now):
        yield _item(told.sentences, told.name)


def version_sentence(lexicon: Lexicon) -> str:
    """Which version it is, and since when it is in force, where that is known."""
    programme = lexicon.programme
    if programme.effective_at:
        day = formats.day_of(programme.effective_at, zone=programme.zone, language=lexicon.language)
        return _("Version %(number)s, in force since %(day)s.") % {
            "number": programme.number,
            "day": day,
        }
    return _("Version %(number)s.") % {"number": programme.number}


def _serving(lexicon: Lexicon, now: Instant) -> Iterator[Item]:
    yield _item(saying(lexicon, now), _("What to say"))
    yield _item(checking(lexicon, now), _("What to check"))
    yield _item(doing(lexicon, now), _("What to do"))


def _version(lexicon: Lexicon) -> Iterator[str]:
    programme = lexicon.programme
    yield version_sentence(lexicon)
    yield _("Days begin and end by the clock of the time zone %(zone)s.") % {"zone": programme.zone}
