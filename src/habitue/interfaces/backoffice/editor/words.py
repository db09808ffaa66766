"""Words of the editor: the states of a draft, and the starting points."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from habitue.domain.drafts import State


class StateWords(NamedTuple):
    """What a state is called, and how it looks."""

    name: Promise
    badge: str


STATES: Final[dict[State, StateWords]] = {
    State.OPEN: StateWords(pgettext_lazy("a draft", "being written"), ""),
    State.OFFERED: StateWords(pgettext_lazy("a draft", "waits for review"), "badge-accent"),
    State.APPROVED: StateWords(pgettext_lazy("a draft", "approved"), "badge-good"),
    State.SENT_BACK: StateWords(pgettext_lazy("a draft", "sent back"), "badge-warn"),
    State.SCHEDULED: StateWords(pgettext_lazy("a draft", "published"), "badge-good"),
    State.WITHDRAWN: StateWords(pgettext_lazy("a draft", "given up"), ""),
}

BUSINESSES: Final[dict[str, Promise]] = {
    "cafe": _("Café"),
    "bakery": _("Bakery"),
    "restaurant": _("Restaurant"),
    "bar": _("Bar"),
    "grocer": _("Grocer"),
    "shop": _("Shop"),
    "web_shop": _("Web shop"),
    "hotel": _("Hotel"),
    "garage": _("Garage, petrol station or car wash"),
    "salon": _("Hairdresser or salon"),
    "pharmacy": _("Pharmacy"),
}
REWARDED: Final[dict[str, Promise]] = {
    "points": _("Every purchase, with points"),
    "stamps": _("Every so many, with a stamp card"),
    "cashback": _("Every purchase, with money back"),
    "tiers": _("Regulars, with tiers"),
    "gifts": _("Joining and birthdays, with gifts"),
    "hours": _("Quiet hours and coming back"),
}


class PointWords(NamedTuple):
    """A starting point: its name, what it does, and what it is good for."""

    name: Promise
    does: Promise
    good_for: Promise


STARTING_POINTS: Final[dict[str, PointWords]] = {
    "cafe-stamps": PointWords(
        _("Coffee card"),
        _("A stamp for every coffee; ten stamps are a coffee. Two stamps to begin with."),
        _("Good for a small café whose guests come for the same thing nearly every day."),
    ),
    "cafe-points": PointWords(
        _("Café with points"),
        _("A point for every euro, points for joining, a cake for the birthday, three rewards."),
        _("Good for a café with a kitchen, where people take different things."),
    ),
    "bakery-cashback": PointWords(
        _("Money back"),
        _("Three per cent of every purchase as credit, twice as much on quiet mornings."),
        _("Good where people want no gifts: it explains itself in one sentence."),
    ),
    "restaurant-tiers": PointWords(
        _("Restaurant club"),
        _("Points at every meal, silver and gold for regulars, a dessert for the birthday."),
        _("Good for a restaurant that wants its regulars to feel at home."),
    ),
    "bar": PointWords(
        _("Bar with quiet hours"),
        _("Points on everything, twice as many at quiet hours and on beer on Fridays."),
        _("Good for filling the hours before the evening begins."),
    ),
    "coffee-chain": PointWords(
        _("Coffee bars with stars"),
        _("Two stars for every euro, a ladder of rewards, gold for those who come most."),
        _("Good for several coffee bars, with small rewards that come soon."),
    ),
    "grocer": PointWords(
        _("Grocer's points"),
        _("A point for every euro, twice as many on fruit and vegetables, vouchers to spend."),
        _("Good for a grocer with many purchases and small margins."),
    ),
    "shop-birthday": PointWords(
        _("Shop with a birthday gift"),
        _("Points that become money off, more for a large purchase, a voucher for the birthday."),
        _("Good for a shop whose customers come a few times a year."),
    ),
    "fashion-tiers": PointWords(
        _("Fashion with three tiers"),
        _("Friend, insider and icon by the year's spend, early access, double points on news."),
        _("Good for a shop that lives from new collections and its best customers."),
    ),
    "web-shop": PointWords(
        _("Web shop"),
        _("Points once the return window is over, free shipping, more for coming back."),
        _("Good for a web shop with returns, where the second order is the hardest."),
    ),
    "hotel-nights": PointWords(
        _("Hotel by nights"),
        _("Nights lead to silver and gold, money earns points, points pay for nights."),
        _("Good for a hotel or guest house that prefers direct bookings."),
    ),
    "garage-plate": PointWords(
        _("Garage by number plate"),
        _("A wash card, points in the workshop, receipts that are claimed later."),
        _("Good where the car is known and the card is at home."),
    ),
    "salon": PointWords(
        _("Salon by visits"),
        _("A stamp for every visit, the sixth brings a care treatment, another one a birthday."),
        _("Good where people come by appointment and spend much the same."),
    ),
    "pharmacy": PointWords(
        _("Pharmacy, with caution"),
        _("Points on care and cosmetics only, a low limit, a donation among the rewards."),
        _("Good where the law or good taste sets limits to what may be rewarded."),
    ),
}
