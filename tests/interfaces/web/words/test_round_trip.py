"""What a sheet prints, read back as a customer reads it, is what the engine gives.

The sentences of an example are taken apart again with the words of their own language: who buys,
what, when, for how much.  A purchase is made of that alone, the engine decides it, and its numbers
are compared with the printed ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import override

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import MemberState, SharedFacts, TierStanding
from habitue.domain.events import Line, Purchase
from habitue.domain.programme.model import Programme
from habitue.integrations.documents import load_document
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.sheet import rule_sheet
from habitue.kit.instants import FAR_FUTURE, MINUTE, Instant, datetime_of
from habitue.kit.money import currency_exponent
from habitue.services.drafting.starting import STARTING_POINTS, read_starting_point
from tests.domain.engine.building import event
from tests.interfaces.web.words.sheets import EXAMPLES, LANGUAGES, NOW, lexicon_of

DOCUMENTS: Final[Mapping[str, Any]] = {
    **{file.stem: lambda file=file: load_document(file.read_bytes()) for file in EXAMPLES},
    **{
        f"start-{point}": lambda point=point: read_starting_point(point)
        for point in STARTING_POINTS
    },
}
PATTERNS: Final = (
    "On %(weekday)s, %(day)s at %(time)s, a member pays %(amount)s for %(things)s.",
    "On %(weekday)s, %(day)s at %(time)s, a member pays %(amount)s.",
    "A member of the tier %(tier)s pays %(amount)s.",
    "A member without a tier pays %(amount)s.",
    "A member pays %(amount)s.",
)


def read(sentence: str) -> dict[str, str]:
    """The parts of the first sentence of an example, by the words of the active language."""
    for pattern in PATTERNS:
        parts = re.split(r"%\((\w+)\)s", _(pattern))
        shape = "".join(
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+?)"
            for place, part in enumerate(parts)
        )
        found = re.fullmatch(shape, sentence)
        if found:
            return found.groupdict()
    raise AssertionError(f"nobody can read this: {sentence}")


def numbers(text: str, language: str) -> Counter[Fraction]:
    """The numbers in a text, as people of the language read them."""
    point = "." if language == "en" else ","
    found: Counter[Fraction] = Counter()
    for number in re.findall(r"\d(?:[\d.,\u00a0\u202f’' ]*\d)?", text):
        plain = "".join(one for one in number if one.isdigit() or one == point)
        found[Fraction(plain.replace(point, "."))] += 1
    return found


def instant_of(parts: Mapping[str, str], lexicon: Lexicon) -> Instant:
    """The moment that a day and a time of day name, within the year to come."""
    zone, language = lexicon.programme.zone, lexicon.language
    at = NOW - NOW % MINUTE
    for _step in range(400):
        local = datetime_of(at, zone)
        if formats.day(local.date(), language=language) == parts["day"]:
            assert formats.weekday(local.weekday(), language=language) == parts["weekday"]
            midnight = at - (local.hour * 60 + local.minute) * MINUTE
            for minutes in range(0, 1440, 15):
                moment = midnight + minutes * MINUTE
                clock = datetime_of(moment, zone).time()
                if formats.clock(clock, language=language) == parts["time"]:
                    return moment
        at += int(timedelta(days=1).total_seconds()) * (MINUTE // 60)
    raise AssertionError(f"no such day: {parts}")


def codes(source: Any) -> Iterator[tuple[str, str]]:
    """All that a document asks to be bought, by field and code."""
    if isinstance(source, Mapping):
        for name, given in source.items():
            field = str(name).removeprefix("line.")
            if field in ("category", "product", "brand"):
                values = given.values() if isinstance(given, Mapping) else [given]
                for value in values:
                    for code in value if isinstance(value, list | tuple) else [value]:
                        yield field, str(code)
            else:
                yield from codes(given)
    elif isinstance(source, list | tuple):
        for one in source:
            yield from codes(one)


def bought(raw: Mapping[str, Any], things: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    """The things that a sentence names, in its order."""
    known = dict.fromkeys(codes(raw.get("earn")))
    found: list[tuple[int, tuple[str, str]]] = []
    left = things
    for field, code in sorted(known, key=lambda one: -len(lexicon.word(one[1]))):
        word = lexicon.word(code)
        if word in left:
            found.append((things.index(word), (field, code)))
            left = left.replace(word, " " * len(word), 1)
    return [thing for _place, thing in sorted(found)]


def earned(
    programme: Programme, tier: str, amount: int, things: list[tuple[str, str]], at: Instant
) -> Counter[Fraction]:
    """What the engine gives to a member who has been here once before."""
    share = amount // max(1, len(things))
    lines = [Line("1", "x", 1000, amount)]
    if things:
        first = amount - share * (len(things) - 1)
        lines = [
            replace(Line(str(place), "x", 1000, share if place else first), **{field: code})  # type: ignore[arg-type]  # the field of a line by its name
            for place, (field, code) in enumerate(things)
        ]
    state = MemberState(purchases=1, enrolled_at=at)
    for structure in programme.structures:
        if tier in structure.ranks:
            standing = TierStanding(tier=tier, highest=tier, valid_until=FAR_FUTURE)
            state.stand_in(structure.key, standing)
    sale = event(at, Purchase(programme.currency, tuple(lines)), zone=programme.zone)
    units = {key: one.units for key, one in programme.budgets.items() if one.units is not None}
    times = {key: one.times for key, one in programme.budgets.items() if one.times is not None}
    sums: Counter[str] = Counter()
    for posting in decide({1: programme}, state, sale, SharedFacts(units, times)).postings:
        if posting.kind == "earn":
            sums[posting.currency] += posting.amount
    return Counter(
        Fraction(given, 10 ** programme.points[code].decimals)
        for code, given in sums.items()
        if given
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_printed_is_what_the_engine_gives(name: str, language: str) -> None:
    raw = DOCUMENTS[name]()
    lexicon = lexicon_of(raw, language)
    programme = lexicon.programme
    tiers = [tier for structure in programme.structures for tier in structure.tiers]
    names = {lexicon.tier(tier.code): tier.code for tier in tiers}
    scale = 10 ** currency_exponent(programme.currency)
    with override(language):
        for audience in ("members", "staff"):
            sheet = rule_sheet(lexicon, audience=audience, now=NOW)
            (examples,) = [one for one in sheet.sections if one.key == "examples"]
            assert examples.items
            for item in examples.items:
                asked, answer = item.sentences
                parts = read(asked)
                (amount,) = numbers(parts["amount"], language)
                at = instant_of(parts, lexicon) if "day" in parts else NOW
                things = bought(raw, parts["things"], lexicon) if "things" in parts else []
                assert bool(things) == ("things" in parts), asked
                tier = names[parts["tier"]] if "tier" in parts else ""
                given = earned(programme, tier, int(amount * scale), things, at)
                assert numbers(answer, language) == given, (asked, answer)
                assert (answer == _("That earns nothing.")) == (not given)
