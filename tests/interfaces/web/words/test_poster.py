"""The poster: the few sentences that matter, the ladder of rewards, and how to join."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.utils.translation import override

from habitue.integrations.documents import load_document, load_yaml
from habitue.interfaces.web.words.poster import MOST_PROMISES, MOST_RUNGS, Poster, poster
from tests.interfaces.web.words.sheets import EXAMPLES, LANGUAGES, NOW, lexicon_of

BASE: Final = """
programme: sample
name: Sample
money: {currency: EUR}
zone: Europe/Paris
points: {points: {}, coffee: {kind: stamps, card: 10}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  welcome: {on: enrolment, give: {points: 50}}
  birthday: {on: birthday, give: {points: 30}}
  friday: {on: purchase, when: {weekday: fri}, multiply: 2}
  cups: {on: purchase, each: {category: coffee}, give: {coffee: 1}, limit: {per_member: 3}}
  over: {on: purchase, give: {points: 9}, until: 2026-06-01}
  off: {on: purchase, give: {points: 9}, enabled: no}
  oops: {on: return, give: {points: 1}}
rewards:
  dinner: {cost: {points: 500}, gives: {service: dinner}}
  cake: {cost: [{points: 80}, {coffee: 10}], gives: {free_product: cake}}
  latte: {cost: {coffee: 10}, gives: {free_product: latte}}
  gone: {cost: {points: 1}, gives: {free_product: gone}, until: 2026-06-01}
  by_voucher: {gives: {free_product: tea}}
"""


def made(overlay: str = "", language: str = "en", *, with_code: bool = True) -> Poster:
    """The poster of the document with some sections replaced."""
    raw: dict[str, Any] = {**load_yaml(BASE), **(load_yaml(overlay) if overlay else {})}
    with override(language):
        return poster(lexicon_of(raw, language), now=NOW, with_code=with_code)


def test_what_matters_comes_first_and_one_of_each_kind() -> None:
    assert [(one.name, one.sentence) for one in made().promises] == [
        ("Base", "1 point for each €1."),
        ("Cups", "1 stamp for each “coffee”."),
        ("Welcome", "50 points for joining."),
        ("Birthday", "30 points for the birthday."),
    ]


def test_what_holds_under_a_condition_says_so() -> None:
    earn = "earn: {friday: {on: purchase, when: {weekday: fri}, give: {points: 5}}}"
    (promise,) = made(earn).promises
    assert promise.sentence == "5 points for a purchase. Only if it is a Friday."


def test_where_there_is_room_a_kind_gets_a_second_rule() -> None:
    earn = "earn: {a: {on: visit, give: {points: 1}}, b: {on: visit, give: {points: 2}}}"
    assert [one.name for one in made(earn).promises] == ["B", "A"]


def test_of_one_kind_the_most_generous_leads_and_conditions_follow() -> None:
    """Whoever walks past reads what is best for everybody first, not what begins with an A."""
    more = """
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  cheque: {on: birthday, give: {points: 5}}
  after: {on: birthday, give: {points: 900}, from: 2026-12-01}
  loyal: {on: birthday, give: {points: 700}, when: {member.visits: {at_least: 5}}}
  supper: {on: birthday, give: {voucher: dinner}}
"""
    assert [one.name for one in made(more).promises] == ["Base", "Supper", "Cheque", "After"]


def test_the_ladder_climbs_and_leaves_out_what_no_points_pay_for() -> None:
    assert [(one.price, one.name) for one in made().rungs] == [
        ("10 stamps", "Latte"),
        ("80 points or 10 stamps", "Cake"),
        ("500 points", "Dinner"),
    ]


def test_a_reward_that_is_not_for_everybody_says_for_whom() -> None:
    more = """
tiers: {by: {spend: lifetime}, gold: {enter: 5.00}}
rewards: {tea: {cost: {points: 5}, gives: {free_product: tea}, when: {member.tier: gold}}}
"""
    (rung,) = made(more).rungs
    assert rung.note == "Only if the member's tier is Gold."


def test_much_is_cut_to_what_one_reads_in_passing() -> None:
    rules = ", ".join(f"r{n}: {{on: purchase, give: {{points: {n + 1}}}}}" for n in range(20))
    gifts = ", ".join(
        f"g{n}: {{cost: {{points: {n + 1}}}, gives: {{service: x}}}}" for n in range(20)
    )
    told = made(f"earn: {{{rules}}}\nrewards: {{{gifts}}}")
    assert len(told.promises) == MOST_PROMISES
    assert [one.price for one in told.rungs][-1] == f"{MOST_RUNGS} points"


def test_a_code_is_spoken_of_only_where_there_is_one() -> None:
    assert "Scan" in made().join_sentence
    assert "Scan" not in made(with_code=False).join_sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_has_a_poster_in_each_language(example: Any, language: str) -> None:
    raw = load_document(example.read_bytes())
    with override(language):
        told = poster(lexicon_of(raw, language), now=NOW, with_code=True)
    assert told.title
    assert told.promises
    assert told.lead == made(language=language).lead
    assert (told.lead == made().lead) == (language == "en")
    assert "%(" not in repr(told)
