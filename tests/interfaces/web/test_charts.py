"""Where charts put their lines, bars and marks."""

from __future__ import annotations

from fractions import Fraction

import pytest

from habitue.interfaces.web.charts import HEIGHT, Chart, Series, Shape, chart

FLOOR = HEIGHT - 28


def drawn(*values: int | Fraction | None, bars: bool = False) -> Chart:
    labels = [f"day {place}" for place in range(len(values))]
    shape: Shape = "bars" if bars else "line"
    return chart("Sales", labels, [Series("now", values)], shown=str, shape=shape)


def test_a_line_goes_from_the_floor_to_the_highest_mark() -> None:
    found = drawn(0, 5, 10)
    assert found.lines[0].path == f"M152.0 {FLOOR}.0L344.0 102.0L536.0 12.0"
    assert [mark.text for mark in found.ticks_y] == ["0", "2", "4", "6", "8", "10"]
    assert found.ticks_y[-1].at == "12.0"


def test_a_gap_lifts_the_pen() -> None:
    assert drawn(1, None, 1).lines[0].path.count("M") == 2
    assert drawn(1, None, 1).rows[1].values == ("–",)


def test_below_zero_the_floor_is_lower() -> None:
    found = drawn(-10, 10)
    assert [mark.text for mark in found.ticks_y] == ["-10", "-5", "0", "5", "10"]
    assert found.lines[0].path.startswith(f"M200.0 {FLOOR}.0L")


@pytest.mark.parametrize("values", [(0, 0), (Fraction(1, 3), Fraction(1, 7)), (10**15, 1)])
def test_nothing_lies_outside_the_box(values: tuple[int, ...]) -> None:
    for mark in drawn(*values).ticks_y:
        assert 12 <= float(mark.at) <= FLOOR


def test_bars_stand_on_zero() -> None:
    found = drawn(4, -4, bars=True)
    up, down = found.bars
    assert float(up.y) + float(up.height) == pytest.approx(float(down.y))
    assert up.title == "day 0: 4"
    assert found.lines == ()


def test_without_numbers_there_is_nothing_to_draw() -> None:
    assert drawn(None, None).is_empty
    assert chart("Sales", [], [], shown=str).is_empty
