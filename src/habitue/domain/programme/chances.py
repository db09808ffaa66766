"""Chances in the document: ``1 in 20``, ``5 %``."""

from __future__ import annotations

import re
from fractions import Fraction

from habitue.domain.programme.reading import wrong

_IN = re.compile(r"(\d{1,9}) in (\d{1,9})", re.ASCII)
_PER_CENT = re.compile(r"(\d{1,2}(?:\.\d{1,6})?) ?%", re.ASCII)


def read_chance(raw: object) -> Fraction:
    """A probability above nothing and below certainty, exact."""
    text = raw.strip() if isinstance(raw, str) else ""
    chance = Fraction(0)
    if (odds := _IN.fullmatch(text)) is not None and int(odds[2]):
        chance = Fraction(int(odds[1]), int(odds[2]))
    elif (share := _PER_CENT.fullmatch(text)) is not None:
        chance = Fraction(share[1]) / 100
    if not 0 < chance < 1:
        raise wrong("not_a_chance", "Write a chance such as 1 in 20, or 5 %: neither 0 nor 1.")
    return chance
