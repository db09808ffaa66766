"""Contributions on their way: sent in, approved, refused, withdrawn, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from habitue.domain.access import SYSTEM, Actor, Kind, Role
from habitue.domain.errors import Code, Refusal
from habitue.domain.pictures import Picture
from habitue.kit.instants import DAY
from habitue.selectors.contributions import (
    ContributionFilter,
    ContributionRecord,
    count_waiting,
    get_picture,
    list_contributions,
    list_own_contributions,
)
from habitue.selectors.personal_data import iterate_personal_data
from habitue.services.contributing.deciding import (
    approve_contribution,
    refuse_contribution,
    withdraw_contribution,
)
from habitue.services.contributing.sending import (
    MOST_WAITING,
    Sent,
    read_body,
    read_link,
    send_contribution,
    take_back_contribution,
)
from habitue.services.counter.counter import Counter, Source
from tests.services.merging_cast import holds, merge
from tests.services.test_contributions import TOLD
from tests.services.till import PHONES, Till

TAKES: dict[str, Any] = TOLD | {
    "contributions": TOLD["contributions"] | {"post": {"link": True}, "photo": {"picture": True}},
}
ANA = Actor(kind=Kind.STAFF, id=uuid4(), name="Ana", roles=frozenset({Role.MANAGER}))


@pytest.fixture
def told(till: Till) -> Till:
    """A till of a programme that takes reviews, posts and photos."""
    till.programme = "told"
    till.publish(TAKES)
    return till


def at(till: Till, actor: Actor = SYSTEM, source: Source = "portal") -> Counter:
    return Counter(till.connection, actor, till.clock, PHONES, source)


def office(till: Till, actor: Actor = ANA) -> Counter:
    return at(till, actor, "backoffice")


def send(till: Till, member: UUID, kind: str = "review", **said: Any) -> ContributionRecord:
    if kind == "review":
        said = {"product": "rose", "body": "Thorny, and worth it.", **said}
    sent = Sent(said.pop("once", uuid4()), "told", kind, **said)
    return send_contribution(at(till), member_id=member, sent=sent)


def key(record: ContributionRecord) -> dict[str, UUID]:
    return {"member_id": record.member_id, "contribution_id": record.contribution_id}


def refused(deed: Any) -> str:
    with pytest.raises(Refusal) as caught:
        deed()
    return caught.value.code.value


def test_it_counts_as_of_the_instant_at_which_it_was_sent_in(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    first = send(told, vadim)
    sent_at = told.clock.now()
    assert (first.state, holds(told, vadim)) == ("waiting", 0)
    assert count_waiting(told.connection, actor=ANA, programme="told") == 1
    told.clock.advance(3 * DAY)
    second = send(told, vadim, product="tulip")
    approved = approve_contribution(office(told), **key(first))
    assert (approved.state, approved.gave, approved.decided_by) == (
        "approved",
        {"points": 20},
        "Ana",
    )
    # The limit is by the day on which each was sent, though both are approved on one.
    approve_contribution(office(told), **key(second))
    assert holds(told, vadim) == 40
    ((at_, channel),) = told.rows(
        "SELECT extract(epoch FROM occurred_at)::bigint, payload->>'channel' FROM ledger_event"
        " WHERE payload->'body'->>'product' = 'rose'"
    )
    assert (at_, channel) == (sent_at // 1_000_000, "online")
    assert (
        told.rows("SELECT action, details->>'contribution' FROM trail ORDER BY at")
        == [("contribution_approved", "review")] * 2
    )
    # The books hold no word of it.
    assert told.rows("SELECT count(*) FROM ledger_event WHERE payload::text LIKE '%%horny%%'") == [
        (0,)
    ]


def test_a_decision_is_taken_once(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    one = send(told, vadim)
    assert refused(lambda: refuse_contribution(office(told), **key(one), reason=" ")) == (
        "missing_field"
    )
    gone = refuse_contribution(office(told), **key(one), reason="Copied from elsewhere.")
    assert (gone.state, gone.reason) == ("refused", "Copied from elsewhere.")
    assert refused(lambda: approve_contribution(office(told), **key(one))) == "already_decided"
    assert refused(lambda: withdraw_contribution(office(told), **key(one), reason="x")) == (
        "already_decided"
    )
    assert refused(lambda: take_back_contribution(at(told), **key(one))) == "already_decided"
    # Another one about the same may be sent in now.
    other = send(told, vadim)
    approve_contribution(office(told), **key(other))
    assert refused(lambda: send(told, vadim)) == "already_contributed"
    assert holds(told, vadim) == 20


def test_a_withdrawal_takes_everything_back_and_leaves_its_place(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    one = approve_contribution(office(told), **key(send(told, vadim)))
    told.clock.advance(DAY)
    gone = withdraw_contribution(office(told), **key(one), reason="Taken from a book.")
    assert (gone.state, gone.reason, holds(told, vadim)) == ("withdrawn", "Taken from a book.", 0)
    approve_contribution(office(told), **key(send(told, vadim)))
    assert holds(told, vadim) == 20


def test_what_could_not_count_is_refused_when_it_is_sent(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    assert refused(lambda: send(told, vadim, body="Short")) == "contribution_not_complete"
    assert refused(lambda: send(told, vadim, product="")) == "missing_field"
    assert refused(lambda: send(told, vadim, "song")) == "unknown_contribution"
    assert refused(lambda: send(told, vadim, "post")) == "contribution_not_complete"
    assert refused(lambda: send(told, vadim, "post", link="javascript:alert(1)")) == "invalid_text"
    once = uuid4()
    first = send(told, vadim, once=once)
    assert send(told, vadim, once=once) == first
    assert refused(lambda: send(told, vadim, once=once, body="Other words.")) == "key_reused"
    assert refused(lambda: send(told, vadim, product="ROSE")) == "already_contributed"
    for number in range(MOST_WAITING - 1):
        send(told, vadim, product=f"rose {number}")
    assert refused(lambda: send(told, vadim, product="one more")) == "too_many"


def test_a_refusal_of_the_intake_changes_nothing(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    one = send(told, vadim)
    told.ok(
        told.other("contribution", "CARD000A", contribution="review", product="Rose", length=40)
    )
    assert refused(lambda: approve_contribution(office(told), **key(one))) == "already_contributed"
    assert told.rows("SELECT state FROM contribution") == [("waiting",)]
    assert told.rows("SELECT count(*) FROM trail") == [(0,)]


def test_pictures_lie_beside_the_ledger_and_go_along_with_ones_data(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    photo = send(told, vadim, "photo", picture=Picture("image/png", b"\x89PNG pixels"))
    assert get_picture(told.connection, record=photo).content == b"\x89PNG pixels"
    parts = dict(iterate_personal_data(told.connection, member_id=vadim))
    assert parts["contributions"][0]["picture"] == "iVBORyBwaXhlbHM="
    take_back_contribution(at(told), **key(photo))
    assert told.rows("SELECT count(*) FROM contribution") == [(0,)]


def test_who_may_decide_where(told: Till) -> None:
    vadim = told.enrol("CARD000A")
    told.connection.execute("UPDATE member SET store = 'quai'")
    told.connection.commit()
    one = send(told, vadim)
    elsewhere = Actor(
        kind=Kind.STAFF,
        id=uuid4(),
        name="Bo",
        roles=frozenset({Role.MANAGER}),
        stores=frozenset({"marche"}),
    )
    serving = Actor(kind=Kind.STAFF, id=uuid4(), name="Cy", roles=frozenset({Role.STAFF}))
    for actor in (elsewhere, serving):
        deed = office(told, actor)
        assert refused(lambda deed=deed: approve_contribution(deed, **key(one))) == "not_permitted"
    assert count_waiting(told.connection, actor=elsewhere, programme="told") == 0
    page = list_contributions(
        told.connection,
        actor=ANA,
        programme="told",
        wanted=ContributionFilter("waiting", "review", "THORNY"),
    )
    assert [one.contribution_id for one in page.items] == [one.contribution_id]
    entered = Sent(uuid4(), "told", "post", link="https://example.org/1")
    with pytest.raises(Refusal) as caught:
        send_contribution(office(told, serving), member_id=vadim, sent=entered)
    assert caught.value.code is Code.NOT_PERMITTED
    assert send_contribution(office(told), member_id=vadim, sent=entered).sent_by == "Ana"


def test_34_what_a_duplicate_sent_is_the_survivors(told: Till) -> None:
    kept, gone = told.enrol("CARD000A"), told.enrol("CARD000B")
    waiting = send(told, gone, product="tulip")
    told.clock.advance(DAY)
    approved = approve_contribution(office(told), **key(send(told, gone)))
    merge(told, gone, kept)
    own = list_own_contributions(told.connection, member_id=kept, programme="told")
    assert {one.contribution_id for one in own} == {
        waiting.contribution_id,
        approved.contribution_id,
    }
    approve_contribution(office(told), **key(waiting))
    assert holds(told, kept) == 40
    withdraw_contribution(office(told), **key(approved), reason="Copied.")
    assert holds(told, kept) == 20
    assert refused(lambda: send(told, kept, product="Tulip")) == "already_contributed"


def test_texts_and_links_are_read_as_they_are_meant() -> None:
    assert read_body(" one\r\ntwo\x00\x1b[31m\rthree ") == "one\ntwo[31m\nthree"
    assert read_link(" https://example.org/a?b=1 ") == "https://example.org/a?b=1"
    for wrong in (
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a.b/ c",
        "https://u@a.b",
    ):
        assert refused(lambda wrong=wrong: read_link(wrong)) == "invalid_text"
