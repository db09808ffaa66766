"""Small charts, drawn as SVG by a template from numbers placed here; the table stands below each.

Everything is placed in a box of 640 by 220 units, which the page scales.  Colour is never the only
signal: the period before is dashed, and every chart carries its numbers as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

WIDTH: Final = 640
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 12, 28
_STEPS: Final = (1, 2, 5)
_LABELS_AT_MOST: Final = 7

Shape: TypeAlias = Literal["line", "bars"]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers; ``None`` where there is none.  ``dashed`` marks what is compared with."""

    name: str
    values: Sequence[int | Fraction | None]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series as a path."""

    name: str
    path: str
    dashed: bool
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table below."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, ready for ``web/_chart.html``."""

    title: str
    names: tuple[str, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    ticks_x: tuple[Tick, ...]
    ticks_y: tuple[Tick, ...]
    rows: tuple[Row, ...]
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


def chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    shown: Callable[[int | Fraction], str],
    shape: Shape = "line",
) -> Chart:
    """Place the series; ``shown`` writes a value for people.  Bars are for a single series."""
    known = [value for one in series for value in one.values if value is not None]
    if not labels or not known:
        return Chart(title, tuple(one.name for one in series), (), (), (), (), ())
    low, high, step = _scale(min(0, *known), max(0, *known))

    # Exact numbers are for people; a place on the screen is as good as its tenth of a unit.
    floor, scale = float(low), (HEIGHT - _TOP - _BOTTOM) / float(high - low)
    slot = (WIDTH - _LEFT - _RIGHT) / len(labels)

    def y_of(value: int | Fraction) -> float:
        return HEIGHT - _BOTTOM - (float(value) - floor) * scale

    def x_of(place: int) -> float:
        return _LEFT + slot * (place + 0.5)

    lines = tuple(
        Line(one.name, _path(one.values, x_of, y_of), one.dashed, number)
        for number, one in enumerate(series, 1)
    )
    bars: tuple[Bar, ...] = ()
    if shape == "bars":
        bars = tuple(
            Bar(
                _at(x_of(place) - slot * 0.4),
                _at(min(y_of(value), y_of(0))),
                _at(slot * 0.8),
                _at(abs(y_of(value) - y_of(0))),
                f"{labels[place]}: {shown(value)}",
            )
            for place, value in enumerate(series[0].values)
            if value is not None
        )
    every = -(-len(labels) // _LABELS_AT_MOST)
    count = int((high - low) / step)
    return Chart(
        title=title,
        names=tuple(one.name for one in series),
        lines=lines if shape == "line" else lines[1:],
        bars=bars,
        ticks_x=tuple(
            Tick(_at(x_of(place)), labels[place]) for place in range(0, len(labels), every)
        ),
        ticks_y=tuple(
            Tick(_at(y_of(low + step * n)), shown(low + step * n)) for n in range(count + 1)
        ),
        rows=tuple(
            Row(
                label,
                tuple("–" if (value := one.values[n]) is None else shown(value) for one in series),
            )
            for n, label in enumerate(labels)
        ),
    )


def _scale(low: int | Fraction, high: int | Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Round limits around the values, and a step of 1, 2 or 5 that gives some four lines."""
    span = Fraction(high - low) or Fraction(1)
    step = Fraction(1)
    power = 0
    while step * 5 < span:
        power += 1
        step = Fraction(_STEPS[power % 3] * 10 ** (power // 3))
    bottom = (Fraction(low) // step) * step
    top = -((-Fraction(high)) // step) * step
    return bottom, max(top, bottom + step), step


def _path(
    values: Sequence[int | Fraction | None],
    x_of: Callable[[int], float],
    y_of: Callable[[int | Fraction], float],
) -> str:
    parts = []
    pen = "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_at(x_of(place))} {_at(y_of(value))}")
        pen = "L"
    return "".join(parts)


def _at(value: float) -> str:
    # A zero has no sign.
    return f"{round(value, 1) + 0.0:.1f}"
