"""Links let in whom they were made for, once, and for a while."""

from __future__ import annotations

import pytest

from habitue.kit.ids import new_id
from habitue.kit.instants import HOUR
from habitue.services.access.links import Link, make_link, read_link, use_link, withdraw_links
from tests.services.access.cast import Connection, at_once, everything, refused
from tests.services.people import NOW
from tests.support.database import DatabaseForTests

SOMEBODY = new_id(NOW)
INVITATION = Link("staff", SOMEBODY, "invitation", single_use=True)


def link(connection: Connection, made: Link = INVITATION) -> str:
    return make_link(
        connection,
        kind=made.kind,
        subject_id=made.subject_id,
        purpose=made.purpose,
        single_use=made.single_use,
        now=NOW,
        expires_at=NOW + HOUR,
    )


def test_a_link_is_looked_at_often_and_used_once(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        token = link(connection)
        for _ in range(2):
            assert read_link(connection, token=token, now=NOW) == INVITATION
        assert use_link(connection, token=token, now=NOW) == INVITATION
        before = everything(connection)
        assert refused(lambda: use_link(connection, token=token, now=NOW)) == ("link_not_valid", "")
        assert refused(lambda: read_link(connection, token=token, now=NOW))[0] == "link_not_valid"
        assert everything(connection) == before


def test_a_link_for_many_is_used_by_many(database: DatabaseForTests) -> None:
    shown = Link("member", SOMEBODY, "demonstration", single_use=False)
    with database.connect(autocommit=True) as connection:
        token = link(connection, shown)
        for _ in range(3):
            assert use_link(connection, token=token, now=NOW) == shown
        assert read_link(connection, token=token, now=NOW) == shown


def test_a_link_runs_out(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for made in (INVITATION, Link("member", SOMEBODY, "demonstration", single_use=False)):
            token = link(connection, made)
            for verb in (read_link, use_link):
                assert refused(lambda v=verb, t=token: v(connection, token=t, now=NOW + HOUR)) == (
                    "link_not_valid",
                    "",
                )
            assert use_link(connection, token=token, now=NOW + HOUR - 1) == made


@pytest.mark.parametrize("token", ["", "x", "' OR true --", "\u202e", "a" * 10_000])
def test_what_is_no_link_is_refused_like_one_that_was_used(
    database: DatabaseForTests, token: str
) -> None:
    with database.connect(autocommit=True) as connection:
        link(connection)
        before = everything(connection)
        for verb in (read_link, use_link):
            assert refused(lambda v=verb: v(connection, token=token, now=NOW)) == (
                "link_not_valid",
                "",
            )
        assert everything(connection) == before


def test_of_two_who_use_a_link_for_one_one_comes_in(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for _ in range(5):
            token = link(connection)
            outcomes = at_once(database, *[lambda c, t=token: use_link(c, token=t, now=NOW)] * 2)
            assert sorted(outcomes, key=str) == [INVITATION, "link_not_valid"]


def test_links_of_somebody_are_withdrawn(database: DatabaseForTests) -> None:
    shown = Link("staff", SOMEBODY, "demonstration", single_use=False)
    others = (
        Link("staff", new_id(NOW), "invitation", single_use=True),
        Link("member", SOMEBODY, "invitation", single_use=True),
    )
    with database.connect(autocommit=True) as connection:
        first, second = link(connection), link(connection, shown)
        kept = [link(connection, other) for other in others]
        withdraw_links(connection, kind="staff", subject_id=SOMEBODY, purpose="invitation")
        assert refused(lambda: read_link(connection, token=first, now=NOW))[0] == "link_not_valid"
        assert read_link(connection, token=second, now=NOW) == shown
        withdraw_links(connection, kind="staff", subject_id=SOMEBODY)
        assert refused(lambda: read_link(connection, token=second, now=NOW))[0] == "link_not_valid"
        assert tuple(read_link(connection, token=one, now=NOW) for one in kept) == others


def test_tokens_are_long_differ_and_are_not_stored(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        tokens = {link(connection) for _ in range(20)}
        stored = str(connection.execute("SELECT l::text FROM sign_in_link l").fetchall())
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens)
    assert not any(token in stored or token.encode().hex() in stored for token in tokens)
