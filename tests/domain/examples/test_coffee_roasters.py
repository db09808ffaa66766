"""The coffee roasters: status by what is spent, and beside it a ladder for those who come often."""

from __future__ import annotations

from tests.domain.engine.building import adjusted, bought, item, morning, returned, visited
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import example

ROASTERS = example("coffee-roasters")
ZONE = ROASTERS.zone


def tiers_of(member: Member, when: str | int | None = None) -> tuple[str, str]:
    """The tiers in both structures."""
    state = member.state if when is None else member.on(when)
    return state.standing.tier, state.standing_in("at-the-bar").tier


def test_a_spring_at_the_bar() -> None:
    member = Member(ROASTERS)
    beans = bought("2026-03-02", "60.00", zone=ZONE)
    grinder = bought("2026-03-12", item("grinder", "200.00"), zone=ZONE)
    steps = [
        # 60 beans for 60.00, and one day at the bar.
        (beans, 60, ("", "")),
        (visited("2026-03-03", zone=ZONE), 60, ("", "")),
        # The third day: regular.  The visit still found nobody regular, so it gives nothing.
        (visited("2026-03-04", zone=ZONE), 60, ("", "regular")),
        # Now it does: 10 beans, once a month.
        (visited("2026-03-05", zone=ZONE), 70, ("", "regular")),
        # The fifth day: insider.
        (visited("2026-03-06", zone=ZONE), 70, ("", "insider")),
        # 200.00 upon 60.00 is cut at 100.00: 40 x 1 + 160 x 1.25 = 240, and 1.2 times it: 288.
        (grinder, 358, ("silver", "insider")),
        # Silver and insider: 1.25 x 1.2 = 1.5.
        (bought("2026-03-13", "10.00", zone=ZONE), 373, ("silver", "insider")),
        # The grinder comes back: its beans, and silver, and its day at the bar; what was reached
        # stays until its month is over.
        (returned("2026-03-14", grinder, zone=ZONE), 85, ("", "insider")),
    ]
    for each, balance, tiers in steps:
        member.post(each)
        assert (member.balance("beans"), tiers_of(member)) == (balance, tiers), each.key
    # An insider of 6 March until 5 April: the month that ends then has two days (6 and 13 March),
    # which keep nobody an insider, nor a regular.
    assert tiers_of(member, morning("2026-04-06", ZONE) - 1) == ("", "insider")
    assert tiers_of(member, morning("2026-04-06", ZONE)) == ("", "")


def test_beans_end_as_the_first_of_the_tiers_says() -> None:
    member = Member(ROASTERS)
    member.post(adjusted("2026-01-02", tier="insider", zone=ZONE))
    member.post(bought("2026-01-03", "300.00", zone=ZONE), bought("2026-01-04", "10.00", zone=ZONE))
    assert tiers_of(member) == ("gold", "insider")
    ends = sorted(lot.expires_at or 0 for lot in member.state.lots)
    assert ends == [morning("2027-07-03", ZONE), morning("2028-01-04", ZONE)]


def test_a_friend_of_the_house_is_invited_and_keeps_the_status() -> None:
    member = Member(ROASTERS)
    member.post(bought("2026-01-03", "120.00", zone=ZONE))
    member.post(adjusted("2026-01-04", tier="friend", zone=ZONE))
    assert tiers_of(member) == ("silver", "friend")
    assert tiers_of(member, "2026-12-01") == ("silver", "friend")
    member.post(adjusted("2026-12-02", tier="", structure="at-the-bar", zone=ZONE))
    assert tiers_of(member) == ("silver", "")
