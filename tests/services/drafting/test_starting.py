"""Starting points: each is sound, in every currency that is offered, and speaks four languages."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from habitue.domain.errors import Refusal
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.pricing import LEVELS, in_currency
from habitue.services.drafting.starting import (
    STARTING_POINTS,
    Answers,
    read_starting_point,
    starting_document,
)

LANGUAGES = {"en", "fr", "de", "ro"}


def answers(**fields: Any) -> Answers:
    """What a café in Cluj says of itself."""
    said: dict[str, Any] = {
        "code": "la-colt",
        "name": "Clubul La Colț",
        "currency": "RON",
        "zone": "Europe/Bucharest",
        "languages": ["ro", "en"],
    }
    return Answers(**said | fields)


def test_every_file_is_a_starting_point_and_there_are_enough() -> None:
    folder = files("habitue.services.drafting") / "starting_points"
    assert {one.name for one in folder.iterdir()} == {f"{key}.yaml" for key in STARTING_POINTS}
    assert len(STARTING_POINTS) >= 10


@pytest.mark.parametrize("key", STARTING_POINTS)
def test_a_starting_point_is_sound(key: str) -> None:
    assert check_document(read_starting_point(key)) == []


@pytest.mark.parametrize("key", STARTING_POINTS)
def test_a_starting_point_has_names_in_every_language(key: str) -> None:
    document = read_starting_point(key)
    nameless = [
        f"{section}.{code}"
        for section in ("earn", "rewards", "tiers", "words", "points")
        for code, part in document.get(section, {}).items()
        if isinstance(part, dict)
        and (section, code) not in (("tiers", "by"), ("points", "points"))
        and set(part if section == "words" else part.get("name", {})) != LANGUAGES
    ]
    assert nameless == []


@pytest.mark.parametrize("currency", LEVELS)
def test_starting_points_can_be_read_in_every_currency(currency: str) -> None:
    for key in STARTING_POINTS:
        programme = parse_document(in_currency(read_starting_point(key), currency))
        assert programme.currency == currency


def test_what_a_business_says_of_itself_is_in_its_document() -> None:
    document = starting_document("cafe-points", answers(without=["welcome"]))
    assert list(document)[:5] == ["programme", "name", "money", "zone", "languages"]
    assert (document["programme"], document["name"]) == ("la-colt", "Clubul La Colț")
    assert (document["money"], document["zone"]) == ({"currency": "RON"}, "Europe/Bucharest")
    assert document["languages"] == ["ro", "en"]
    assert list(document["earn"]) == ["base", "birthday"]
    assert check_document(document) == []
    # The starting point itself is as it was.
    assert "welcome" in read_starting_point("cafe-points")["earn"]


def test_amounts_follow_the_prices_and_points_do_not() -> None:
    document = starting_document("restaurant-tiers", answers())
    assert document["earn"]["base"]["give"] == {"points": 1, "per": Decimal("5.00")}
    assert document["tiers"]["silver"]["enter"] == Decimal("3000.00")
    assert document["tiers"]["silver"]["multiply"] == Decimal("1.2")
    assert document["rewards"]["dessert"]["cost"] == {"points": 120}
    shop = starting_document("shop-birthday", answers(currency="JPY"))
    assert shop["rewards"]["five-off"]["gives"] == {"amount": Decimal(750)}
    assert shop["earn"]["large"]["when"] == {"basket.amount": {"at_least": Decimal(15000)}}


def test_cashback_stays_the_share_that_it_was() -> None:
    give = starting_document("bakery-cashback", answers())["earn"]["base"]["give"]
    assert give == {"credit": Decimal("0.15"), "per": Decimal("5.00")}


def test_there_is_no_starting_point_of_another_name() -> None:
    with pytest.raises(Refusal, match="unknown_choice"):
        starting_document("../secrets", answers())
