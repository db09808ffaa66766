"""The bakery: a morning and an evening of a regular."""

from __future__ import annotations

from tests.domain.engine.building import bought, item
from tests.domain.engine.discounting import left, off, prices, sold, why
from tests.domain.examples.documents import member_of


def test_mornings_and_evenings_of_a_regular() -> None:
    guest = member_of("bakery")
    croissant = item("croissant", "1.40")
    early = "2026-03-11 08:00"

    # Nine days with a loaf of 3.20 each: nine stamps, not yet a regular.
    for day in range(1, 10):
        loaf = item("rye", "3.20", category="bread")
        guest.post(bought(f"2026-03-{day:02d} 07:30", loaf, name=f"loaf {day}"))
    assert (guest.balance("loaves"), guest.state.standing.tier) == (9, "")
    assert left(guest, croissant, when="2026-03-09 09:00") == [140]

    # The tenth day makes a regular; the card is full.
    loaf = item("rye", "3.20", category="bread")
    guest.post(bought("2026-03-10 07:30", loaf, name="loaf 10"))
    assert (guest.balance("loaves"), guest.state.standing.tier) == (10, "regular")

    # A croissant costs 1.00 before ten o'clock, and two cost 2.00; at ten they cost what they cost.
    assert left(guest, croissant, when=early) == [100]
    assert left(guest, item("croissant", "2.80", pieces="2"), when=early) == [200]
    assert left(guest, croissant, when="2026-03-11 10:00") == [140]

    # Once a day: what was given this morning is not given again, but tomorrow.
    guest.post(sold(early, croissant, {"croissant": "0.40"}, name="breakfast"))
    again = prices(guest, croissant, when="2026-03-11 09:00")
    assert why(again)["croissant"] == "limit 1: times"
    assert left(guest, croissant, when="2026-03-12 08:00") == [100]

    # Half past six in the evening: 30 % of 3.25 is 0.975, to the nearest 0.98 (a half goes up).
    rye = item("rye", "3.25", category="bread")
    assert left(guest, rye, when="2026-03-11 18:29") == [325]
    assert left(guest, rye, when="2026-03-11 18:30") == [227]

    # Four cakes at 4.00, 3.00, 3.00 and 2.50: of three pieces one, the cheapest of all, at half its
    # price: 1.25 off.
    cakes = [
        item("tart", "4.00", category="cake"),
        item("eclair", "6.00", pieces="2", category="cake"),
        item("flan", "2.50", category="cake"),
    ]
    answer = prices(guest, *cakes, when="2026-03-11 16:00")
    assert (off(answer), answer.left) == ({"cakes": 125}, (400, 600, 125))
