"""The paid club: two years of a member, from the trial to the last day."""

from __future__ import annotations

from tests.domain.engine.building import bought, item
from tests.domain.engine.discounting import off, prices, sold
from tests.domain.engine.rewarding import taken
from tests.domain.engine.test_semantics_plans import plan
from tests.domain.examples.documents import member_of


def test_two_years_of_a_member() -> None:
    guest = member_of("paid-club")
    wine = item("wine", "40.00")
    post = item("post", "6.90", role="delivery")

    # 1 March 2026: not in the club.  40.00 earn 40 points; nothing is taken off.
    guest.post(bought("2026-03-01", wine, name="before"))
    assert (guest.balance(), off(prices(guest, wine, post, when="2026-03-01 13:00"))) == (40, {})

    # 10 March: the trial, to 8 April.  10 % of 40.00 is 4.00; the post is free.
    guest.post(plan("2026-03-10", "joined", trial=True))
    assert off(prices(guest, wine, post, when="2026-04-08 23:59")) == {"tenth": 400, "post": 690}
    assert guest.balance("voucher:bottle") == 0

    # 20 March, with the tenth off: 36.00, twice the points: 72.  112 in all.
    guest.post(sold("2026-03-20", wine, {"tenth": "4.00"}, name="in trial"))
    assert guest.balance() == 112

    # 5 April: 49.00 are paid, for 9 April 2026 to 8 April 2027.  With it comes the bottle.
    guest.post(plan("2026-04-05", "renewed"))
    assert guest.balance("voucher:bottle") == 1
    # Its voucher is good for six months, to the end of 4 October.
    assert guest.spendable_on("2026-10-04 23:00", "voucher:bottle") == 1
    assert guest.spendable_on("2026-10-05 00:00", "voucher:bottle") == 0
    guest.post(taken("2026-05-01", "bottle", "voucher:bottle"))
    assert guest.balance("voucher:bottle") == 0

    # 1 August to 10 September: a pause of forty days.  Nothing is taken off, points are single.
    guest.post(plan("2026-08-01", "paused"))
    assert off(prices(guest, wine, when="2026-08-15")) == {}
    guest.post(bought("2026-08-15", item("wine", "10.00"), name="in pause"))
    assert guest.balance() == 122
    guest.post(plan("2026-09-10", "resumed"))

    # 9 April 2027 becomes 19 May 2027; fourteen days of grace end with 1 June.
    assert off(prices(guest, wine, when="2027-05-18 23:59")) == {"tenth": 400}
    assert off(prices(guest, wine, when="2027-06-01 23:59")) == {"tenth": 400}
    assert off(prices(guest, wine, when="2027-06-02 00:00")) == {}

    # 1 June 2027: the second year is paid in the grace: to 18 May 2028, and another bottle.
    guest.post(plan("2027-06-01", "renewed"))
    assert guest.balance("voucher:bottle") == 1

    # 20 June 2027: it was not worth it.  Nothing was taken off since 1 June: the price comes back,
    # and the benefits end at once.
    guest.post(plan("2027-06-20", "refunded"))
    assert off(prices(guest, wine, when="2027-06-20 13:00")) == {}
