"""What is published of a draw that was held, and whether it holds.

The proof is plain JSON with nothing in it about who anybody is; ``verify`` asks nobody but itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from habitue.domain.draws.lot import (
    Drawn,
    Entrant,
    commitment_of,
    digest_of,
    draw_winners,
    sorted_list,
)

FORMAT: Final = 1
_ENTRANT: Final = re.compile(r"[0-9a-f]{32}")
_BYTES: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that is needed to draw again.

    ``secret`` is bytes; ``commitment`` and ``digest`` are hexadecimal; ``places`` is the number of
    prizes.
    """

    programme: str
    draw: str
    commitment: str
    secret: bytes
    digest: str
    places: int
    entrants: tuple[Entrant, ...]
    winners: tuple[Drawn, ...]

    def as_json(self) -> dict[str, Any]:
        """The proof as it is published."""
        return {
            "format": FORMAT,
            "programme": self.programme,
            "draw": self.draw,
            "commitment": self.commitment,
            "secret": self.secret.hex(),
            "digest": self.digest,
            "places": self.places,
            "entrants": [list(one) for one in self.entrants],
            "winners": [
                {"place": one.place, "entrant": one.entrant, "ticket": one.ticket}
                for one in self.winners
            ],
        }


class UnreadableProofError(ValueError):
    """The file is not the proof of a draw; the message names what is missing or wrong."""


def proof_of(raw: object) -> Proof:
    """The proof that JSON says; raises ``UnreadableProofError``."""
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT:
        raise UnreadableProofError("format")
    return Proof(
        programme=_text(raw, "programme"),
        draw=_text(raw, "draw"),
        commitment=_text(raw, "commitment", _BYTES),
        secret=bytes.fromhex(_text(raw, "secret", _BYTES)),
        digest=_text(raw, "digest", _BYTES),
        places=_whole(raw, "places"),
        entrants=tuple(_entrants(raw.get("entrants"))),
        winners=tuple(_winners(raw.get("winners"))),
    )


def verify(proof: Proof) -> list[str]:
    """What does not hold, of ``commitment``, ``order``, ``digest`` and ``winners``; nothing, where
    the draw was held as it was promised."""
    wrong = []
    if commitment_of(proof.secret) != proof.commitment:
        wrong.append("commitment")
    entrants = list(proof.entrants)
    names = {name for name, _ in entrants}
    if entrants != sorted_list(entrants) or len(names) != len(entrants):
        wrong.append("order")
    if digest_of(entrants).hex() != proof.digest:
        wrong.append("digest")
    if draw_winners(proof.secret, entrants, places=proof.places) != list(proof.winners):
        wrong.append("winners")
    return wrong


def _text(raw: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or (form is not None and not form.fullmatch(value)):
        raise UnreadableProofError(name)
    return value


def _whole(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnreadableProofError(name)
    return value


def _entrants(raw: object) -> Iterator[Entrant]:
    if not isinstance(raw, list):
        raise UnreadableProofError("entrants")
    for one in raw:
        if not isinstance(one, list) or len(one) != len(("entrant", "entries")):
            raise UnreadableProofError("entrants")
        named = {"entrant": one[0], "entries": one[1]}
        yield _text(named, "entrant", _ENTRANT), _whole(named, "entries")


def _winners(raw: object) -> Iterator[Drawn]:
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise UnreadableProofError("winners")
    for one in raw:
        yield Drawn(_whole(one, "place"), _text(one, "entrant", _ENTRANT), _whole(one, "ticket"))
