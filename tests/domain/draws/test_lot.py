"""SEMANTICS 38: the recipe of a draw is followed to the letter, is fair, and can be checked."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.draws.lot import (
    Drawn,
    Entrant,
    commitment_of,
    digest_of,
    draw_winners,
    entrant_of,
    sorted_list,
    written,
)
from habitue.domain.draws.proof import Proof, UnreadableProofError, proof_of, verify

SECRET = bytes(range(32))
ANNA, BEN, CLEO = "0a" * 16, "b1" * 16, "cc" * 16
LIST: list[Entrant] = [(ANNA, 3), (BEN, 1), (CLEO, 6)]


def by_hand(secret: bytes, entrants: list[Entrant], places: int) -> list[str]:
    """The recipe again, in other words: every ticket on a heap of its own."""
    heap = [name for name, entries in entrants for _ in range(entries)]
    text = "".join(f"{name} {entries}\n" for name, entries in entrants)
    digest = sha256(text.encode()).digest()
    found: list[str] = []
    turn = 0
    while len(found) < min(places, len(entrants)):
        raw = hmac.new(secret, digest + turn.to_bytes(8, "big"), sha256).hexdigest()
        number, turn = int(raw, 16), turn + 1
        if number < 2**256 // len(heap) * len(heap) and heap[number % len(heap)] not in found:
            found.append(heap[number % len(heap)])
    return found


def test_s38_the_list_is_sorted_text_and_its_digest_is_known() -> None:
    assert sorted_list([(CLEO, 6), (ANNA, 3), (BEN, 1), ("d" * 32, 0)]) == LIST
    assert written(LIST) == f"{ANNA} 3\n{BEN} 1\n{CLEO} 6\n"
    assert digest_of(LIST) == sha256(written(LIST).encode()).digest()


def test_s38_winners_are_those_whom_the_recipe_finds() -> None:
    winners = draw_winners(SECRET, LIST, places=2)
    assert [one.entrant for one in winners] == by_hand(SECRET, LIST, 2)
    assert [one.place for one in winners] == [1, 2]


def test_s38_a_known_draw_stays_the_same_for_ever() -> None:
    """Whoever wrote a checker of their own must not find another winner in a later release."""
    assert draw_winners(SECRET, LIST, places=3) == KNOWN


def test_s38_nobody_wins_twice_and_no_more_than_there_are() -> None:
    winners = draw_winners(SECRET, LIST, places=10)
    assert sorted(one.entrant for one in winners) == [ANNA, BEN, CLEO]
    assert draw_winners(SECRET, [], places=3) == []
    assert draw_winners(SECRET, LIST, places=0) == []


@given(
    secret=st.binary(min_size=32, max_size=32),
    entries=st.lists(st.integers(1, 9), min_size=1, max_size=8),
    places=st.integers(1, 9),
)
def test_s38_any_draw_can_be_drawn_again(secret: bytes, entries: list[int], places: int) -> None:
    entrants = sorted_list(
        (entrant_of(b"salt", str(number)), count) for number, count in enumerate(entries)
    )
    winners = draw_winners(secret, entrants, places=places)
    assert [one.entrant for one in winners] == by_hand(secret, entrants, places)
    assert verify(held(secret, entrants, places)) == []


def test_s38_every_entry_has_the_same_chance() -> None:
    """A thousand draws: 3, 1 and 6 entries win about 300, 100 and 600 times (four deviations)."""
    wins = Counter(
        draw_winners(sha256(b"%d" % number).digest(), LIST, places=1)[0].entrant
        for number in range(1000)
    )
    for name, entries in LIST:
        share = entries / 10
        assert abs(wins[name] - 1000 * share) < 4 * (1000 * share * (1 - share)) ** 0.5


def test_s38_a_pseudonym_is_no_id_and_another_one_in_each_draw() -> None:
    member = "0" * 32
    assert entrant_of(b"a", member) == entrant_of(b"a", member) != entrant_of(b"b", member)
    assert len(entrant_of(b"a", member)) == 32


def held(secret: bytes, entrants: list[Entrant], places: int) -> Proof:
    return Proof(
        programme="toy-shop",
        draw="christmas",
        commitment=commitment_of(secret),
        secret=secret,
        digest=digest_of(entrants).hex(),
        places=places,
        entrants=tuple(entrants),
        winners=tuple(draw_winners(secret, entrants, places=places)),
    )


HONEST = held(SECRET, LIST, 2)
KNOWN = [Drawn(1, CLEO, 7), Drawn(2, ANNA, 0), Drawn(3, BEN, 3)]


def test_s38_what_is_published_is_read_again() -> None:
    assert proof_of(json.loads(json.dumps(HONEST.as_json()))) == HONEST


@pytest.mark.parametrize(
    ("forged", "wrong"),
    [
        (replace(HONEST, secret=bytes(32)), ["commitment", "winners"]),
        (replace(HONEST, winners=HONEST.winners[::-1]), ["winners"]),
        (replace(HONEST, winners=HONEST.winners[:1]), ["winners"]),
        (replace(HONEST, entrants=HONEST.entrants[:2]), ["digest", "winners"]),
        (replace(HONEST, entrants=HONEST.entrants[::-1]), ["order", "digest", "winners"]),
        (replace(HONEST, entrants=(*HONEST.entrants, (CLEO, 7))), ["order", "digest", "winners"]),
        (replace(HONEST, digest="00" * 32), ["digest"]),
    ],
    ids=["secret", "order of winners", "one less", "list", "turned", "twice", "digest"],
)
def test_s38_what_was_changed_afterwards_shows(forged: Proof, wrong: list[str]) -> None:
    assert verify(forged) == wrong


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"format": 2}, "format"),
        ({"secret": "00"}, "secret"),
        ({"places": True}, "places"),
        ({"entrants": [["a", 1]]}, "entrant"),
        ({"entrants": [[ANNA]]}, "entrants"),
        ({"entrants": None}, "entrants"),
        ({"winners": [{"place": 1}]}, "entrant"),
        ({"winners": {}}, "winners"),
        ({"programme": None}, "programme"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_no_proof_says_what_is_wrong(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(UnreadableProofError, match=name):
        proof_of({**HONEST.as_json(), **changes})


def test_something_else_is_no_proof() -> None:
    with pytest.raises(UnreadableProofError):
        proof_of([])
