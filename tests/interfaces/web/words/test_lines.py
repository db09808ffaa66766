"""Why a line is there: every kind of line has words, in every language, with the line's numbers."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.utils.translation import override

from habitue.domain.engine.types import Posting, PostingKind
from habitue.domain.errors import Refusal
from habitue.domain.explanation.blocked import Why
from habitue.domain.programme.naming import Names
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.lines import KINDS, Explained, explain, total_text
from habitue.interfaces.web.words.misses import why_not
from habitue.kit.instants import parse_instant
from habitue.selectors.ledger import EntryRecord
from tests.domain.engine.harness import Member
from tests.domain.engine.random_programmes import Shape
from tests.domain.engine.streams import stream_of
from tests.interfaces.web.words.sheets import LANGUAGES, lexicon_of
from tests.interfaces.web.words.test_sheet import document

EARNED_ON = parse_instant("2025-03-03T10:00:00+01:00")
MIDNIGHT = parse_instant("2026-03-03T00:00:00+01:00")
RULES = """
points: {points: {max_balance: 500, expires: {after: 12 months}}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  friday:
    on: purchase
    when: {all: [{weekday: fri}, {line.category: beer}]}
    multiply: 2
    limit: {per_member_units: 200, every: day}
  coffee: {on: purchase, each: {line.category: coffee}, give: {points: 5}}
  welcome: {on: purchase, give: {points: 30}, limit: {per_member: 1}, budget: 1000}
tiers: {by: {spend: rolling 12 months}, gold: {enter: 500.00, multiply: 1.5}}
"""


def entry(kind: str = "earn", amount: int = 37, **more: Any) -> EntryRecord:
    """A line of the sample's points."""
    event = uuid4()
    known: dict[str, Any] = {
        "entry_id": uuid4(),
        "programme": "sample",
        "currency": "points",
        "lot_id": uuid4(),
        "effective_at": EARNED_ON,
        "recorded_at": EARNED_ON,
        "event_id": event,
        "recorded_by": event,
        "version": 1,
        "rule": None,
        "against": None,
        "reason": {},
        "event_kind": None,
        "source": None,
        "external_id": None,
    }
    return EntryRecord(kind=kind, amount=amount, **(known | more))


def said(line: EntryRecord, language: str = "en") -> Explained:
    with override(language):
        return explain(line, lexicon_of(document(RULES), language))


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        (
            entry(rule="base", reason={"exact": "37.4"}),
            ("1 point for each €1, on €37.40.", "Exactly 37.4 points, rounded down."),
        ),
        (
            entry(rule="base", amount=30, reason={"exact": "37.4", "caps": ["balance ceiling"]}),
            (
                "1 point for each €1, on €37.40.",
                "Exactly 37.4 points, rounded down.",
                "It would have been 37 points, but was held back.",
                "The balance has a ceiling, so less was given.",
                "A balance is at most 500 points; earning stops there.",
            ),
        ),
        (
            entry(rule="friday", amount=12, reason={"exact": "12"}),
            (
                "12 points, multiplied by 2: 12 points more.",
                "Because it is a Friday and the purchase contains “beer”.",
            ),
        ),
        (
            entry(rule="friday", amount=30, reason={"exact": "37.4", "caps": ["limit 1: units"]}),
            (
                "37.4 points, multiplied by 2: 37.4 points more.",
                "Rounded together with what it multiplies.",
                "Because it is a Friday and the purchase contains “beer”.",
                "The offer gives only so much, so less was given.",
                "At most 200 points a day for each member.",
            ),
        ),
        (
            entry(rule="tier:gold", amount=19, reason={"exact": "18.7"}),
            (
                "The tier Gold multiplies by 1.5.",
                "37.4 points, multiplied by 1.5: 18.7 points more.",
                "Rounded together with what it multiplies.",
            ),
        ),
        (entry(rule="coffee", amount=10, reason={"exact": "10"}), ("2 pieces, 5 points each.",)),
        (entry(rule="coffee", amount=5, reason={"exact": "5"}), ("One piece: 5 points.",)),
        (
            entry(
                rule="welcome", amount=10, reason={"exact": "30", "caps": ["budget rule welcome"]}
            ),
            (
                "It would have been 30 points, but was held back.",
                "The budget of this offer was used up, so less was given.",
            ),
        ),
        (
            entry("expire", -37, lot_opened_at=EARNED_ON, lot_expires_at=MIDNIGHT, event_id=None),
            (
                "The time in which they could be used was over.",
                "They had been earned on 3 March 2025 and were good until 2 March 2026.",
            ),
        ),
        (
            entry("expire", -37, lot_opened_at=EARNED_ON, event_id=None),
            (
                "The time in which they could be used was over.",
                "They had been earned on 3 March 2025.",
                "Expires 12 months after it was earned.",
            ),
        ),
        (
            entry("reverse", -14, rule="base", against_at=EARNED_ON, reason={"kept": 23}),
            (
                "Something that was bought on 3 March 2025 was returned, or the purchase undone.",
                "What is left of the purchase still earns 23 points by this rule.",
            ),
        ),
        (
            entry("reverse", -14, rule="base", lot_id=None, reason={"kept": 0}),
            (
                "Something was returned, or the purchase was undone.",
                "What is left of the purchase still earns 0 points by this rule.",
                "It was spent before: what is earned next makes up for it.",
            ),
        ),
        (
            entry("reverse", -14, rule="return:average", reason={"amount": 1400}),
            ("Something was returned without its receipt; it counts at the average.",),
        ),
        (entry("adjust", 5, reason={"text": "Sorry!"}), ("Reason: Sorry!",)),
        (
            entry("redeem", -5, lot_opened_at=EARNED_ON),
            (
                "Points were spent; the ones that expire first go first.",
                "They had been earned on 3 March 2025.",
            ),
        ),
        (
            entry("transfer_in", 5, reason={"merged": "somebody"}),
            (
                "They came from another membership, with the dates that they had there.",
                "Two memberships of the same person became one.",
            ),
        ),
        (
            entry("settle", -5, recorded_by=uuid4()),
            (
                "What was owed was settled with points that were earned.",
                "Corrected when something that had happened before became known later.",
            ),
        ),
        (entry(rule="gone", reason={"exact": "37"}), ()),
    ],
)
def test_a_line_says_its_numbers(line: EntryRecord, sentences: tuple[str, ...]) -> None:
    assert said(line).sentences == sentences


