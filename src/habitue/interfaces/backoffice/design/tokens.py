"""The colour tokens as they stand in the style sheet, with their contrast computed.

Contrast is the ratio of relative luminances of WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), with
L = 0.2126 R + 0.7152 G + 0.0722 B over linearised sRGB channels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders

_TOKEN: Final = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")

# What is written on what: text needs 4.5 : 1, the edge of a control 3 : 1 (WCAG 1.4.3, 1.4.11).
PAIRS: Final = (
    ("ink", "paper", 4.5),
    ("ink", "surface", 4.5),
    ("ink-soft", "paper", 4.5),
    ("ink-soft", "surface", 4.5),
    ("ink-soft", "surface-sunk", 4.5),
    ("accent-ink", "accent", 4.5),
    ("accent-text", "surface", 4.5),
    ("accent-text", "accent-soft", 4.5),
    ("good", "good-soft", 4.5),
    ("warn", "warn-soft", 4.5),
    ("danger", "surface", 4.5),
    ("danger", "danger-soft", 4.5),
    ("danger-ink", "danger", 4.5),
    ("line-strong", "surface", 3.0),
    ("series-1", "surface", 3.0),
    ("series-2", "surface", 3.0),
    ("series-3", "surface", 3.0),
    ("focus", "paper", 3.0),
)


@dataclass(frozen=True, slots=True)
class Colour:
    """A token in both looks."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour on another one: how well it is seen in both looks, and how well it must be."""

    front: str
    back: str
    light: str
    dark: str
    needed: str
    enough: bool


@lru_cache(maxsize=1)
def colours() -> dict[str, Colour]:
    """The colour tokens of the usual looks; high contrast has its own, further down the sheet."""
    path = finders.find("web/tokens.css")
    assert path is not None, "the style sheet is part of the programme"
    usual = Path(path).read_text("utf-8").split(':root[data-theme="light"]')[0]
    return {name: Colour(name, light, dark) for name, light, dark in _TOKEN.findall(usual)}


def pairs() -> list[Pair]:
    """Every pair that pages use, with its contrast."""
    known = colours()
    made = []
    for front, back, needed in PAIRS:
        light = contrast(known[front].light, known[back].light)
        dark = contrast(known[front].dark, known[back].dark)
        enough = min(light, dark) >= needed
        made.append(
            Pair(front, back, f"{light:.1f} : 1", f"{dark:.1f} : 1", f"{needed:.1f} : 1", enough)
        )
    return made


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
