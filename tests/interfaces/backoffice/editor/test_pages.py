"""The editor's pages: begun, changed by two people at once, checked, and brought into force."""

from __future__ import annotations

import json
from typing import Any

import pytest

from habitue.kit.instants import DAY
from habitue.services.programmes import publish_version
from tests.interfaces.backoffice.members import NASTY, opened, sent
from tests.interfaces.backoffice.rooms import ROOM, SCRIPT, colleague, cost, led_to
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.reading import read_page

DRAFTS = f"{ROOM}programme/drafts/"
VERSIONS = f"{ROOM}programme/versions/"


def begun(world: World, who: str = "owner") -> str:
    """A draft of the programme in force: the address of its page."""
    return led_to(world.browser(who).post(f"{DRAFTS}begin/", {"programme": "corner"}))


def document(world: World) -> dict[str, Any]:
    """What the latest saved revision says."""
    rows = world.rows(
        "SELECT document::text FROM draft_revision ORDER BY draft_id DESC, revision DESC LIMIT 1"
    )
    found: dict[str, Any] = json.loads(rows[0][0])
    return found


def revisions(world: World) -> int:
    """How many revisions were saved, of all drafts."""
    return int(world.rows("SELECT count(*) FROM draft_revision")[0][0])


# --- begun ----------------------------------------------------------------------------------------


def test_a_programme_is_begun_from_a_starting_point(world: World) -> None:
    browser = world.browser("manager")
    page = opened(browser, f"{DRAFTS}start/?business=cafe&reward=stamps")
    assert page.words.index("Coffee card fits") < page.words.index("Café with points")
    answer = browser.post(
        f"{DRAFTS}start/cafe-points/",
        {
            "name": "Clubul din port",
            "currency": "RON",
            "zone": "Europe/Bucharest",
            "languages": ["ro", "en"],
            "gifts": ["birthday"],
        },
    )
    words = opened(browser, led_to(answer)).words.replace("\xa0", " ")
    assert "1 point for each RON5." in words
    found = document(world)
    assert (found["programme"], found["languages"]) == ("clubul-din-port", ["ro", "en"])
    assert list(found["earn"]) == ["base", "birthday"]
    # A second one of the same name gets another code.
    again = sent(browser, f"{DRAFTS}start/bar/", button="Begin", name="Clubul din port")
    assert "clubul-din-port-2" in opened(browser, led_to(again)).words


def test_nothing_is_in_force_before_somebody_says_so(world: World) -> None:
    before = world.rows("SELECT * FROM programme_version")
    home = begun(world)
    sent(world.browser("owner"), f"{home}rules/base/", button="Save in the draft", amount="9")
    assert world.rows("SELECT * FROM programme_version") == before
    assert document(world)["earn"]["base"]["give"] == {"points": 9, "per": "1.00"}


def test_there_is_no_starting_point_of_another_name(world: World) -> None:
    assert world.browser("owner").get(f"{DRAFTS}start/nothing/").status_code == 422


# --- changed --------------------------------------------------------------------------------------


