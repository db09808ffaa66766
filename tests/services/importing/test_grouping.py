"""Lines of one receipt, brought together within a window."""

from collections.abc import Sequence

import pytest

from habitue.integrations.files.tables import Batch
from habitue.services.importing.grouping import LONGEST_RECEIPT, Grouper


def grouped(
    numbers: Sequence[str | None], *, window: int, size: int
) -> list[tuple[str, list[int]]]:
    """The groups, in the order in which they close, with their lines."""
    grouper = Grouper("invoice", window)
    found = []
    for start in range(0, len(numbers), size):
        part = list(numbers[start : start + size])
        lines = range(start + 1, start + 1 + len(part))
        found += list(grouper.add(Batch(lines, {"invoice": part}, 0)))
    found += list(grouper.finish())
    return [(group.number, group.lines()) for group in found]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_neighbours_are_one_group_whatever_the_batch(size: int) -> None:
    assert grouped(["a", "a", "b", "b", "b", "c"], window=2, size=size) == [
        ("a", [1, 2]),
        ("b", [3, 4, 5]),
        ("c", [6]),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_scattered_lines_within_the_window_are_one_group(size: int) -> None:
    found = dict(grouped(["a", "b", "a", "c", "b", "a"], window=3, size=size))
    assert found == {"a": [1, 3, 6], "b": [2, 5], "c": [4]}


def test_a_line_beyond_the_window_begins_another_group() -> None:
    found = grouped(["a", *"bcdefg", "a"], window=3, size=1)
    assert found[0] == ("a", [1])
    assert found[-1] == ("a", [8])


def test_lines_without_a_number_are_passed_over() -> None:
    assert grouped(["a", None, "a"], window=3, size=2) == [("a", [1, 3])]


def test_a_receipt_that_never_ends_does_not_fill_the_memory() -> None:
    found = grouped(["a"] * (2 * LONGEST_RECEIPT + 1), window=10, size=1000)
    assert [len(lines) for _, lines in found] == [LONGEST_RECEIPT, LONGEST_RECEIPT, 1]
