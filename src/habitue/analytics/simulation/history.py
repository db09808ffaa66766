"""The history of the simulated business: visits, receipts and returns of each customer.

Visits follow a Poisson process whose rate moves with the season, the weekday and the two past
promotions, drawn by thinning (Lewis and Shedler 1979): candidates at the highest rate, each kept
with the probability that the rate of its day has of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import cos, log, pi
from random import Random
from zoneinfo import ZoneInfo

from habitue.analytics.simulation.menu import BY_CATEGORY, BY_CODE, DAYPARTS, Daypart, Product
from habitue.analytics.simulation.people import Customer, daypart_of, draw_customer, vadim
from habitue.kit.instants import Instant, instant_of

ZONE = "Europe/Paris"
STORES: dict[str, tuple[str, ...]] = {
    "quai": ("Volodia", "Maëlle", "Bastien", "Irina"),
    "marche": ("Nadia", "Paul", "Ioana"),
}
TABLES = {"quai": 18, "marche": 11}

# Weekdays from Monday; a café-restaurant fills up towards the week's end.
_WEEKDAYS = (0.75, 0.8, 0.9, 1.0, 1.35, 1.4, 0.8)
_HOURS: dict[Daypart, tuple[int, int]] = {
    "breakfast": (8, 11),
    "lunch": (12, 15),
    "afternoon": (15, 18),
    "evening": (19, 22),
}
_HIGHEST_RATE = 1.4 * 1.18 * 1.35
_RETURN_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Promotion:
    """A past promotion: when, which category, and by how much it drew people in."""

    code: str
    name: str
    starts: date
    ends: date
    category: str
    uplift: float
    discount_percent: int = 0


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a simulated receipt; amounts are cents for the whole line."""

    product: Product
    pieces: int
    amount: int
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """One simulated purchase."""

    number: str
    customer: int
    at: Instant
    store: str
    staff: str
    table: int
    party: int
    lines: tuple[SoldLine, ...]

    @property
    def amount(self) -> int:
        """What was paid, in cents."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """Goods of a receipt that came back: the line (from 1) and how many pieces."""

    number: str
    receipt: Receipt
    at: Instant
    line: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Business:
    """The whole business, from the day it opened to today."""

    seed: int
    start: date
    today: date
    now: Instant
    members: int
    promotions: tuple[Promotion, ...]


def open_business(*, seed: int, members: int, years: int, now: Instant) -> Business:
    """A business that opened ``years`` before ``now``."""
    today = datetime.fromtimestamp(now // 1_000_000, ZoneInfo(ZONE)).date()
    start = today - timedelta(days=365 * years)
    span = (today - start).days
    beer = start + timedelta(days=int(span * 0.45))
    summer = start + timedelta(days=int(span * 0.72))
    return Business(
        seed=seed,
        start=start,
        today=today,
        now=now,
        members=members,
        promotions=(
            Promotion(
                "beer-fridays", "Beer Fridays", beer, beer + timedelta(days=41), "beer", 1.35
            ),
            Promotion(
                "cake-and-coffee",
                "Cake and coffee",
                summer,
                summer + timedelta(days=27),
                "cake",
                1.2,
                20,
            ),
        ),
    )


def customers(business: Business) -> Iterator[Customer]:
    """All customers, the first of whom is Vadim Ivanovich; each drawn from a seed of their own."""
    yield vadim(1, start=business.start, today=business.today, store="quai", server="Volodia")
    for number in range(2, business.members + 1):
        random = Random(f"{business.seed}/customer/{number}")  # noqa: S311  # a simulation, seeded on purpose
        yield draw_customer(
            number, random, start=business.start, today=business.today, stores=STORES
        )


def history_of(business: Business, customer: Customer) -> list[Receipt | BroughtBack]:
    """Everything that one customer bought and brought back, in the order in which it happened."""
    random = Random(f"{business.seed}/history/{customer.number}")  # noqa: S311  # a simulation, seeded on purpose
    happened: list[Receipt | BroughtBack] = []
    days = _days_of_a_regular if customer.is_regular_guest else _days
    for visit, day in enumerate(days(business, customer, random), start=1):
        receipt = _receipt(business, customer, random, day, visit)
        if receipt.at > business.now:
            break
        happened.append(receipt)
        happened.extend(_brought_back(business, random, receipt))
    happened.sort(key=lambda event: event.at)
    return happened


def _days(business: Business, customer: Customer, random: Random) -> Iterator[date]:
    last = min(customer.leaves_date, business.today)
    highest = customer.visits_per_week / 7 * _HIGHEST_RATE * max(customer.weekday_weights)
    position = 0.0
    latest: date | None = None
    while True:
        position += -log(1.0 - random.random()) / highest
        day = customer.joined_date + timedelta(days=int(position))
        if day > last:
            return
        rate = customer.visits_per_week / 7 * _rate(business, customer, day)
        if day != latest and random.random() <= rate / highest:
            latest = day
            yield day


def _days_of_a_regular(business: Business, customer: Customer, random: Random) -> Iterator[date]:
    """Every day but the few on which something came between."""
    for day in range((business.today - customer.joined_date).days + 1):
        if random.random() < customer.visits_per_week / 7:
            yield customer.joined_date + timedelta(days=day)


def _rate(business: Business, customer: Customer, day: date) -> float:
    weekday = day.weekday()
    season = 1.0 + 0.18 * cos(2 * pi * (day.timetuple().tm_yday - 172) / 365)
    rate = _WEEKDAYS[weekday] * customer.weekday_weights[weekday] * season
    for promotion in business.promotions:
        if promotion.starts <= day <= promotion.ends:
            # Heavy buyers hardly react (Hartmann and Viard 2008; Liu 2007).
            rate *= 1 + (promotion.uplift - 1) / (1 + customer.visits_per_week)
    return rate


def _receipt(
    business: Business, customer: Customer, random: Random, day: date, visit: int
) -> Receipt:
    daypart = daypart_of(customer, random)
    opens, closes = _HOURS[daypart]
    minute = random.randrange(opens * 60, closes * 60 + 45)
    at = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(ZONE))
    store = customer.store if random.random() < 0.93 else random.choice(tuple(STORES))
    staff = customer.server
    if staff not in STORES[store] or random.random() > (0.95 if customer.is_regular_guest else 0.5):
        staff = random.choice(STORES[store])
    party = 1 if customer.is_regular_guest else max(1, round(random.gauss(customer.party, 0.7)))
    products = (
        _usual_dinner(customer, random, day)
        if customer.is_regular_guest
        else _order(customer, random, day, daypart, party)
    )
    return Receipt(
        number=f"{customer.number}-{visit}",
        customer=customer.number,
        at=instant_of(at),
        store=store,
        staff=staff,
        table=1 + (customer.number * 7 + (0 if random.random() < 0.6 else visit)) % TABLES[store],
        party=party,
        lines=_lines(business, products, day),
    )


def _usual_dinner(customer: Customer, random: Random, day: date) -> list[Product]:
    """A main dish, something to drink, dessert or coffee; on Fridays beer, usually with wings."""
    friday = day.weekday() == 4
    loyalty = customer.loyalty
    wanted = [_choose("main", customer, random, day, "evening", loyalty)]
    if friday:
        if random.random() < 0.95:
            favourite = BY_CODE["WAR"] if random.random() < 0.9 else BY_CODE["PIL"]
            wanted += [favourite] * (1 if random.random() < 0.4 else 2)
        if random.random() < 0.85:
            wanted.append(BY_CODE["WIN"])
    else:
        wanted += [BY_CODE["RIE"] if random.random() < 0.5 else BY_CODE["MIN"], BY_CODE["SOU"]]
        if random.random() < 0.5:
            wanted.append(_choose("cake", customer, random, day, "evening", loyalty))
    wanted.append(BY_CODE["ESP"])
    return wanted


def _order(
    customer: Customer, random: Random, day: date, daypart: Daypart, party: int
) -> list[Product]:
    products: list[Product] = []
    for guest in range(party):
        count = 1 + (random.random() < 0.72) + (random.random() < 0.34)
        categories = random.choices(_CATEGORIES, cum_weights=_CATEGORY_WEIGHTS[daypart], k=count)
        for category in dict.fromkeys(categories):
            loyalty = customer.loyalty if guest == 0 else 0.15
            products.append(_choose(category, customer, random, day, daypart, loyalty))
    if random.random() < customer.shop_share:
        products.append(_choose("shop", customer, random, day, daypart, customer.loyalty))
    return products


_CATEGORIES = tuple(category for category in BY_CATEGORY if category != "shop")
_CATEGORY_WEIGHTS: dict[Daypart, list[float]] = {
    daypart: list(
        accumulate(
            sum(product.weights[place] for product in BY_CATEGORY[category])
            / len(BY_CATEGORY[category])
            for category in _CATEGORIES
        )
    )
    for place, daypart in enumerate(DAYPARTS)
}


def _choose(
    category: str,
    customer: Customer,
    random: Random,
    day: date,
    daypart: Daypart,
    loyalty: float,
) -> Product:
    favourite = BY_CODE[customer.favourites[category]]
    if _in_season(favourite, day) and random.random() < loyalty:
        return favourite
    place = DAYPARTS.index(daypart)
    candidates = [product for product in BY_CATEGORY[category] if _in_season(product, day)]
    weights = [product.weights[place] + 0.5 for product in candidates]
    return random.choices(candidates, weights)[0]


def _in_season(product: Product, day: date) -> bool:
    if not product.season:
        return True
    return (4 <= day.month <= 9) == (product.season == "summer")


def _lines(business: Business, products: list[Product], day: date) -> tuple[SoldLine, ...]:
    pieces: dict[str, int] = {}
    for product in products:
        pieces[product.code] = pieces.get(product.code, 0) + 1
    lines = []
    for code, count in pieces.items():
        product = BY_CODE[code]
        full = product.price * count
        percent = max(
            (
                promotion.discount_percent
                for promotion in business.promotions
                if promotion.category == product.category
                and promotion.starts <= day <= promotion.ends
            ),
            default=0,
        )
        discount = full * percent // 100
        lines.append(SoldLine(product, count, full - discount, discount))
    return tuple(lines)


def _brought_back(business: Business, random: Random, receipt: Receipt) -> Iterator[BroughtBack]:
    for place, line in enumerate(receipt.lines, start=1):
        if line.product.is_shop and random.random() < _RETURN_SHARE:
            at = receipt.at + random.randrange(1, 12) * 86_400_000_000
            if at <= business.now:
                yield BroughtBack(f"{receipt.number}-back-{place}", receipt, at, place, 1)
