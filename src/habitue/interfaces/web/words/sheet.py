"""The rule sheet: the whole programme in words, from its document alone.

For members it is short and says what they can rely on; staff read besides what the till does and
what ends by itself.  Examples are computed by the engine, so they are never out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from habitue.domain.programme.examples import worked_examples
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    PendingFor,
    PendingNone,
    PendingUntil,
    PointsCurrency,
    Tier,
    Tiers,
)
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.rules import rule_sentences
from habitue.interfaces.web.words.thresholds import goal_text, window_text
from habitue.kit.instants import Instant

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
    sections = [
        Section("earning", _("How points are earned"), tuple(_earning(lexicon, now, staff=staff))),
        Section("points", _("What points are worth"), tuple(_points(lexicon))),
        Section("tiers", _("Tiers"), tuple(_tiers(lexicon))),
        Section("spend", _("What counts"), (_spend(lexicon),)),
        Section("returns", _("Returns and receipts"), tuple(_returns(lexicon, staff=staff))),
        Section("examples", _("Examples"), tuple(_examples(lexicon, now))),
    ]
    if staff:
        sections.append(Section("till", _("At the till"), (_till(),)))
    return Sheet(lexicon.title(), tuple(section for section in sections if section.items))


def _earning(lexicon: Lexicon, now: Instant, *, staff: bool) -> Iterator[Item]:
    for rule in lexicon.programme.rules:
        over = rule.ends_at is not None and rule.ends_at <= now
        if over or not rule.enabled:
            continue
        yield Item(lexicon.rule(rule.rule), tuple(rule_sentences(rule, lexicon, for_staff=staff)))


def _points(lexicon: Lexicon) -> Iterator[Item]:
    for currency in lexicon.programme.points.values():
        sentences = [_pending(currency, lexicon), _expiry(currency.expiry, lexicon)]
        for tier, expiry in currency.expiry_by_tier.items():
            sentences.append(
                _("In the tier %(tier)s: %(sentence)s")
                % {"tier": lexicon.tier(tier), "sentence": _expiry(expiry, lexicon)}
            )
        if currency.max_balance is not None:
            sentences.append(
                _("A balance is at most %(points)s.")
                % {"points": lexicon.points(currency.max_balance, currency.code)}
            )
        if currency.reinstate_days is not None:
            sentences.append(
                _("What comes back to points that have lapsed meanwhile lives %(days)s more days.")
                % {"days": currency.reinstate_days}
            )
        sentences.append(
            {
                "allow_negative": _(
                    "A return may take more than is left: the rest is settled with what is earned "
                    "next."
                ),
                "book_loss": _("A return never takes more than is left."),
                "refuse": _("A return that would take more than is left is not accepted."),
            }[currency.negative]
        )
        yield Item(lexicon.currency(currency.code), tuple(sentences))


def _pending(currency: PointsCurrency, lexicon: Lexicon) -> str:
    pending = currency.pending
    if isinstance(pending, PendingNone):
        return _("They can be used at once.")
    if isinstance(pending, PendingFor):
        return _("They can be used after %(period)s.") % {"period": lexicon.period(pending.period)}
    if isinstance(pending, PendingUntil):
        return _("They can be used from %(day)s on.") % {"day": _day(pending.at, lexicon)}
    return _("They can be used once the purchase is confirmed.")


def _expiry(expiry: Expiry, lexicon: Lexicon) -> str:
    if isinstance(expiry, ExpiresAfter):
        values = {"period": lexicon.period(expiry.period)}
        rounded = {
            "week": _("They expire %(period)s after they were earned, at the end of the week."),
            "month": _("They expire %(period)s after they were earned, at the end of the month."),
            "quarter": _(
                "They expire %(period)s after they were earned, at the end of the quarter."
            ),
            "year": _("They expire %(period)s after they were earned, at the end of the year."),
        }
        plain = _("They expire %(period)s after they were earned.")
        return rounded.get(expiry.round_up_to or "", plain) % values
    if isinstance(expiry, ExpiresOnDates):
        days = joined([f"{day}.{month}." for month, day in expiry.days])
        return _("They expire every year on %(days)s.") % {"days": days}
    if isinstance(expiry, ExpiresAt):
        return _("They expire on %(day)s.") % {"day": _day(expiry.at, lexicon)}
    if isinstance(expiry, ExpiresInactive):
        return _("They expire after %(period)s without a visit or a purchase.") % {
            "period": lexicon.period(expiry.period)
        }
    return _("They do not expire.")


def _tiers(lexicon: Lexicon) -> Iterator[Item]:
    tiers = lexicon.programme.tiers
    if tiers is None:
        return
    for tier in tiers.tiers:
        yield Item(lexicon.tier(tier.code), tuple(_tier(tier, tiers, lexicon)))
    sentences = [_("A tier is reached at once, with the purchase that reaches it.")]
    if tiers.valid is None:
        sentences.append(_("A tier once reached stays."))
    elif tiers.grace is not None:
        sentences.append(
            _("Who misses what keeps it has %(period)s more to make up for it.")
            % {"period": lexicon.period(tiers.grace)}
        )
    if tiers.valid is not None and tiers.downgrade == "soft_landing":
        sentences.append(_("A tier is lost by one step at most."))
    sentences.append(_("Spending points never lowers a tier."))
    yield Item("", tuple(sentences))


def _tier(tier: Tier, tiers: Tiers, lexicon: Lexicon) -> Iterator[str]:
    window = window_text(tiers, lexicon)
    values = {"goal": goal_text(tiers, tier.enter, lexicon), "window": window}
    yield _("Reached with %(goal)s %(window)s.") % values
    if tier.keep != tier.enter and tiers.valid is not None:
        kept = {"goal": goal_text(tiers, tier.keep, lexicon), "window": window}
        yield _("Kept with %(goal)s %(window)s.") % kept
    if tier.reenter != tier.enter:
        yield _("Reached again with %(goal)s.") % {"goal": goal_text(tiers, tier.reenter, lexicon)}
    if tier.multiply != 1:
        yield _("%(currency)s × %(factor)s.") % {
            "currency": lexicon.currency(tiers.multiplied_currency),
            "factor": lexicon.fraction(tier.multiply),
        }
    if tier.perks:
        perks = joined([lexicon.perk(perk) for perk in tier.perks])
        yield _("Besides: %(perks)s.") % {"perks": perks}


def _spend(lexicon: Lexicon) -> Item:
    spend = lexicon.programme.spend
    switches = (
        (spend.tax, _("tax")),
        (spend.tips, _("tips")),
        (spend.delivery, _("delivery")),
        (spend.deposits, _("deposits")),
        (spend.gift_card_sales, _("bought gift cards")),
        (spend.paid_with_points, _("what is paid with points")),
        (spend.paid_with_gift_card, _("what is paid with a gift card")),
    )
    counted = [name for on, name in switches if on]
    left_out = [name for on, name in switches if not on]
    sentences = [_("Goods and services count.")]
    if counted:
        sentences.append(_("These count too: %(things)s.") % {"things": joined(counted)})
    if left_out:
        sentences.append(_("These do not count: %(things)s.") % {"things": joined(left_out)})
    sentences.append(
        _("What is really paid counts, after discounts.")
        if spend.discounts == "paid"
        else _("The price before discounts counts.")
    )
    return Item("", tuple(sentences))


def _returns(lexicon: Lexicon, *, staff: bool) -> Iterator[Item]:
    programme = lexicon.programme
    sentences = [
        _("What is returned takes back exactly what it had earned, by the rules of that day."),
        _("Points that were paid for it come back."),
    ]
    if staff:
        sentences.append(
            {
                "match_or_average": _(
                    "Without a receipt, the newest purchases of the same product are taken; "
                    "what is found nowhere counts at the member's average."
                ),
                "match_or_refuse": _(
                    "Without a receipt, the newest purchases of the same product are taken; "
                    "what is found nowhere is not accepted."
                ),
                "average": _("Without a receipt, a return counts at the member's average."),
                "refuse": _("Without a receipt, a return is not accepted."),
            }[programme.without_purchase]
        )
    if programme.claim_days is not None:
        sentences.append(
            _("A receipt can be claimed within %(days)s days, once and by one member.")
            % {"days": programme.claim_days}
        )
    yield Item("", tuple(sentences))


def _examples(lexicon: Lexicon, now: Instant) -> Iterator[Item]:
    for example in worked_examples(lexicon.programme, now):
        gifts = [lexicon.points(units, code) for code, units in example.earned.items() if units]
        who = (
            _("A member of the tier %(tier)s pays %(amount)s.")
            % {"tier": lexicon.tier(example.tier), "amount": lexicon.money(example.amount)}
            if example.tier
            else _("A member pays %(amount)s.") % {"amount": lexicon.money(example.amount)}
        )
        gained = (
            _("That earns %(points)s.") % {"points": joined(gifts)}
            if gifts
            else _("That earns nothing.")
        )
        yield Item("", (f"{who} {gained}",))


def _till() -> Item:
    return Item(
        "",
        (
            _("Ask for the card, the phone number or the name before you ring up."),
            _("The till says at once what was earned, and why. Say it to the guest."),
            _(
                "A plate is enough to greet and to earn. To spend points, ask for the card or the "
                "phone."
            ),
            _("Something went wrong? Undo it at once; what comes later needs the back office."),
        ),
    )


def _day(at: Instant, lexicon: Lexicon) -> str:
    return formats.day_of(at, zone=lexicon.programme.zone, language=lexicon.language)
