"""What counts as spend, and what becomes of returns and receipts, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.programme.model import Programme, SpendSettings
from habitue.interfaces.web.words.lexicon import joined


def spend_sentences(spend: SpendSettings) -> Iterator[str]:
    """What counts when points are reckoned, and what does not."""
    switches = (
        (spend.tax, _("tax")),
        (spend.tips, _("tips")),
        (spend.delivery, _("delivery")),
        (spend.deposits, _("deposits")),
        (spend.gift_card_sales, _("gift cards that are bought")),
        (spend.paid_with_points, _("what is paid with points")),
        (spend.paid_with_gift_card, _("what is paid with a gift card")),
    )
    counted = [name for on, name in switches if on]
    left_out = [name for on, name in switches if not on]
    yield _("Goods and services count.")
    if counted:
        yield _("These count too: %(things)s.") % {"things": joined(counted)}
    if left_out:
        yield _("These do not count: %(things)s.") % {"things": joined(left_out)}
    if spend.discounts == "before":
        yield _("The price before discounts counts.")
        return
    yield _("What is really paid counts, after discounts.")
    if spend.order_discounts == "order":
        yield _("A discount on the whole order lowers only what is earned on the whole order.")


def return_sentences(programme: Programme, *, staff: bool) -> Iterator[str]:
    """What a return takes and gives back, and how long a receipt can be claimed."""
    yield _("What is returned takes back exactly what it had earned, by the rules of that day.")
    yield _("Points that were paid for it come back.")
    if staff:
        yield {
            "match_or_average": _(
                "Without a receipt, the newest purchases of the same product are taken; what is "
                "found nowhere counts at the member's average."
            ),
            "match_or_refuse": _(
                "Without a receipt, the newest purchases of the same product are taken; what is "
                "found nowhere is not accepted."
            ),
            "average": _("Without a receipt, a return counts at the member's average."),
            "refuse": _("Without a receipt, a return is not accepted."),
        }[programme.without_purchase]
    days = programme.claim_days
    if days is None:
        yield _("Points are given at the purchase; a receipt cannot be claimed later.")
    else:
        yield ngettext(
            "A receipt can be claimed within %(days)s day, once and by one member.",
            "A receipt can be claimed within %(days)s days, once and by one member.",
            days,
        ) % {"days": days}


def joining_sentences(*, staff: bool) -> Iterator[str]:
    """How one joins a club that is closed, and what those have who have not."""
    if staff:
        yield _(
            "Nobody can join without an invitation: enrol whom the house invites, or let them type "
            "their code on the page for joining."
        )
        yield _("Who has not joined earns nothing, has no tier and gets no discount.")
        yield _("Their purchases are kept: they count towards the tier as soon as they join.")
        return
    yield _(
        "You join by invitation: type its code on the page for joining, or let our staff enrol you."
    )
    yield _("Points are given from the day you join.")
