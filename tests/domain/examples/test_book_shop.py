"""The book shop: a year of a reader, priced and recorded."""

from __future__ import annotations

from habitue.domain.errors import Code
from tests.domain.engine.building import back, bought, event, item, returned
from tests.domain.engine.discounting import off, prices, sold, why
from tests.domain.examples.documents import member_of

_ZONE = "Europe/Berlin"
_POST = item("post", "4.90", role="delivery")


def test_a_first_order_in_the_web_shop() -> None:
    reader = member_of("book-shop")

    # 10 January, web: used books for 30.00 and the post for 4.90.  First order, 25.00 or more: 5.00
    # off.  Nothing was bought before, so the ladder takes nothing off; 30.00 is below 49.00.
    asked = reader.decided(
        event(
            "2026-01-10",
            bought("2026-01-10", item("used", "30.00", category="used books"), _POST).body,
            name="asked",
            zone=_ZONE,
        )
    )
    assert asked.prices is not None
    assert why(asked.prices) == {
        "regular": "below the lowest step",
        "first-order": "condition",  # It was not asked in the web shop.
        "cards": "no line matches",
        "post": "condition",
    }
    web = event(
        "2026-01-10",
        bought("2026-01-10", item("used", "30.00", category="used books"), _POST).body,
        name="web",
        zone=_ZONE,
    )
    web.channel = "web"
    foreseen = reader.decided(web).prices
    assert foreseen is not None
    assert (off(foreseen), foreseen.after) == ({"first-order": 500}, 2500 + 490)


def test_a_year_of_a_reader() -> None:
    reader = member_of("book-shop")

    # 10 January: the first order, with its 5.00 off.  25.00 of goods earn 12 points (1 for every
    # 2.00; the post does not count).
    first = sold(
        "2026-01-10",
        item("used", "30.00", category="used books"),
        {"first-order": "5.00"},
        name="first",
    )
    reader.post(first)
    assert (reader.balance(), reader.state.spent) == (12, 2500)
    assert reader.shared.remaining_units["discount:first-order"] == 249_500

    # 12 February: new books for 80.00 are not reduced, but count: 105.00 in the year, 52 points.
    reader.post(bought("2026-02-12", item("new", "80.00", category="new books"), name="new"))
    assert (reader.balance(), reader.state.spent) == (52, 10_500)

    # 13 February: 3 % of what is not new: 40.50 of 40.50 + 60.00 is 1.215, to the nearest 1.22.
    # 100.50 is more than 49.00: no postage.
    mixed = prices(
        reader,
        item("used", "40.50", category="used books"),
        item("new", "60.00", category="new books"),
        _POST,
        when="2026-02-13",
    )
    assert mixed.left == (4050 - 122, 6000, 0)
    assert off(mixed) == {"regular": 122, "post": 490}

    # Five cards at 2.00, 2.00, 3.00, 3.00 and 4.00: of four pieces one is free, the cheapest of all
    # (2.00); then 3 % of the 12.00 that are left: 0.36.
    cards = [
        item("c1", "4.00", pieces="2", category="paper"),
        item("c2", "6.00", pieces="2", category="paper"),
        item("c3", "4.00", category="paper"),
    ]
    assert off(prices(reader, *cards, when="2026-02-13")) == {"cards": 200, "regular": 36}

    # The first order goes back on 20 February: 25.00 less in the year (80.00, below 100.00), 12
    # points back, and its 5.00 in the budget again.
    reader.post(returned("2026-02-20", first, back("used")))
    assert (reader.balance(), reader.state.spent) == (40, 8_000)
    assert reader.shared.remaining_units["discount:first-order"] == 250_000
    later = prices(reader, item("used", "10.00", category="used books"), when="2026-02-21")
    assert why(later)["regular"] == "below the lowest step"

    # One year after 12 February the 80.00 drop out; until its eve they count.
    reader.post(bought("2026-12-01", item("new", "20.00", category="new books"), name="xmas"))
    used = item("used", "10.00", category="used books")
    assert off(prices(reader, used, when="2027-02-11")) == {"regular": 30}
    assert off(prices(reader, used, when="2027-02-12")) == {}


def test_the_first_order_is_given_once() -> None:
    reader = member_of("book-shop")
    line = item("used", "30.00", category="used books")
    reader.post(sold("2026-01-10", line, {"first-order": "5.00"}, name="first"))
    reader.refuses(
        sold("2026-01-11", line, {"first-order": "5.00"}, name="second"),
        Code.DISCOUNT_LIMIT_REACHED,
    )
