"""The simulated customers: names, habits, and how long they stay.

How often somebody comes is drawn from a gamma distribution and how long they stay from a
mixture of exponentials: the frequency model of Schmittlein, Morrison and Colombo (1987), which the
Pareto/NBD later estimates back from the same purchases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from habitue.analytics.simulation.menu import BY_CATEGORY, DAYPARTS, Daypart

LANGUAGES = ("fr", "en", "de", "ro")

_GIVEN: dict[str, tuple[str, ...]] = {
    "fr": (
        "Camille",
        "Léa",
        "Chloé",
        "Manon",
        "Inès",
        "Louise",
        "Jules",
        "Hugo",
        "Étienne",
        "Théo",
    ),
    "en": ("Emma", "Olivia", "Amelia", "Grace", "Harry", "Oliver", "Jack", "Charlotte", "Thomas"),
    "de": ("Anna", "Lena", "Marie", "Jürgen", "Lukas", "Felix", "Käthe", "Sören", "Björn", "Heike"),
    "ro": ("Ioana", "Andreea", "Ștefan", "Mihai", "Raluca", "Cătălin", "Ana", "Radu", "Bogdan"),
}
_FAMILY: dict[str, tuple[str, ...]] = {
    "fr": ("Martin", "Bernard", "Lefèvre", "Moreau", "Dubois", "Fournier", "Girard", "Noël"),
    "en": ("Smith", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Wright", "Thompson"),
    "de": ("Müller", "Schmidt", "Weiß", "Krüger", "Köhler", "Vogel", "Bäcker", "Großmann"),
    "ro": ("Popescu", "Ionescu", "Dumitru", "Stoica", "Munteanu", "Șerban", "Niță", "Țăranu"),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """One simulated customer.

    ``visits_per_week`` is the rate while they are alive as a customer, which they are from
    ``joined_date`` up to ``leaves_date``.  ``weekday_weights`` and ``daypart_weights`` have mean 1.
    ``favourites`` names, per category, the product that they prefer and take ``loyalty`` of the
    time.
    """

    number: int
    given_name: str
    family_name: str
    language: str
    birth_date: date
    email: str
    phone: str
    card_seed: int
    joined_date: date
    leaves_date: date
    store: str
    visits_per_week: float
    weekday_weights: tuple[float, ...]
    daypart_weights: tuple[float, ...]
    favourites: dict[str, str]
    loyalty: float
    server: str
    party: float
    shop_share: float
    is_regular_guest: bool = False


def _phone(number: int) -> str:
    """Numbers that the French numbering plan keeps for fiction (06 39 98 …) while they last."""
    return f"+33639{98_0000 + number:06d}" if number < 20_000 else f"+337{40_000_000 + number:08d}"


def draw_customer(
    number: int, random: Random, *, start: date, today: date, stores: dict[str, tuple[str, ...]]
) -> Customer:
    """Draw one customer of the business that opened on ``start``."""
    language = random.choices(LANGUAGES, (60, 18, 12, 10))[0]
    given, family = random.choice(_GIVEN[language]), random.choice(_FAMILY[language])
    days = (today - start).days
    # A third were there from the first quarter; the others found the place later.
    share = random.random()
    joined = start + timedelta(days=int(90 * random.random() if share < 0.35 else days * share))
    stay = random.expovariate(1 / (900 if random.random() < 0.6 else 140))
    store = random.choices(tuple(stores), (65, 35))[0]
    habit = random.choice(("breakfast", "lunch", "afternoon", "evening", "evening", "mixed"))
    return Customer(
        number=number,
        given_name=given,
        family_name=family,
        language=language,
        birth_date=date(1945, 1, 1) + timedelta(days=int(random.triangular(0, 22_000, 15_000))),
        email=f"guest{number}@example.org",
        phone=_phone(number),
        card_seed=random.getrandbits(40),
        joined_date=min(joined, today),
        leaves_date=joined + timedelta(days=1 + int(min(stay, 20_000))),
        store=store,
        visits_per_week=0.08 + random.gammavariate(0.95, 1.5),
        weekday_weights=_weights(random, 7, 1.6),
        daypart_weights=tuple(
            (5.0 if part == habit else 0.6) if habit != "mixed" else 1.0 for part in DAYPARTS
        ),
        favourites={
            category: random.choice(products).code for category, products in BY_CATEGORY.items()
        },
        loyalty=random.betavariate(4, 2),
        server=random.choice(stores[store]),
        party=random.choice((1.0, 1.0, 1.3, 2.0, 2.0, 3.0)),
        shop_share=random.betavariate(1, 9),
    )


def _weights(random: Random, count: int, spread: float) -> tuple[float, ...]:
    raw = [random.gammavariate(spread, 1 / spread) for _ in range(count)]
    mean = sum(raw) / count
    return tuple(value / mean for value in raw)


def vadim(number: int, *, start: date, today: date, store: str, server: str) -> Customer:
    """Vadim Ivanovich, whom the house knows: daily at dinner, and on Fridays a Warsteiner.

    His birthday was the day before yesterday.
    """
    birthday = today - timedelta(days=2)
    year = 1968
    birth_date = date(year, birthday.month, 28 if _is_leap_day(birthday) else birthday.day)
    favourites = {category: products[0].code for category, products in BY_CATEGORY.items()}
    favourites |= {"beer": "WAR", "starter": "WIN", "main": "SCH", "coffee": "ESP"}
    return Customer(
        number=number,
        given_name="Vadim",
        family_name="Ivanovich",
        language="en",
        birth_date=birth_date,
        email="vadim.ivanovich@example.org",
        phone="+33639989999",
        card_seed=7,
        joined_date=start,
        leaves_date=today + timedelta(days=3650),
        store=store,
        visits_per_week=6.8,
        weekday_weights=(1.0,) * 7,
        daypart_weights=tuple(4.0 if part == "evening" else 0.0 for part in DAYPARTS),
        favourites=favourites,
        loyalty=0.85,
        server=server,
        party=1.0,
        shop_share=0.01,
        is_regular_guest=True,
    )


def _is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)


def daypart_of(customer: Customer, random: Random) -> Daypart:
    """When on the day they come this time."""
    return random.choices(DAYPARTS, customer.daypart_weights)[0]
