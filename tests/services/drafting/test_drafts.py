"""Drafts: written by several without loss, reviewed by somebody else, and made versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from habitue.domain.access import Actor, Role
from habitue.domain.drafts import State
from habitue.domain.programme.canonical import plain_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY
from habitue.selectors.drafts import (
    DraftRecord,
    get_draft,
    get_revision,
    list_drafts,
    list_revisions,
    needs_review,
)
from habitue.selectors.programmes import get_one_compiled, get_version
from habitue.services.drafting.reviewing import offer_draft, review_draft, set_review_rule
from habitue.services.drafting.scheduling import cancel_version, schedule_draft
from habitue.services.drafting.writing import (
    change_draft,
    describe_draft,
    rebase_draft,
    start_draft,
    start_draft_of,
    withdraw_draft,
)
from habitue.services.programmes import publish_version
from tests.services.access.cast import (
    ANALYST,
    QUAI_OWNER,
    acting,
    actor,
    at_once,
    colleague,
    open_stores,
    refused,
    trail,
)
from tests.services.people import NOW
from tests.services.till import CORNER
from tests.support.database import DatabaseForTests

Connection = psycopg.Connection[Any]

ANN, BEN = actor(Role.OWNER, name="Ann"), actor(Role.MANAGER, name="Ben")


def giving(points: int) -> dict[str, Any]:
    """The corner's document, with so many points for an euro."""
    return CORNER | {
        "earn": {"base": {"on": "purchase", "give": {"points": points, "per": "1.00"}}}
    }


def begun(connection: Connection, who: Actor = ANN) -> DraftRecord:
    """A draft of the corner's first version."""
    publish_version(connection, document=CORNER, now=NOW - DAY, actor="test")
    return start_draft_of(connection, actor=who, code="corner", name="Summer", now=NOW)


def saved(connection: Connection, draft: DraftRecord, who: Actor, points: int) -> DraftRecord:
    """The draft after somebody saved another rate."""
    return change_draft(
        connection,
        actor=who,
        draft_id=draft.draft_id,
        revision=draft.revision,
        document=giving(points),
        now=NOW,
    )


def scheduled(
    connection: Connection, draft: DraftRecord, who: Actor = ANN, **options: Any
) -> tuple[int, int]:
    """The number of the version that the draft became, and when it takes effect."""
    done, _moved = schedule_draft(
        connection,
        actor=who,
        draft_id=draft.draft_id,
        revision=draft.revision,
        clock=FixedClock(NOW),
        **options,
    )
    return done.number, done.effective_at


def test_a_draft_keeps_every_revision_and_who_saved_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        assert (draft.base_number, draft.revision, draft.state) == (1, 1, State.OPEN)
        later = saved(connection, draft, BEN, 2)
        assert saved(connection, later, BEN, 2) == later
        found = list_revisions(connection, draft_id=draft.draft_id)
        assert [(one.revision, one.author_name) for one in found] == [(2, "Ben"), (1, "Ann")]
        assert found[0].document == plain_document(giving(2))
        assert trail(connection) == [
            ("Ann", "draft_started", "Summer"),
            ("Ben", "draft_changed", "Summer"),
        ]


