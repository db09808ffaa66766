"""Contributions: what members do for the house besides buying, of a document and for the engine.

A programme declares each kind that it takes: what it must be about, what must come with it, and
whether it counts once only.  What it brings is said by rules ``on: contribution``.  A colleague
looks at each before it counts; nothing here asks whether it is kind to the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import PlainValidator

from habitue.domain.programme.parts import Label, Part, YesNo
from habitue.domain.programme.reading import choice, whole

About: TypeAlias = Literal["anything", "product", "purchase"]

# The longest text that may be sent in; a document cannot ask for a longer one.
LONGEST_CONTRIBUTION: Final = 5_000


@dataclass(frozen=True, slots=True)
class ContributionKind:
    """One kind of contribution.

    ``about``: it names a product, or a purchase of the member, or neither need be named.  ``once``:
    of one member it counts once for the same product or purchase, or once at all where it is about
    anything.  ``text`` is the least length in characters; ``link`` and ``picture`` must come with
    it where they are set.
    """

    contribution: str
    about: About = "anything"
    once: bool = False
    text: int = 0
    link: bool = False
    picture: bool = False


class ContributionPart(Part):
    """One kind of contribution as it stands in the document."""

    name: Label | None = None
    about: Annotated[About, PlainValidator(choice("anything", "product", "purchase"))] = "anything"
    once: YesNo = False
    text: Annotated[int, PlainValidator(whole(0, LONGEST_CONTRIBUTION))] = 0
    link: YesNo = False
    picture: YesNo = False


def build_contributions(parts: Mapping[str, ContributionPart]) -> dict[str, ContributionKind]:
    """The kinds of contributions by their codes."""
    return {
        code: ContributionKind(code, part.about, part.once, part.text, part.link, part.picture)
        for code, part in sorted(parts.items())
    }
