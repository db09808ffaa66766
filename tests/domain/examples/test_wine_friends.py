"""The wine friends: a tier by invitation, given and taken back by hand."""

from __future__ import annotations

from tests.domain.engine.building import adjusted, bought, passed
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import example

FRIENDS = example("wine-friends")


def tier(member: Member) -> str:
    return member.state.standing.tier


def test_a_circle_that_nobody_reaches_by_buying() -> None:
    member = Member(FRIENDS)
    member.post(bought("2026-01-10", "50000.00"))
    assert tier(member) == "connoisseur"


def test_an_invitation_holds_until_it_is_taken_back() -> None:
    member = Member(FRIENDS)
    steps = [
        (bought("2026-01-10", "400.00"), "friend", 400),
        (adjusted("2026-02-01", tier="circle"), "circle", 400),
        # Twice: 200 for 100.00.
        (bought("2026-02-02", "100.00"), "circle", 600),
        # Two years later nothing was bought any more, and the invitation stands.
        (passed("2028-06-01"), "circle", 600),
        # Taken back: at once what the member deserves, and that is nothing.
        (adjusted("2028-06-02", tier=""), "", 600),
        (bought("2028-06-03", "10.00"), "", 610),
    ]
    for each, code, points in steps:
        member.post(each)
        assert tier(member) == code, each.key
        assert member.balance() == points, each.key
    assert [(move.from_tier, move.to_tier, move.cause) for move in member.moves] == [
        ("", "friend", "qualified"),
        ("friend", "circle", "by_hand"),
        ("circle", "", "by_hand"),
    ]


def test_whoever_leaves_the_circle_comes_to_what_they_deserve() -> None:
    member = Member(FRIENDS)
    member.post(adjusted("2026-01-05", tier="circle"))
    member.post(bought("2026-01-10", "900.00"))
    member.post(adjusted("2026-02-01", tier=""))
    # 900.00 keep a connoisseur, and do not make one.
    assert tier(member) == "friend"
    # Nobody was a connoisseur by invitation: 1,000.00 are needed, not less.
    member.post(bought("2026-02-02", "99.99"))
    assert tier(member) == "friend"
    member.post(bought("2026-02-03", "0.01"))
    assert tier(member) == "connoisseur"


def test_an_invitation_that_is_noted_late_counts_from_its_own_time() -> None:
    sale = bought("2026-02-02", "100.00")
    invited = adjusted("2026-02-01", tier="circle")
    one, other = Member(FRIENDS), Member(FRIENDS)
    one.post(invited, sale)
    other.post(sale, invited)
    assert snapshot(one.state) == snapshot(other.state)
    assert other.balance() == 200