def test_an_entry_is_changed_added_and_taken_out(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    new = f"{home}rules/new/?kind=multiply"
    answer = browser.post(
        new,
        {
            "revision": 1,
            "name_en": "Quiet hours",
            "factor": "1.5",
            "weekdays": ["mon", "tue"],
            "time_from": "16:00",
            "time_until": "18:00",
            "things_mode": "all",
            "things_by": "category",
            "enabled": "on",
        },
    )
    assert led_to(answer) == home
    assert document(world)["earn"]["quiet-hours"] == {
        "name": {"en": "Quiet hours"},
        "on": "purchase",
        "multiply": "1.5",
        "when": {"weekday": ["mon", "tue"], "time": {"from": "16:00", "until": "18:00"}},
    }
    words = opened(browser, home).words
    assert "1.5 times as many points. Only if it is a Monday or Tuesday and" in words
    answer = sent(browser, f"{home}rules/quiet-hours/remove/", button="Remove")
    assert led_to(answer) == home
    assert "quiet-hours" not in document(world)["earn"]


def test_what_no_form_can_say_stays_and_is_shown_in_words(world: World) -> None:
    when = {"any": [{"weekday": "mon"}, {"store": "quai"}], "basket.amount": {"at_least": "10.00"}}
    earn = {"base": DOCUMENT["earn"]["base"] | {"when": when, "priority": 7}}
    publish_version(
        world.connection, document=DOCUMENT | {"earn": earn}, now=world.clock.now(), actor="test"
    )
    browser, home = world.browser("owner"), begun(world)
    words = opened(browser, f"{home}rules/base/").words
    assert "it is edited as text: it is a Monday or" in words
    assert "priority" in words
    sent(browser, f"{home}rules/base/", button="Save in the draft", spent="20")
    assert document(world)["earn"]["base"] == {
        **earn["base"],
        "when": {"basket.amount": {"at_least": "20"}, "any": when["any"]},
    }


def test_a_rule_of_two_gifts_is_shown_and_left_alone(world: World) -> None:
    earn = {"both": {"on": "purchase", "give": {"points": 1, "stamps": 1}}}
    publish_version(
        world.connection, document=DOCUMENT | {"earn": earn}, now=world.clock.now(), actor="test"
    )
    words = opened(world.browser("owner"), f"{begun(world)}rules/both/").words
    assert "No form can say all of this." in words
    assert "1 point and 1 stamp" in words


def test_what_members_will_read_follows_the_form(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    form = opened(browser, f"{home}rules/base/").form(button="Save in the draft").fields
    answer = browser.post(
        f"{home}rules/base/said/", form | {"amount": "3"}, headers={"hx-request": "true"}
    )
    words = read_page(answer).words
    assert "3 points for each €1." in words
    assert "A member without a tier pays €24.60. That earns 73 points." in words
    half = browser.post(f"{home}rules/base/said/", form | {"amount": ""})
    assert "Fill in what is missing" in read_page(half).words
    assert revisions(world) == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "0", "Write how many: a number above zero."),
        ("amount", "many", "Enter a number."),
        ("per", "0", "Write an amount above zero."),
        ("until", "2020-01-01", "Let it end after it begins."),
        ("things_mode", "only", "Write at least one."),
        ("turn", "every", "every fifth time is 5"),
        ("time_from", "noon", "Enter a valid value."),
    ],
)
def test_a_form_says_what_is_wrong_and_saves_nothing(
    world: World, field: str, value: str, words: str
) -> None:
    browser, home = world.browser("owner"), begun(world)
    answer = sent(
        browser,
        f"{home}rules/base/",
        button="Save in the draft",
        **{"begins": "2026-01-01", field: value},
    )
    assert answer.status_code == 422
    assert words in read_page(answer).words
    assert revisions(world) == 1


def test_a_fault_that_a_form_makes_is_refused_and_one_that_was_there_is_not_in_the_way(
    world: World,
) -> None:
    browser, home = world.browser("owner"), begun(world)
    # Two tiers with one threshold: the document refuses what no single field could.
    wrong = sent(browser, f"{home}tiers/gold/", button="Save in the draft", enter="100")
    assert wrong.status_code == 422
    assert "A higher tier needs a higher threshold" in read_page(wrong).words
    # What is used elsewhere can be taken out; the draft's page then says what is wrong.
    sent(browser, f"{home}points/points/remove/", button="Remove")
    assert "There are no such points in the programme" in opened(browser, home).words
    saved = sent(browser, f"{home}settings/books/", button="Save in the draft", claims="30")
    assert led_to(saved) == home


@pytest.mark.parametrize("nasty", [SCRIPT, *NASTY])
def test_nasty_names_are_names_or_refused(world: World, nasty: str) -> None:
    browser, home = world.browser("owner"), begun(world)
    answer = sent(browser, f"{home}rules/base/", button="Save in the draft", name_en=nasty)
    assert answer.status_code in (302, 422)
    content = browser.get(home).content
    assert b"<script>alert" not in content


# --- two people -----------------------------------------------------------------------------------


def test_whoever_saves_second_is_told_who_changed_what_and_loses_nothing(world: World) -> None:
    home = begun(world)
    ann, ben = world.browser("owner"), world.browser("manager")
    form = opened(ben, f"{home}rules/base/").form(button="Save in the draft").fields
    sent(ann, f"{home}rules/welcome/", button="Save in the draft", amount="99")
    answer = ben.post(f"{home}rules/base/", form | {"amount": "5"})
    page = read_page(answer)
    assert answer.status_code == 409
    assert "Owner changed the draft while you were at it." in page.words
    assert "now 99 points for joining." in page.words
    assert "now 5 points for each €1." in page.words
    assert document(world)["earn"]["base"]["give"]["points"] == 1
    # Their own form travels on, upon what stands there now.
    again = page.form(button="Save mine on top of it").fields
    assert led_to(ben.post(f"{home}rules/base/", again)) == home
    earn = document(world)["earn"]
    assert (earn["base"]["give"]["points"], earn["welcome"]["give"]["points"]) == (5, 99)


def test_the_text_is_not_overwritten_either(world: World) -> None:
    home = begun(world)
    ann, ben = world.browser("owner"), world.browser("manager")
    form = opened(ben, f"{home}text/").form(button="Save in the draft").fields
    sent(ann, f"{home}rules/base/", button="Save in the draft", amount="7")
    mine = form["text"].replace("Corner", "Corner two").replace("points: 20", "points: 21")
    answer = ben.post(f"{home}text/", form | {"text": mine})
    assert answer.status_code == 409
    assert document(world)["earn"]["base"]["give"]["points"] == 7


