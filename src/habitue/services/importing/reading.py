"""One file, from its lines to receipts and rejects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from habitue.domain.errors import Code
from habitue.integrations.files.cells import converter
from habitue.integrations.files.tables import Batch, Table, Unreadable, Wish
from habitue.kit.instants import Instant
from habitue.services.importing.grouping import Group, Grouper
from habitue.services.importing.mapping import Mapping
from habitue.services.importing.receipts import (
    ImportFault,
    LineFaults,
    Outcome,
    Reject,
    Translator,
)

LINES_AT_ONCE: Final = 8_192
_LINES_LOOKED_AT: Final = 256
_KEY: Final = "invoice"


@dataclass(slots=True)
class Piece:
    """What some more lines of a file have brought: how many lines were read, how far that is into
    the file, the receipts whose lines are together by now, and lines that belong to none."""

    lines: int
    done: int
    groups: list[Group]
    rejects: list[Reject]


def read_pieces(
    table: Table, mapping: Mapping, *, lines_at_once: int = LINES_AT_ONCE
) -> Iterator[Piece]:
    """Read a table to its end; raises ``FileProblem`` where that is not possible."""
    grouper = Grouper(_KEY, mapping.window)
    prepare = _Preparation(mapping)
    done = 0
    for batch in table.batches(lines_at_once):
        prepare(batch)
        rejects = _without_number(batch)
        yield Piece(len(batch), batch.done, list(grouper.add(batch)), rejects)
        done = batch.done
    yield Piece(0, done, list(grouper.finish()), [])


def translate(group: Group, translator: Translator) -> Outcome:
    """What the lines of a receipt are; rejects where some could not be split into columns."""
    broken = list(group.faults())
    if not broken:
        return translator.translate(group)
    faults = LineFaults()
    for place in broken:
        faults.add(place, ImportFault.WRONG_NUMBER_OF_FIELDS)
    return faults.rejects(group)


def first_moment(table: Table, mapping: Mapping) -> Instant:
    """The earliest moment among the first lines of a table; 0 where they tell none."""
    batch = next(table.batches(_LINES_LOOKED_AT), None)
    if batch is None:
        return 0
    _Preparation(mapping)(batch)
    return min((moment for moment in batch.columns["date"] if isinstance(moment, int)), default=0)


def _without_number(batch: Batch) -> list[Reject]:
    """Rejects for lines that cannot be assigned to a receipt."""
    rejects = []
    for index, number in enumerate(batch.columns[_KEY]):
        if isinstance(number, str):
            continue
        line = batch.lines[index]
        if index in batch.faults:
            rejects.append(Reject(line, "", ImportFault.WRONG_NUMBER_OF_FIELDS))
        elif isinstance(number, Unreadable):
            rejects.append(Reject(line, "", number.reason, _KEY, {"value": number.value}))
        else:
            rejects.append(Reject(line, "", Code.MISSING_FIELD, _KEY))
    return rejects


class _Preparation:
    """Makes the columns of a batch what translators expect: a receipt number and a moment."""

    def __init__(self, mapping: Mapping) -> None:
        self._parts = mapping.invoice_parts
        self._moments = (
            converter(Wish("date", ("date",), "moment"), mapping.reading)
            if mapping.has_time
            else None
        )

    def __call__(self, batch: Batch) -> None:
        columns = batch.columns
        if self._parts:
            parts = [columns[name] for name in self._parts]
            columns[_KEY] = [_composed(cells) for cells in zip(*parts, strict=True)]
        if self._moments is not None:
            columns["date"] = [
                self._moments[_joined(day, time)]
                for day, time in zip(columns["date"], columns["time"], strict=True)
            ]


def _composed(cells: tuple[Any, ...]) -> str | Unreadable | None:
    """A receipt number made of several cells; none of them may be missing."""
    unusable: Unreadable | None
    for cell in cells:
        if not isinstance(cell, str):
            unusable = cell
            return unusable
    return "/".join(cells)


def _joined(day: Any, time: Any) -> str:
    """A date and a time as one text.  Spreadsheets hold a day as its first instant."""
    return f"{str(day or '').removesuffix('T00:00:00')} {time or ''}".strip()