def test_the_order_of_names_is_kept(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        document = dict(reversed(giving(2).items()))
        draft = start_draft(connection, actor=ANN, name="New", document=document, now=NOW)
        kept = get_revision(connection, draft_id=draft.draft_id, revision=1).document
        assert list(kept) == list(document)


def test_of_two_saves_of_one_revision_exactly_one_wins(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
    outcomes = at_once(
        database,
        lambda connection: saved(connection, draft, ANN, 2).revision,
        lambda connection: saved(connection, draft, BEN, 3).revision,
    )
    assert sorted(map(str, outcomes)) == ["2", "draft_changed"]
    with database.connect(autocommit=True) as connection:
        winner = 2 if outcomes[0] == 2 else 3
        found = list_revisions(connection, draft_id=draft.draft_id)
        assert [one.document for one in found] == [
            plain_document(giving(winner)),
            plain_document(CORNER),
        ]


def test_a_draft_is_scheduled_once_though_two_ask_at_the_same_time(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        draft = saved(connection, begun(connection), ANN, 2)
    verbs: list[Callable[..., object]] = [
        lambda connection: scheduled(connection, draft, ANN)[0],
        lambda connection: scheduled(connection, draft, BEN)[0],
    ]
    assert sorted(map(str, at_once(database, *verbs))) == ["2", "draft_not_open"]


def test_what_is_scheduled_takes_effect_at_its_instant(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = saved(connection, begun(connection), ANN, 2)
        assert scheduled(connection, draft, effective_at=NOW + DAY) == (2, NOW + DAY)
        compiled = get_one_compiled(connection, code="corner")
        assert [compiled.number_at(at) for at in (NOW, NOW + DAY)] == [1, 2]
        assert get_version(connection, code="corner").published_by == "Ann"
        found = get_draft(connection, actor=ANN, draft_id=draft.draft_id)
        assert (found.state, found.published_number) == (State.SCHEDULED, 2)
        assert trail(connection)[-1] == ("Ann", "programme_published", "corner")


def test_what_is_scheduled_can_be_called_off_before_it_takes_effect(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        draft = saved(connection, begun(connection), ANN, 2)
        scheduled(connection, draft, effective_at=NOW + DAY)
        done = cancel_version(connection, actor=BEN, code="corner", number=2, clock=FixedClock(NOW))
        assert (done.number, done.effective_at) == (3, NOW)
        compiled = get_one_compiled(connection, code="corner")
        assert [compiled.number_at(at) for at in (NOW, NOW + DAY, NOW + 9 * DAY)] == [3, 3, 3]
        assert get_version(connection, code="corner").document == plain_document(CORNER)
        # The draft can be changed and scheduled again, upon the version that took its place.
        found = get_draft(connection, actor=ANN, draft_id=draft.draft_id)
        assert (found.state, found.base_number) == (State.OPEN, 3)
        assert scheduled(connection, found)[0] == 4


def test_calling_off_leaves_what_was_to_come_before(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        begun(connection)
        for points, days in ((2, 1), (3, 5)):
            publish_version(
                connection,
                document=giving(points),
                now=NOW,
                actor="test",
                effective_at=NOW + days * DAY,
            )
        cancel_version(connection, actor=ANN, code="corner", number=3, clock=FixedClock(NOW))
        compiled = get_one_compiled(connection, code="corner")
        rates = [
            plain_document(
                get_version(
                    connection, code="corner", number=compiled.number_at(NOW + days * DAY)
                ).document
            )["earn"]["base"]["give"]["points"]
            for days in (0, 1, 9)
        ]
        assert rates == [1, 2, 2]


def test_what_is_in_effect_or_alone_or_old_is_not_called_off(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        begun(connection)

        def cancel(number: int) -> tuple[str, str]:
            return refused(
                lambda: cancel_version(
                    connection, actor=ANN, code="corner", number=number, clock=FixedClock(NOW)
                )
            )

        assert cancel(1) == ("version_conflict", "version")
        publish_version(connection, document=giving(2), now=NOW, actor="test")
        assert cancel(2) == ("too_long_ago", "version")
        assert cancel(1) == ("version_conflict", "version")


def test_a_draft_never_undoes_a_version_that_it_has_not_seen(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = saved(connection, begun(connection), ANN, 2)
        publish_version(connection, document=giving(3), now=NOW, actor="test")
        assert refused(lambda: scheduled(connection, draft)) == ("version_conflict", "")
        rebase_draft(
            connection, actor=ANN, draft_id=draft.draft_id, revision=draft.revision, number=2
        )
        assert scheduled(connection, draft)[0] == 3


def test_a_draft_of_an_earlier_version_goes_back_to_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        begun(connection)
        publish_version(connection, document=giving(2), now=NOW, actor="test")
        back = start_draft_of(connection, actor=ANN, code="corner", name="Back", number=1, now=NOW)
        assert back.base_number == 2
        assert scheduled(connection, back)[0] == 3
        assert get_version(connection, code="corner").document == plain_document(CORNER)


def test_a_draft_that_changes_nothing_is_not_scheduled(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        assert refused(lambda: scheduled(connection, draft)) == ("version_conflict", "version")
        assert get_draft(connection, actor=ANN, draft_id=draft.draft_id).state is State.OPEN


def test_a_faulty_document_may_be_kept_but_not_take_effect(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        faulty = CORNER | {"earn": {"base": {"on": "purchase"}}}
        draft = change_draft(
            connection, actor=ANN, draft_id=draft.draft_id, revision=1, document=faulty, now=NOW
        )
        with pytest.raises(InvalidDocument):
            scheduled(connection, draft)
        with pytest.raises(InvalidDocument):
            offer_draft(
                connection, actor=ANN, draft_id=draft.draft_id, revision=draft.revision, now=NOW
            )
        assert get_one_compiled(connection, code="corner").latest_number == 1
        assert get_draft(connection, actor=ANN, draft_id=draft.draft_id).state is State.OPEN


# --- review ---------------------------------------------------------------------------------------


def test_a_second_person_approves_where_the_owner_requires_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        ann = acting(colleague(connection, "Ann", Role.OWNER))
        ben = acting(colleague(connection, "Ben", Role.MANAGER))
        draft = saved(connection, begun(connection, ann), ann, 2)
        set_review_rule(connection, actor=ann, code="corner", needed=True, now=NOW)
        assert needs_review(connection, code="corner")
        named: dict[str, Any] = {"draft_id": draft.draft_id, "revision": draft.revision, "now": NOW}

        assert refused(lambda: scheduled(connection, draft, ann, alone=True))[0] == "review_needed"
        offer_draft(connection, actor=ann, **named)
        own = refused(lambda: review_draft(connection, actor=ann, approve=True, **named))
        assert own[0] == "review_needed"
        review_draft(connection, actor=ben, approve=True, **named)
        found = get_draft(connection, actor=ann, draft_id=draft.draft_id)
        assert (found.state, found.reviewer_name) == (State.APPROVED, "Ben")
        assert scheduled(connection, found, ann)[0] == 2


def test_an_approval_covers_the_revision_that_was_read(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        ann = acting(colleague(connection, "Ann", Role.OWNER))
        ben = acting(colleague(connection, "Ben", Role.MANAGER))
        draft = saved(connection, begun(connection, ann), ann, 2)
        set_review_rule(connection, actor=ann, code="corner", needed=True, now=NOW)
        named: dict[str, Any] = {"draft_id": draft.draft_id, "revision": draft.revision, "now": NOW}
        offer_draft(connection, actor=ann, **named)
        review_draft(connection, actor=ben, approve=True, **named)
        changed = saved(connection, draft, ann, 9)
        assert changed.state is State.OPEN
        assert refused(lambda: scheduled(connection, changed, ann))[0] == "review_needed"


def test_what_is_sent_back_says_why_and_can_be_offered_again(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        ann = acting(colleague(connection, "Ann", Role.OWNER))
        draft = begun(connection, BEN)
        named: dict[str, Any] = {"draft_id": draft.draft_id, "revision": draft.revision, "now": NOW}
        offer_draft(connection, actor=BEN, **named)
        review_draft(connection, actor=ann, approve=False, remark="Too dear.", **named)
        found = get_draft(connection, actor=ann, draft_id=draft.draft_id)
        assert (found.state, found.remark) == (State.SENT_BACK, "Too dear.")
        offer_draft(connection, actor=BEN, **named)
        assert get_draft(connection, actor=ann, draft_id=draft.draft_id).remark == ""


def test_whoever_is_alone_says_so_and_goes_on(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        ann = acting(colleague(connection, "Ann", Role.OWNER))
        # Somebody of one store, or who only reads, cannot approve what holds everywhere.
        open_stores(connection)
        colleague(connection, "Ben", Role.MANAGER, stores=("quai",))
        colleague(connection, "Greta", Role.ANALYST)
        draft = saved(connection, begun(connection, ann), ann, 2)
        set_review_rule(connection, actor=ann, code="corner", needed=True, now=NOW)
        assert refused(lambda: scheduled(connection, draft, ann))[0] == "review_needed"
        assert scheduled(connection, draft, ann, alone=True)[0] == 2


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ANALYST, actor(Role.STAFF), actor(Role.DEVELOPER)])
def test_who_may_not_write_changes_no_draft(database: DatabaseForTests, who: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        named: dict[str, Any] = {"actor": who, "draft_id": draft.draft_id, "revision": 1}
        verbs: list[Callable[[], object]] = [
            lambda: start_draft_of(connection, actor=who, code="corner", name="X", now=NOW),
            lambda: start_draft(connection, actor=who, name="X", document=giving(2), now=NOW),
            lambda: change_draft(connection, document=giving(2), now=NOW, **named),
            lambda: describe_draft(connection, name="X", notes="", **named),
            lambda: rebase_draft(connection, number=1, **named),
            lambda: withdraw_draft(connection, now=NOW, **named),
            lambda: offer_draft(connection, now=NOW, **named),
            lambda: review_draft(connection, approve=True, now=NOW, **named),
            lambda: schedule_draft(connection, clock=FixedClock(NOW), **named),
            lambda: cancel_version(
                connection, actor=who, code="corner", number=1, clock=FixedClock(NOW)
            ),
            lambda: set_review_rule(connection, actor=who, code="corner", needed=True, now=NOW),
        ]
        before = (trail(connection), get_draft(connection, actor=ANN, draft_id=draft.draft_id))
        assert {refused(verb)[0] for verb in verbs} == {"not_permitted"}
        assert before == (
            trail(connection),
            get_draft(connection, actor=ANN, draft_id=draft.draft_id),
        )


def test_whoever_works_in_some_stores_writes_but_brings_nothing_into_effect(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        draft = saved(connection, begun(connection, QUAI_OWNER), QUAI_OWNER, 2)
        assert refused(lambda: scheduled(connection, draft, QUAI_OWNER)) == (
            "not_permitted",
            "stores",
        )


def test_whoever_owns_one_programme_sees_no_draft_of_another(database: DatabaseForTests) -> None:
    other = actor(Role.OWNER, programmes=("harbour",))
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        assert list_drafts(connection, actor=other) == []
        for verb in (
            lambda: get_draft(connection, actor=other, draft_id=draft.draft_id),
            lambda: get_draft(connection, actor=ANN, draft_id=uuid4()),
            lambda: saved(connection, draft, other, 2),
        ):
            assert refused(verb) == ("unknown_draft", "draft")
        code = refused(
            lambda: start_draft_of(connection, actor=other, code="corner", name="X", now=NOW)
        )
        assert code[0] == "not_permitted"


def test_a_draft_given_up_stays_readable_and_unchanged(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        withdraw_draft(connection, actor=BEN, draft_id=draft.draft_id, revision=1, now=NOW)
        assert get_draft(connection, actor=ANN, draft_id=draft.draft_id).state is State.WITHDRAWN
        assert refused(lambda: saved(connection, draft, ANN, 2)) == ("draft_not_open", "draft")


def test_a_document_of_another_programme_is_not_saved(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        draft = begun(connection)
        other = giving(2) | {"programme": "harbour"}
        assert refused(
            lambda: change_draft(
                connection, actor=ANN, draft_id=draft.draft_id, revision=1, document=other, now=NOW
            )
        ) == ("version_conflict", "programme")
        assert refused(
            lambda: start_draft(connection, actor=ANN, name="X", document=CORNER, now=NOW)
        ) == ("version_conflict", "programme")