def test_every_kind_of_line_has_a_title_of_its_own_in_every_language() -> None:
    assert KINDS.keys() == set(get_args(PostingKind))
    for language in LANGUAGES:
        titles = {said(entry(kind), language).title for kind in KINDS}
        assert len(titles) == len(KINDS)


def test_a_title_names_the_rule_or_the_tier() -> None:
    assert said(entry(rule="friday", reason={"exact": "1"})).title == "Earned: Friday"
    assert said(entry(rule="tier:gold", reason={"exact": "1"})).title == "Earned: Gold"
    assert said(entry("reverse", rule="return:average")).title == "Taken back"


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", ("+1 point", "+2 points", "+20 points", "−1 point", "+0 points")),
        ("fr", ("+1 point", "+2 points", "+20 points", "−1 point", "+0 point")),
        ("de", ("+1 Punkt", "+2 Punkte", "+20 Punkte", "−1 Punkt", "+0 Punkte")),
        ("ro", ("+1 punct", "+2 puncte", "+20 de puncte", "−1 punct", "+0 puncte")),
    ],
)
def test_points_take_the_plural_form_of_their_number(
    language: str, counts: tuple[str, ...]
) -> None:
    lexicon = lexicon_of(document(RULES), language)
    with override(language):
        told = tuple(total_text(units, "points", lexicon) for units in (1, 2, 20, -1, 0))
    assert told == counts


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", ("1 stamp", "19 stamps", "101 stamps", "1.5 stars", "1 star")),
        ("fr", ("1 tampon", "19 tampons", "101 tampons", "1,5 étoile", "1 étoile")),
        ("de", ("1 Stempel", "19 Stempel", "101 Stempel", "1,5 Sterne", "1 Stern")),
        ("ro", ("1 ștampilă", "19 ștampile", "101 ștampile", "1,5 stele", "1 stea")),
    ],
)
def test_stamps_and_named_points_do_so_too(language: str, counts: tuple[str, ...]) -> None:
    name = "{en: star|stars, fr: étoile|étoiles, de: Stern|Sterne, ro: stea|stele|de stele}"
    raw = document(
        f"points: {{stars: {{name: {name}}}, coffee: {{kind: stamps}}}}\n"
        "earn: {r: {on: purchase, give: {stars: 1}}}\n"
        "tiers: null"
    )
    lexicon = lexicon_of(raw, language)
    with override(language):
        told = (
            *(lexicon.points(units, "coffee") for units in (1, 19, 101)),
            lexicon.exact_points("3/2", "stars"),
            lexicon.points(1, "stars"),
        )
    assert told == counts


# --- random streams -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def members() -> list[Member]:
    """Members with random histories under random programmes."""
    played = []
    for number in range(90):
        stream = stream_of(Shape(budgets=number % 2 == 0), number)
        member = Member(*stream.versions)
        for event in stream.events:
            with suppress(Refusal):
                member.post(event)
        played.append(member)
    return played


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_random_streams_is_told(members: list[Member], language: str) -> None:
    kinds: Counter[str] = Counter()
    for member in members:
        for line in member.postings:
            lexicon = Lexicon(member.programmes[line.version_number], Names(), language)
            with override(language):
                told = explain(_record(line), lexicon)
            kinds[line.kind] += 1
            assert told.title
            _check_numbers(line, told, language)
    assert kinds.keys() >= {"earn", "reverse", "redeem", "restore", "expire", "settle", "adjust"}


def _record(line: Posting) -> EntryRecord:
    return entry(line.kind, line.amount, rule=line.rule, reason=line.reason, currency=line.currency)


def _check_numbers(line: Posting, told: Explained, language: str) -> None:
    for sentence in told.sentences:
        assert not re.search(r"%\(|\bNone\b|\bFraction\b|  ", sentence), sentence
        assert sentence[-1] in ".!?" or line.kind == "adjust", sentence
    if line.kind == "reverse" and line.rule != "return:average":
        kept = line.reason["kept"]
        digits = "".join(re.findall(r"\d+", " ".join(told.sentences)))
        assert str(abs(kept)) in digits, (language, told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_that_gave_nothing_is_told(members: list[Member], language: str) -> None:
    told = 0
    for member in members:
        for event in member.events:
            lexicon = Lexicon(member.programmes[event.version_number], Names(), language)
            outcomes = [one.as_json() for one in member.decisions[event.event_id].outcomes]
            blocked = [one for one in outcomes if one.get("blocked")]
            with override(language):
                found = why_not(outcomes, lexicon, everything=True)
            assert len(found) >= len(blocked)
            assert all(name and sentence for name, sentence in found)
            told += len(found)
    assert told > len(Why)
