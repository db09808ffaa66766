"""Parquet files and workbooks: types, broken files, sheets, bounded memory."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from habitue.integrations.files.opening import open_table
from habitue.integrations.files.tables import Batch, FileFault, FileProblem, Reading, Wish

WISHES = (
    Wish("invoice", ("invoice",)),
    Wish("date", ("date",), "moment"),
    Wish("amount", ("amount",), "number"),
    Wish("customer", ("customer",), required=False),
)
NOON = datetime(2011, 7, 1, 12, 0)  # noqa: DTZ001  # a local time, as such files hold it


def read(path: Path, reading: Reading | None = None, size: int = 100) -> list[Batch]:
    """All batches of a file."""
    table = open_table(path, WISHES, reading or Reading(zone="Europe/London"))
    try:
        return list(table.batches(size))
    finally:
        table.close()


def parquet(folder: Path, **columns: Any) -> Path:
    """A Parquet file with these columns."""
    path = folder / "file.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def book(folder: Path, sheets: dict[str, Any]) -> Path:
    """A workbook with these sheets."""
    path = folder / "file.xlsx"
    made = openpyxl.Workbook()
    del made["Sheet"]
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize(
    "amounts",
    [
        pa.array([2.55, 0.1]),
        pa.array([Decimal("2.55"), Decimal("0.10")]),
        pa.array(["2.55", "0.1"]),
        pa.array(["2.55", "0.1"]).dictionary_encode(),
    ],
)
def test_numbers_are_exact_whatever_their_type(tmp_path: Path, amounts: pa.Array) -> None:
    (batch,) = read(parquet(tmp_path, invoice=["1", "2"], date=[NOON, NOON], amount=amounts))
    assert batch.columns["amount"] == [2_550_000, 100_000]
    assert batch.columns["date"] == [1309518000_000000] * 2
    assert list(batch.lines) == [1, 2]


def test_times_in_nanoseconds_and_numbers_as_texts(tmp_path: Path) -> None:
    moments = pa.array([NOON, None]).cast(pa.timestamp("ns"))
    customers = pa.array([17850.0, None])
    path = parquet(tmp_path, invoice=[1, 2], date=moments, amount=[1, 2], customer=customers)
    (batch,) = read(path)
    assert batch.columns["invoice"] == ["1", "2"]
    assert batch.columns["date"] == [1309518000_000000, None]
    assert batch.columns["customer"] == ["17850", None]


def test_a_parquet_file_that_is_cut_off(tmp_path: Path) -> None:
    path = parquet(tmp_path, invoice=["1"] * 1000, date=[NOON] * 1000, amount=[1.0] * 1000)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is FileFault.BROKEN_FILE


def test_a_parquet_file_with_a_broken_page(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    table = pa.table({"invoice": ["1"] * 9, "date": [NOON] * 9, "amount": [1.0] * 9})
    pq.write_table(table, path, compression="zstd")
    content = bytearray(path.read_bytes())
    content[8:60] = b"\xff" * 52
    path.write_bytes(bytes(content))
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is FileFault.BROKEN_FILE


def test_an_empty_parquet_file(tmp_path: Path) -> None:
    path = parquet(tmp_path, invoice=pa.array([], pa.string()), date=[], amount=[])
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is FileFault.EMPTY_FILE


def test_columns_of_other_types_are_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, invoice=[["1"]], date=[NOON], amount=[1])
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is FileFault.UNSUPPORTED_COLUMN
    assert caught.value.parameters["column"] == "invoice"


HEADER = ["Invoice", "Date", "Amount", "Customer"]


def test_a_workbook(tmp_path: Path) -> None:
    rows = [HEADER, [489434, NOON, 2.55, 13085.0], [None] * 4, ["C489435", NOON, -1, None], ["x"]]
    (batch,) = read(book(tmp_path, {"one": rows}))
    assert list(batch.lines) == [2, 4, 5]
    assert batch.columns["invoice"] == ["489434", "C489435", "x"]
    assert batch.columns["amount"] == [2_550_000, -1_000_000, None]
    assert batch.columns["customer"] == ["13085", None, None]
    assert batch.columns["date"] == [1309518000_000000, 1309518000_000000, None]


def test_which_sheets_are_read(tmp_path: Path) -> None:
    rows = [[HEADER, [number, NOON, 1, None]] for number in (1, 2)]
    path = book(tmp_path, {"first": rows[0], "second": rows[1]})

    def invoices(reading: Reading) -> list[Any]:
        return [cell for batch in read(path, reading) for cell in batch.columns["invoice"]]

    assert invoices(Reading()) == ["1"]
    assert invoices(Reading(sheet="second")) == ["2"]
    assert invoices(Reading(all_sheets=True)) == ["1", "2"]
    with pytest.raises(FileProblem) as caught:
        invoices(Reading(sheet="third"))
    assert caught.value.fault is FileFault.NO_SUCH_SHEET
    assert caught.value.parameters["found"] == "first, second"


def test_truth_values_are_not_ones(tmp_path: Path) -> None:
    (batch,) = read(book(tmp_path, {"one": [HEADER, [1, NOON, 1, None], [True, NOON, 1, None]]}))
    assert batch.columns["invoice"] == ["1", "true"]


def test_a_broken_workbook(tmp_path: Path) -> None:
    path = book(tmp_path, {"one": [HEADER, *[[i, NOON, i, None] for i in range(500)]]})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is FileFault.BROKEN_FILE


def test_an_empty_workbook_and_one_without_the_columns(tmp_path: Path) -> None:
    for rows, fault in (([], FileFault.EMPTY_FILE), ([["a"]], FileFault.MISSING_COLUMN)):
        with pytest.raises(FileProblem) as caught:
            read(book(tmp_path, {"one": rows}))
        assert caught.value.fault is fault
