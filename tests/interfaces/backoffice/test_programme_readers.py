"""Who has read the rules: seen by whoever leads the staff, as far as they lead them."""

from __future__ import annotations

from habitue.kit.instants import HOUR
from habitue.services.programmes import publish_version
from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import OUTSIDE, ROOM, colleague, cost
from tests.interfaces.pages import CAST, DOCUMENT, HERE, World

PAGE = f"{ROOM}programme/readers/"
CONFIRM = "/terminal/rules/read/"


def test_the_manager_sees_who_has_read_them_and_who_has_not(world: World) -> None:
    words = opened(world.browser("owner"), PAGE).words
    assert "4 colleagues have still to read it." in words
    world.browser("staff").post(CONFIRM, {"number": "1"})
    words = opened(world.browser("owner"), PAGE).words
    assert "3 colleagues have still to read it." in words
    # Those who have still to read it come first.
    assert words.index("Manager not yet") < words.index("Staff version 1, read")
    # Who does not serve need not read them.
    assert "Analyst" not in words
    for who in ("owner", "manager", "elsewhere"):
        world.browser(who).post(CONFIRM, {"number": "1"})
    assert "Everybody has read it." in opened(world.browser("owner"), PAGE).words


def test_a_new_version_is_to_be_read_anew_and_told(world: World) -> None:
    world.browser("staff").post(CONFIRM, {"number": "1"})
    earn = DOCUMENT["earn"] | {"welcome": {"on": "enrolment", "give": {"points": 30}}}
    publish_version(
        world.connection, document=DOCUMENT | {"earn": earn}, now=world.clock.now(), actor="x"
    )
    world.clock.advance(HOUR)
    words = opened(world.browser("owner"), PAGE).words
    assert "4 colleagues have still to read it." in words
    assert "Staff version 1, read" in words
    assert "Until now: 20 points for joining. From now on: 30 points for joining." in words


def test_a_manager_of_one_store_sees_those_of_that_store(world: World) -> None:
    words = opened(world.browser("manager"), PAGE).words
    assert "Staff" in words
    assert "Elsewhere" not in words


def test_whoever_left_or_serves_elsewhere_need_not_read_them(world: World) -> None:
    colleague(world, "Gone", ["staff"], [HERE])
    colleague(world, "Alpine", ["staff"], [HERE])
    world.connection.execute(
        "UPDATE staff SET is_active = false WHERE staff_id = %s", [world.staff["gone"]]
    )
    world.connection.execute(
        "UPDATE staff SET programmes = '{alps}' WHERE staff_id = %s", [world.staff["alpine"]]
    )
    words = opened(world.browser("owner"), PAGE).words
    assert "Gone" not in words
    assert "Alpine" not in words


def test_only_whoever_may_see_the_staff_sees_it(world: World) -> None:
    for who in (*CAST, *OUTSIDE):
        answer = world.browser(who).get(PAGE)
        expected = (
            302 if who in OUTSIDE else 200 if who in ("owner", "manager", "elsewhere") else 403
        )
        assert answer.status_code == expected, who
    assert "Read by" not in opened(world.browser("analyst"), f"{ROOM}programme/").words


def test_many_colleagues_cost_no_more_than_few(world: World) -> None:
    few = cost(world.browser("owner"), PAGE)
    for number in range(20):
        colleague(world, f"Colleague{number}", ["staff"], [HERE])
    assert cost(world.browser("owner"), PAGE) == few