def test_an_earlier_revision_comes_back(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    page = opened(browser, f"{home}history/")
    assert "before 1 point for each €1. now 7 points for each €1." in page.words
    answer = sent(browser, f"{home}history/", button="Go back to this")
    assert led_to(answer) == home
    assert document(world)["earn"]["base"]["give"]["points"] == 1
    assert revisions(world) == 3


# --- as text --------------------------------------------------------------------------------------


def test_the_text_says_what_is_wrong_with_path_value_and_remedy(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    text = opened(browser, f"{home}text/").form(button="Save in the draft").fields["text"]
    wrong = text.replace("on: purchase", "on: purchases")
    answer = sent(browser, f"{home}text/", button="Save in the draft", text=wrong)
    words = read_page(answer).words
    assert answer.status_code == 422
    assert "This is not one of the possible choices. earn.base.on : purchases" in words
    assert "Did you mean 'purchase'?" in words
    assert revisions(world) == 1
    unreadable = sent(browser, f"{home}text/", button="Save in the draft", text="a: [b")
    assert "line 1" in read_page(unreadable).words
    # Whoever means to go on tomorrow may keep it as it is.
    form = read_page(answer).form(button="Save with its errors").fields
    assert led_to(browser.post(f"{home}text/", form | {"anyway": "yes"})) == home
    assert document(world)["earn"]["base"]["on"] == "purchases"
    assert "This is not one of the possible choices." in opened(browser, home).words


def test_a_text_of_another_programme_is_not_saved(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    text = opened(browser, f"{home}text/").form(button="Save in the draft").fields["text"]
    answer = sent(
        browser,
        f"{home}text/",
        button="Save in the draft",
        text=text.replace("programme: corner", "programme: harbour"),
    )
    assert answer.status_code == 422
    assert revisions(world) == 1


# --- into force -----------------------------------------------------------------------------------


def test_a_draft_is_scheduled_called_off_and_scheduled_again(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    page = opened(browser, f"{home}schedule/")
    assert "before 1 point for each €1. now 7 points for each €1." in page.words
    when = {"moment": "later", "day": "2026-07-01", "hour": "06:00"}
    answer = sent(browser, f"{home}schedule/", button="Bring into force", **when)
    assert led_to(answer) == f"{VERSIONS}?programme=corner"
    ((at,),) = world.rows("SELECT effective_at::text FROM programme_version WHERE number = 2")
    assert at == "2026-07-01 04:00:00+00"
    assert "Version 2 to come" in opened(browser, VERSIONS).words
    world.clock.advance(DAY)
    assert sent(browser, VERSIONS, button="Call it off").status_code == 302
    words = opened(browser, VERSIONS).words
    assert "Version 3 in force" in words
    assert "Version 2 called off" in words
    world.clock.advance(DAY)
    again = sent(browser, f"{home}schedule/", button="Bring into force", moment="now")
    assert led_to(again) == f"{VERSIONS}?programme=corner"
    assert "Version 4 in force" in opened(browser, VERSIONS).words


def test_whom_a_lower_threshold_moves_is_shown_and_moved(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    tier_of = "SELECT tier FROM member_state"
    assert world.rows(tier_of) == [("silver",)]
    # A version that leaves the tiers as they are moves nobody, and speaks of nobody.
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    assert "Who would move" not in opened(browser, f"{home}schedule/").words
    sent(browser, f"{home}tiers/gold/", button="Save in the draft", enter="110", keep="105")
    words = opened(browser, f"{home}schedule/").words
    assert "1 member would move up. 1 member: from Silver to Gold For example:" in words
    world.clock.advance(DAY)
    answer = sent(browser, f"{home}schedule/", button="Bring into force", moment="now")
    assert "1 member moved up with it." in opened(browser, led_to(answer)).words
    assert world.rows(tier_of) == [("gold",)]


@pytest.mark.parametrize(
    "fields",
    [
        {"moment": "later", "day": ""},
        {"moment": "later", "day": "2020-01-01"},
        {"moment": "whenever"},
        {"moment": "later", "day": "2026-13-45"},
    ],
    ids=["no day", "past", "no moment", "no such day"],
)
def test_what_cannot_be_scheduled_is_not(world: World, fields: dict[str, str]) -> None:
    browser, home = world.browser("owner"), begun(world)
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    answer = sent(browser, f"{home}schedule/", button="Bring into force", **fields)
    assert answer.status_code == 422
    assert world.rows("SELECT max(number) FROM programme_version") == [(1,)]


def test_what_was_published_meanwhile_is_seen_before_it_is_replaced(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    earn = DOCUMENT["earn"] | {"welcome": {"on": "enrolment", "give": {"points": 30}}}
    publish_version(
        world.connection, document=DOCUMENT | {"earn": earn}, now=world.clock.now(), actor="Zoé"
    )
    page = opened(browser, f"{home}schedule/")
    assert "Version 2 was published since this draft was begun." in page.words
    assert "now 30 points for joining." in page.words
    sent(browser, f"{home}schedule/", button="I have seen it: the draft replaces it")
    answer = sent(browser, f"{home}schedule/", button="Bring into force", moment="now")
    assert led_to(answer)
    assert world.rows("SELECT max(number) FROM programme_version") == [(3,)]


def test_a_second_person_approves_where_the_owner_requires_it(world: World) -> None:
    colleague(world, "Zoé", ["manager"], [])
    owner, other, home = world.browser("owner"), world.browser("zoé"), begun(world)
    sent(owner, f"{home}rules/base/", button="Save in the draft", amount="7")
    assert sent(owner, DRAFTS, button="Require a second person").status_code == 302
    page = opened(owner, f"{home}schedule/")
    assert "A second person approves it first" in page.words
    assert not [form for form in page.forms if "Bring into force" in form.buttons]
    sent(owner, f"{home}schedule/", button="Offer for review")
    assert "Approve" not in opened(owner, f"{home}schedule/").words.replace("Who approves", "")
    review = opened(other, f"{home}schedule/").form(button="Approve")
    assert led_to(other.post(f"{home}do/approve/", review.fields | {"remark": "Good."}))
    answer = sent(owner, f"{home}schedule/", button="Bring into force", moment="now")
    assert led_to(answer) == f"{VERSIONS}?programme=corner"


def test_whoever_is_alone_answers_for_it(world: World) -> None:
    owner, home = world.browser("owner"), begun(world)
    sent(owner, f"{home}rules/base/", button="Save in the draft", amount="7")
    sent(owner, DRAFTS, button="Require a second person")
    wrong = sent(owner, f"{home}schedule/", button="Bring into force", moment="now")
    assert "Confirm it, or ask a colleague to approve it." in read_page(wrong).words
    right = sent(owner, f"{home}schedule/", button="Bring into force", moment="now", alone="on")
    assert led_to(right) == f"{VERSIONS}?programme=corner"


def test_whoever_works_in_one_store_writes_and_offers(world: World) -> None:
    browser, home = world.browser("manager"), begun(world, "manager")
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="7")
    page = opened(browser, f"{home}schedule/")
    assert "You work in some stores only." in page.words
    assert not [form for form in page.forms if "Bring into force" in form.buttons]
    assert sent(browser, f"{home}schedule/", button="Offer for review").status_code == 302


# --- what it would have cost ----------------------------------------------------------------------


def test_the_latest_year_is_decided_again(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    sent(browser, f"{home}rules/base/", button="Save in the draft", amount="2")
    world.clock.advance(DAY)
    before = world.everything()
    query = "history=corner&since=2025-07-01&until=2026-06-01&share=100&worth=0.05"
    page = opened(browser, f"{home}cost/?{query}")
    assert "Points: more for 1, less for 0, the same for 0." in page.words
    assert "Points 120 points 240 points +120" in page.words
    assert "What was given: Points €6.00 €12.00 €6.00" in page.words
    assert world.everything() == before
    part = browser.get(f"{home}cost/?{query}", headers={"hx-request": "true"})
    assert b"<html" not in part.content
    wrong = opened(
        browser, f"{home}cost/?history=corner&since=2026-07-01&until=2026-01-01&share=10"
    )
    assert "Let it end after it begins." in wrong.words


# --- all pages ------------------------------------------------------------------------------------


def test_pages_cost_few_statements_however_much_there_is(world: World) -> None:
    browser, home = world.browser("owner"), begun(world)
    few = {page: cost(browser, f"{home}{page}") for page in ("", "history/", "schedule/")}
    for amount in range(2, 8):
        sent(browser, f"{home}rules/base/", button="Save in the draft", amount=str(amount))
    many = {page: cost(browser, f"{home}{page}") for page in few}
    assert many == few


@pytest.mark.parametrize("language", ["fr", "de", "ro"])
def test_pages_speak_the_readers_language(world: World, language: str) -> None:
    home = begun(world)
    world.connection.execute("UPDATE staff SET language = %s", [language])
    browser = world.browser("owner")
    for page in ("", "rules/base/", "rules/new/", "tiers/gold/", "points/stamps/", "cost/",
                 "schedule/", "history/", "text/", "settings/books/"):  # fmt: skip
        words = opened(browser, f"{home}{page}").words
        assert "%(" not in words
        for english in ("Save in the draft", "What people", "Bring into force", "Only when"):
            assert english not in words, (page, english)
