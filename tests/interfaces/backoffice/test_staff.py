"""Colleagues: invited, changed, sent away and taken back, by whoever may, in their stores."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import (
    NO_NAMES,
    ODD_NAMES,
    OUTSIDE,
    ROOM,
    colleague,
    cost,
    escaped,
    led_to,
)
from tests.interfaces.pages import HERE, THERE, World
from tests.interfaces.reading import read_page, shows

STAFF = f"{ROOM}staff/"
NEW = f"{STAFF}new/"
PARTS = ("", "pin/", "invite/", "activity/", "sessions/")


def of(world: World, who: str, part: str = "") -> str:
    """The page of a colleague, or where one of its forms goes."""
    return f"{STAFF}{world.staff[who]}/{part}"


def known(world: World, who: str) -> tuple[Any, ...]:
    """What is stored of somebody."""
    (row,) = world.rows(
        "SELECT name, roles, stores, language, is_active, pin_hash <> '' FROM staff"
        " WHERE staff_id = %s",
        [world.staff[who]],
    )
    return row


def deeds(world: World) -> list[tuple[Any, ...]]:
    """What people did, in order."""
    return world.rows(
        "SELECT action, actor_name, subject_name FROM trail WHERE actor_kind = 'staff'"
        " ORDER BY at, trail_id"
    )


def filled(**fields: Any) -> dict[str, Any]:
    """A form of a new colleague."""
    return {
        "name": "Camille Roux",
        "email": "camille@habitue.example",
        "roles": ["staff"],
        "stores": [HERE],
        "language": "fr",
    } | fields


# --- who is seen ----------------------------------------------------------------------------------


def test_the_list_says_who_works_here_where_and_as_what(world: World) -> None:
    page = opened(world.browser("owner"), STAFF)
    assert "Owner owner@habitue.example Owner all invited" in page.words
    assert "Manager manager@habitue.example Manager Café du Quai invited" in page.words
    assert page.links["Elsewhere"] == of(world, "elsewhere")
    assert "New colleague" in page.links


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("MANAG", {"Manager"}),
        ("elsewhere@", {"Elsewhere"}),
        ("nobody at all", set()),
        ("\x00" * 300, set()),
        ("  ", {"Owner", "Manager", "Elsewhere", "Staff", "Analyst", "Developer"}),
    ],
    ids=["name", "address", "nobody", "nul", "blank"],
)
def test_somebody_is_found_by_name_or_address(world: World, query: str, names: set[str]) -> None:
    answer = world.browser("owner").get(STAFF, {"q": query}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert read_page(answer).links.keys() == names


@pytest.mark.parametrize(
    ("who", "names"), [("manager", {"Manager", "Staff"}), ("elsewhere", {"Elsewhere"})]
)
def test_a_manager_sees_who_works_in_the_same_stores(
    world: World, who: str, names: set[str]
) -> None:
    page = opened(world.browser(who), STAFF)
    cast = {name.capitalize() for name in world.staff}
    assert cast & page.links.keys() - {"Staff"} == names - {"Staff"}
    assert ("Staff staff@habitue.example" in page.words) == ("Staff" in names)
    assert "New colleague" not in page.links


def test_a_manager_reads_a_colleague_and_changes_nothing(world: World) -> None:
    page = opened(world.browser("manager"), of(world, "staff"))
    assert "Roles Staff at the till Stores Café du Quai" in page.words
    own = {"/language/", "/look/", "/account/sign-out/"}
    assert {form.action for form in page.forms} <= own


# --- added and invited ----------------------------------------------------------------------------


def test_a_colleague_is_added_and_gets_a_link_that_opens_once(world: World) -> None:
    browser = world.browser("owner")
    answer = browser.post(NEW, filled())
    page = read_page(answer)
    assert (answer.status_code, page.headings) == (200, ["Invitation"])
    ((to, subject, text),) = world.mails.sent
    assert (to, subject) == ("camille@habitue.example", "Votre invitation")
    ((found,),) = world.rows("SELECT staff_id FROM staff WHERE email = %s", [to])
    world.staff["camille"] = found
    assert known(world, "camille") == ("Camille Roux", ["staff"], [HERE], "fr", True, False)
    link = next(word for word in text.split() if word.startswith("http"))
    assert link in page.words
    path = link.partition("localhost")[2]
    assert world.browser().get(path).status_code == 200
    assert [(action, name) for action, _, name in deeds(world)] == [
        ("staff_added", "Camille Roux"),
        ("staff_invited", "Camille Roux"),
    ]
    assert path.rstrip("/").rpartition("/")[2] not in str(world.everything())


def test_a_new_invitation_makes_the_earlier_one_worthless(world: World) -> None:
    browser = world.browser("owner")
    for _ in range(2):
        assert browser.post(of(world, "staff", "invite/")).status_code == 200
    paths = [
        word.partition("localhost")[2]
        for _, _, text in world.mails.sent
        for word in text.split()
        if word.startswith("http")
    ]
    assert [world.browser().get(path).status_code for path in paths] == [422, 200]


def test_the_same_form_twice_makes_one_colleague(world: World) -> None:
    browser = world.browser("owner")
    browser.post(NEW, filled())
    before = world.everything()
    again = browser.post(NEW, filled(email="CAMILLE@habitue.example "))
    assert again.status_code == 422
    assert "camille@habitue.example" in read_page(again).words
    assert world.everything() == before
    assert len(world.mails.sent) == 1


WRONG: dict[str, dict[str, Any]] = {
    "no-role": {"roles": []},
    "no-such-role": {"roles": ["emperor"]},
    "long-role": {"roles": ["o" * 10_000]},
    "no-such-store": {"stores": ["nowhere"]},
    "nul-store": {"stores": ["\x00"]},
    "no-language": {"language": "tlh"},
    "no-address": {"email": "camille"},
    "long-address": {"email": "a" * 10_000 + "@habitue.example"},
    "nul-address": {"email": "a\x00@habitue.example"},
    "turned-address": {"email": "\u202ea@habitue.example"},
    "two-addresses": {"email": "a@habitue.example\nbcc: b@habitue.example"},
    **{f"name-{word}": {"name": text} for word, text in NO_NAMES.items()},
}


def test_what_is_wrong_is_sent_back_and_nothing_is_done(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    found = {word: browser.post(NEW, filled(**WRONG[word])).status_code for word in WRONG}
    assert found == dict.fromkeys(WRONG, 422)
    # The address stands in the form of a new colleague alone.
    fit = [word for word in WRONG if "email" not in WRONG[word]]
    path = of(world, "staff")
    found = {word: browser.post(path, filled(**WRONG[word])).status_code for word in fit}
    assert found == dict.fromkeys(fit, 422)
    assert world.everything() == before
    assert not world.mails.sent


def test_an_odd_name_is_a_name_and_nothing_else(world: World) -> None:
    browser = world.browser("owner")
    for word, text in ODD_NAMES.items():
        answer = browser.post(NEW, filled(name=text, email=f"{word}@habitue.example"))
        assert (answer.status_code, b"<script>alert" in answer.content) == (200, False), word
    for path in (STAFF, f"{ROOM}trail/"):
        assert [text for text in ODD_NAMES.values() if not escaped(browser, path, text)] == []


# --- changed --------------------------------------------------------------------------------------


def test_roles_and_stores_are_changed_and_told(world: World) -> None:
    browser = world.browser("owner")
    path = of(world, "staff")
    answer = browser.post(path, filled(name="Staff", roles=["staff", "analyst"], stores=[THERE]))
    assert led_to(answer) == path
    assert known(world, "staff")[:4] == ("Staff", ["analyst", "staff"], [THERE], "fr")
    assert deeds(world) == [("staff_changed", "Owner", "Staff")]
    # From the next page on.
    theirs = world.browser("staff")
    assert theirs.get(f"{ROOM}overview/").status_code == 200
    assert theirs.get(f"{ROOM}members/{world.members['vadim']}/").status_code == 403


def test_saving_what_stands_there_changes_nothing(world: World) -> None:
    world.connection.execute(
        "UPDATE staff SET language = '' WHERE staff_id = %s", [world.staff["analyst"]]
    )
    browser = world.browser("owner")
    before = world.everything()
    for who in ("owner", "staff", "analyst"):
        name, roles, stores, *_ = known(world, who)
        page = opened(browser, of(world, who))
        (form,) = (one for one in page.forms if not one.action and "roles" in one.fields)
        fields = form.fields | {"roles": roles, "stores": stores}
        assert fields["name"] == name
        assert led_to(browser.post(of(world, who), fields)) == of(world, who)
    assert world.everything() == before


@pytest.mark.parametrize(
    "fields",
    [{"roles": ["manager"], "stores": []}, {"roles": ["owner"], "stores": [HERE]}],
    ids=["demoted", "bound"],
)
def test_the_last_owner_stays_the_owner(world: World, fields: dict[str, Any]) -> None:
    browser = world.browser("owner")
    before = world.everything()
    answer = browser.post(of(world, "owner"), filled(name="Owner", **fields))
    assert answer.status_code == 422
    assert "last owner" in read_page(answer).words
    assert browser.post(of(world, "owner", "activity/")).status_code == 422
    assert world.everything() == before


def test_of_two_owners_one_may_go(world: World) -> None:
    colleague(world, "Second", ["owner"], [])
    browser = world.browser("owner")
    assert led_to(browser.post(of(world, "second", "activity/"))) == of(world, "second")
    before = world.everything()
    # One who was sent away owns nothing any more.
    assert browser.post(of(world, "owner", "activity/")).status_code == 422
    assert world.everything() == before


# --- who may not ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "elsewhere", "analyst", "developer", *OUTSIDE])
def test_nobody_but_an_owner_makes_an_owner_or_anybody(world: World, who: str) -> None:
    browser = world.browser(who)
    before = world.everything()
    # Their own page too: nobody raises themself.
    for whom in ("staff", who if who in world.staff else "staff", "owner"):
        for part in PARTS:
            answer = browser.post(of(world, whom, part), filled(roles=["owner"], pin="2580"))
            assert answer.status_code in (302, 403, 404), (whom, part)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/account/")
    assert browser.post(NEW, filled(roles=["owner"], stores=[])).status_code in (302, 403)
    assert world.everything() == before
    assert not world.mails.sent


def test_an_owner_of_one_store_reaches_no_further(world: World) -> None:
    colleague(world, "Bound", ["owner"], [HERE])
    colleague(world, "Both", ["staff"], [HERE, THERE])
    browser = world.browser("bound")
    before = world.everything()
    for whom in ("elsewhere", "owner", "analyst", "both"):
        assert browser.get(of(world, whom)).status_code == 404
        for part in PARTS:
            answer = browser.post(of(world, whom, part), filled(pin="2580"))
            assert answer.status_code in (404, 422), (whom, part)
    assert world.everything() == before


def test_an_owner_of_one_store_gives_no_other(world: World) -> None:
    colleague(world, "Bound", ["owner"], [HERE])
    browser = world.browser("bound")
    before = world.everything()
    for stores in ([], [THERE], [HERE, THERE]):
        for path in (NEW, of(world, "staff")):
            assert browser.post(path, filled(stores=stores)).status_code in (403, 422)
    assert world.everything() == before
    assert browser.post(NEW, filled()).status_code == 200


def bound_to_a_programme(world: World) -> None:
    """An owner of everything that belongs to one programme; one who works in it; all others are of
    every programme there is."""
    for name, role in (("Bound", "owner"), ("Fellow", "staff")):
        colleague(world, name, [role], [])
        world.connection.execute(
            "UPDATE staff SET programmes = %s WHERE staff_id = %s",
            [["corner"], world.staff[name.casefold()]],
        )


def test_an_owner_of_one_programme_reaches_no_further(world: World) -> None:
    bound_to_a_programme(world)
    browser = world.browser("bound")
    before = world.everything()
    # The link of an invitation is shown: whoever could invite an owner could become one.
    for whom in ("owner", "manager", "analyst"):
        assert browser.get(of(world, whom)).status_code == 404, whom
        for part in PARTS:
            answer = browser.post(of(world, whom, part), filled(pin="2580"))
            assert answer.status_code in (404, 422), (whom, part)
    assert world.everything() == before
    assert not world.mails.sent
    links = opened(browser, STAFF).links
    assert {"Bound", "Fellow"} <= links.keys()
    assert not {"Owner", "Manager", "Analyst"} & links.keys()


def test_an_owner_of_one_programme_adds_and_changes_whom_it_has(world: World) -> None:
    bound_to_a_programme(world)
    browser = world.browser("bound")
    assert browser.post(NEW, filled()).status_code == 200
    path = of(world, "fellow")
    assert led_to(browser.post(path, filled(name="Friend", stores=[]))) == path
    assert world.rows(
        "SELECT name, programmes FROM staff WHERE name IN ('Camille Roux', 'Friend') ORDER BY name"
    ) == [("Camille Roux", ["corner"]), ("Friend", ["corner"])]


# --- PIN, sessions, and the end -------------------------------------------------------------------


def test_a_pin_is_given_and_taken_away_and_never_shown(world: World) -> None:
    browser = world.browser("owner")
    path = of(world, "staff")
    for pin, has in (("2580", True), ("", False)):
        assert led_to(browser.post(f"{path}pin/", {"pin": pin})) == path
        assert known(world, "staff")[5] is has
        assert not shows("2580", browser.get(path).content.decode())
        part = browser.get(STAFF, {"q": "staff@"}, headers={"HX-Request": "true"})
        assert ("PIN" in read_page(part).words) is has
    assert deeds(world) == [("pin_set", "Owner", "Staff")] * 2
    assert not shows("2580", str(world.everything()))


def test_a_pin_that_is_none_is_sent_back(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for pin in ("12", "abcd", "1234567", "1111", "1234", "9" * 10_000, "\x00", "٢٥٨٠"):
        answer = browser.post(of(world, "staff", "pin/"), {"pin": pin})
        assert answer.status_code == 422, pin[:9]
    assert world.everything() == before


def test_a_pin_that_is_taken_is_not_given_again(world: World) -> None:
    browser = world.browser("owner")
    browser.post(of(world, "staff", "pin/"), {"pin": "2580"})
    before = world.everything()
    assert browser.post(of(world, "manager", "pin/"), {"pin": "2580"}).status_code == 422
    assert world.everything() == before


def test_whoever_is_sent_away_is_out_at_once(world: World) -> None:
    browser, theirs = world.browser("owner"), world.browser("manager")
    browser.post(of(world, "manager", "pin/"), {"pin": "2580"})
    assert theirs.get(STAFF).status_code == 200
    path = of(world, "manager")
    assert led_to(browser.post(f"{path}activity/")) == path
    assert led_to(theirs.get(STAFF)).startswith("/account/sign-in/")
    assert known(world, "manager")[4:] == (False, False)
    page = opened(browser, path)
    assert "deactivated" in page.words
    before = world.everything()
    # Nothing is left to be given to them, and a second press does nothing.
    assert browser.post(f"{path}invite/").status_code == 404
    assert browser.post(f"{path}pin/", {"pin": "2580"}).status_code == 422
    browser.post(f"{path}activity/")
    assert world.everything() == before
    browser.post(f"{path}activity/", {"again": "yes"})
    assert known(world, "manager")[4:] == (True, False)
    assert world.browser("manager").get(STAFF).status_code == 200


def test_a_colleague_is_signed_out_everywhere(world: World) -> None:
    browser, other = world.browser("owner"), world.browser("elsewhere")
    theirs = [world.browser("manager") for _ in range(2)]
    path = of(world, "manager")
    form = opened(browser, path).form(button="Sign out everywhere")
    assert led_to(browser.post(form.action, form.fields)) == path
    assert [one.get(STAFF).status_code for one in (*theirs, other, browser)] == [
        302, 302, 200, 200,
    ]  # fmt: skip
    assert "Nowhere." in opened(browser, path).words


# --- addresses of nobody --------------------------------------------------------------------------


def test_an_id_of_nobody_is_not_found(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for part in PARTS:
        for somebody in (uuid4(), UUID(int=0), world.members["vadim"]):
            answer = browser.post(f"{STAFF}{somebody}/{part}", filled(pin="2580"))
            assert answer.status_code in (404, 422)
        for text in ("x", "0" * 32, "%00", "a" * 10_000, "..%2f..", str(uuid4()).upper()):
            assert browser.get(f"{STAFF}{text}/{part}").status_code == 404
    assert world.everything() == before


# --- how much it costs ----------------------------------------------------------------------------


def test_much_staff_costs_no_more_than_little(world: World) -> None:
    browser = world.browser("owner")
    paths = (STAFF, of(world, "manager"), NEW)
    few = [cost(browser, path) for path in paths]
    for number in range(30):
        colleague(world, f"Colleague{number}", ["staff"], [HERE, THERE])
    for _ in range(5):
        world.browser("manager")
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 9
