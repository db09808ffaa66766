"""What the simulated café-restaurant sells: dishes, drinks and the goods of its small shop.

Prices and costs are cents of a euro, tax included for prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Daypart: TypeAlias = Literal["breakfast", "lunch", "afternoon", "evening"]

DAYPARTS: tuple[Daypart, ...] = ("breakfast", "lunch", "afternoon", "evening")


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that is sold.  ``weights`` say how often it is taken in each daypart."""

    code: str
    name: str
    category: str
    price: int
    cost: int
    weights: tuple[int, int, int, int]
    brand: str = ""
    season: Literal["", "summer", "winter"] = ""

    @property
    def is_shop(self) -> bool:
        """Whether it is taken home and may be brought back."""
        return self.category == "shop"


def _products(category: str, weights: tuple[int, int, int, int], *rows: str) -> list[Product]:
    products = []
    for row in rows:
        code, name, price, cost, *more = (part.strip() for part in row.split("|"))
        brand = more[0] if more else ""
        season = more[1] if len(more) > 1 else ""
        assert season in {"", "summer", "winter"}, "a season of the menu"
        products.append(
            Product(code, name, category, int(price), int(cost), weights, brand, season)  # type: ignore[arg-type]  # the assertion above narrows what mypy cannot
        )
    return products


MENU: tuple[Product, ...] = tuple(
    _products(
        "coffee",
        (10, 6, 9, 3),
        "ESP|Espresso|240|35",
        "DBL|Double espresso|340|60",
        "CAP|Cappuccino|390|75",
        "LAT|Caffè latte|420|85",
        "FLW|Flat white|430|85",
        "ICL|Iced latte|470|95||summer",
        "HOT|Hot chocolate|450|95||winter",
    )
    + _products(
        "tea",
        (4, 2, 5, 2),
        "TGR|Green tea|360|40",
        "TBL|Earl Grey|360|40",
        "TMI|Fresh mint tea|410|60",
    )
    + _products(
        "bakery",
        (9, 1, 6, 0),
        "CRO|Croissant|260|80",
        "PAC|Pain au chocolat|290|90",
        "CIN|Cinnamon roll|380|110",
        "BAN|Banana bread|420|120",
    )
    + _products(
        "cake",
        (1, 2, 9, 4),
        "CHE|Cheesecake|590|170",
        "TAT|Tarte Tatin|620|180",
        "SAC|Sachertorte|610|190",
        "ICE|Ice cream, three scoops|650|160||summer",
    )
    + _products(
        "breakfast",
        (8, 0, 0, 0),
        "OME|Omelette with herbs|980|290",
        "GRA|Granola bowl|870|240",
        "BEN|Eggs Benedict|1290|380",
    )
    + _products(
        "starter",
        (0, 4, 1, 7),
        "SOU|Soup of the day|690|170",
        "TAR|Beef tartare|1390|510",
        "BUR|Burrata with tomatoes|1250|430||summer",
        "WIN|Breaded chicken wings|1190|340",
    )
    + _products(
        "main",
        (0, 9, 0, 9),
        "SCH|Wiener schnitzel|2190|690",
        "STF|Steak frites|2690|980",
        "RIS|Mushroom risotto|1790|460",
        "SAL|Salmon with fennel|2390|850",
        "BUG|House burger|1690|520",
        "CAE|Caesar salad|1490|420||summer",
        "GOU|Goulash with dumplings|1890|540||winter",
        "VEG|Vegetable curry|1590|380",
    )
    + _products(
        "beer",
        (0, 1, 3, 9),
        "WAR|Warsteiner 0.5 l|540|160|Warsteiner",
        "PIL|Pilsner Urquell 0.5 l|560|170|Pilsner Urquell",
        "GUI|Guinness 0.5 l|620|210|Guinness",
        "NAB|Alcohol-free beer|480|150|Warsteiner",
    )
    + _products(
        "wine",
        (0, 2, 2, 8),
        "RIE|Riesling, glass|650|190",
        "PIN|Pinot noir, glass|720|220",
        "FET|Fetească neagră, glass|690|200",
        "SPR|Aperol spritz|850|230||summer",
        "GLU|Mulled wine|620|160||winter",
    )
    + _products(
        "soft drink",
        (2, 7, 5, 5),
        "MIN|Mineral water 0.5 l|420|60",
        "LEM|Home-made lemonade|520|90||summer",
        "APP|Apple juice, cloudy|440|90",
        "COL|Cola|420|80",
    )
    + _products(
        "shop",
        (2, 2, 3, 1),
        "BEA|House blend beans, 500 g|1490|680|Habitué Roastery",
        "DRI|Filter coffee, 250 g|890|390|Habitué Roastery",
        "MUG|Stoneware mug|1690|610",
        "JAM|Apricot jam|690|250",
        "CHO|Dark chocolate bar|490|210",
        "TEA|Tea tin, 100 g|1190|480",
        "GIF|Gift basket|4900|2100||winter",
    )
)

BY_CODE: dict[str, Product] = {product.code: product for product in MENU}
BY_CATEGORY: dict[str, tuple[Product, ...]] = {
    category: tuple(product for product in MENU if product.category == category)
    for category in dict.fromkeys(product.category for product in MENU)
}
