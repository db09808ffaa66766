"""Starting points: ready programmes that a business begins with and makes its own.

Each is a document of the package, in euros and with names in every language; what it is called
and good for, the front doors say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.pricing import in_currency
from habitue.integrations.documents import load_document

# By the code of each: for which businesses it is meant, and what it rewards.
STARTING_POINTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "cafe-stamps": (("cafe", "bakery"), ("stamps",)),
    "cafe-points": (("cafe", "bakery"), ("points", "gifts")),
    "bakery-cashback": (("bakery", "cafe", "grocer"), ("cashback",)),
    "restaurant-tiers": (("restaurant",), ("points", "tiers", "gifts")),
    "bar": (("bar", "restaurant"), ("points", "hours")),
    "coffee-chain": (("cafe",), ("points", "tiers", "gifts")),
    "grocer": (("grocer",), ("points",)),
    "shop-birthday": (("shop",), ("points", "gifts")),
    "fashion-tiers": (("shop",), ("points", "tiers")),
    "web-shop": (("web_shop",), ("points", "hours")),
    "hotel-nights": (("hotel",), ("points", "tiers")),
    "garage-plate": (("garage",), ("stamps", "points")),
    "salon": (("salon",), ("stamps", "gifts")),
    "pharmacy": (("pharmacy",), ("points",)),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a business says of itself when it begins.

    ``without`` are rules and rewards of the starting point that it does not want.
    """

    code: str
    name: str
    currency: str
    zone: str
    languages: Sequence[str]
    without: Sequence[str] = ()


def starting_document(key: str, answers: Answers) -> dict[str, Any]:
    """The document of a starting point with what a business said of itself.

    Refuses (``UNKNOWN_CHOICE``) where there is no such starting point.  No locks, no database.
    """
    document = in_currency(read_starting_point(key), answers.currency)
    document |= {
        "programme": answers.code,
        "name": answers.name,
        "zone": answers.zone,
        "languages": list(answers.languages),
    }
    document["earn"] = {
        rule: raw for rule, raw in document["earn"].items() if rule not in answers.without
    }
    return _in_order(document)


def read_starting_point(key: str) -> dict[str, Any]:
    """The document of a starting point as it is written; refuses (``UNKNOWN_CHOICE``)."""
    if key not in STARTING_POINTS:
        raise Refusal(Code.UNKNOWN_CHOICE, "starting_point", value=key[:80], allowed="")
    return dict(_read(key))


@cache
def _read(key: str) -> dict[str, Any]:
    place = files("habitue.services.drafting") / "starting_points" / f"{key}.yaml"
    return load_document(place.read_text("utf-8"))


def _in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what it is called at the top."""
    first = ("programme", "name", "money", "zone", "languages")
    return {name: document[name] for name in first} | {
        name: value for name, value in document.items() if name not in first
    }
