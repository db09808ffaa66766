"""CSV files: encodings, delimiters, line numbers, and everything that breaks."""

import gzip
from pathlib import Path

import pytest

from habitue.integrations.files.opening import open_table
from habitue.integrations.files.tables import (
    Batch,
    FileFault,
    FileProblem,
    Reading,
    Unreadable,
    Wish,
)

WISHES = (
    Wish("invoice", ("invoice",), longest=10),
    Wish("date", ("date",), "moment"),
    Wish("amount", ("amount",), "number"),
    Wish("name", ("product name",), required=False),
)
TEXT = "Invoice,Date,Amount,Product_Name\n1,2026-03-01T10:00,12.50,Café\n2,2026-03-02,3,\n"


def read(path: Path, reading: Reading | None = None, size: int = 100) -> list[Batch]:
    """All batches of a file."""
    table = open_table(path, WISHES, reading or Reading())
    try:
        return list(table.batches(size))
    finally:
        table.close()


def written(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param(TEXT.encode("utf-16"), id="utf-16 with mark"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="utf-16 big endian"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="only carriage returns"),
        pytest.param(TEXT.replace(",", ";").encode(), id="semicolons"),
        pytest.param(TEXT.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TEXT.replace(",", "|").encode(), id="bars"),
        pytest.param(TEXT.replace("Café", '"Café"').encode(), id="quoted"),
        pytest.param(gzip.compress(TEXT.encode()), id="gzip"),
        pytest.param(TEXT.rstrip("\n").encode(), id="no line end at the end"),
    ],
)
def test_the_same_table_in_every_dress(tmp_path: Path, content: bytes) -> None:
    (batch,) = read(written(tmp_path, content))
    assert list(batch.lines) == [2, 3]
    assert batch.columns["invoice"] == ["1", "2"]
    assert batch.columns["date"] == [1772359200_000000, 1772409600_000000]
    assert batch.columns["amount"] == [12_500_000, 3_000_000]
    assert batch.columns["name"] == ["Café", None]


def test_an_encoding_that_is_given_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT.encode("cp1252"))
    (batch,) = read(path, Reading(encoding="cp1252"))
    assert batch.columns["name"][0] == "Café"


def test_a_wrong_encoding_names_the_byte(tmp_path: Path) -> None:
    content = TEXT.encode("cp1252")
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, content))
    assert caught.value.fault is FileFault.WRONG_ENCODING
    assert caught.value.parameters["position"] == content.index(b"\xe9")
    assert caught.value.parameters["byte"] == "0xe9"


def test_the_position_counts_from_the_beginning_of_a_large_file(tmp_path: Path) -> None:
    row = "1,2026-03-01,1.00,ü\n".encode()
    content = b"invoice,date,amount,product name\n" + row * 50_000 + b"2,2026-03-01,1.00,\xff\n"
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, content))
    assert caught.value.parameters["position"] == content.index(b"\xff")


def test_a_character_cut_off_at_the_end_is_found(tmp_path: Path) -> None:
    content = TEXT.encode() + "3,2026-03-01,1,é".encode()[:-1]
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, content))
    assert caught.value.parameters["position"] == len(content) - 1


def test_an_unknown_encoding(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, TEXT.encode()), Reading(encoding="klingon"))
    assert caught.value.fault is FileFault.UNKNOWN_ENCODING


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", FileFault.EMPTY_FILE),
        (b"\n\n", FileFault.EMPTY_FILE),
        (b"\xef\xbb\xbf", FileFault.EMPTY_FILE),
        (b"invoice,date\n1,2026-03-01\n", FileFault.MISSING_COLUMN),
        (b"invoice,Invoice,INVOICE,date,amount\n", FileFault.MISSING_COLUMN),
        (b"INVOICE,Invoice,date,amount\n", FileFault.AMBIGUOUS_COLUMN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileFault.UNKNOWN_FORMAT),
        (b"PAR1 and no more", FileFault.BROKEN_FILE),
        (b"PK\x03\x04 and no more", FileFault.BROKEN_FILE),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), FileFault.WRONG_ENCODING),
    ],
)
def test_files_that_cannot_be_opened(tmp_path: Path, content: bytes, fault: FileFault) -> None:
    path = written(tmp_path, content)
    if content.startswith(b"invoice,Invoice"):
        # A header that is written exactly as wished wins.
        assert read(path) == []
        return
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.fault is fault


def test_a_header_alone_is_a_table_without_lines(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"invoice,date,amount\n")) == []


def test_missing_files_and_directories(tmp_path: Path) -> None:
    for path, fault in (
        (tmp_path / "none.csv", FileFault.NO_SUCH_FILE),
        (tmp_path, FileFault.IS_A_DIRECTORY),
    ):
        with pytest.raises(FileProblem) as caught:
            read(path)
        assert caught.value.fault is fault


def test_a_gzip_file_that_is_cut_off(tmp_path: Path) -> None:
    rows = b"".join(b"%d,2026-03-01,%d.00,x\n" % (i, i * 7919 % 10007) for i in range(100_000))
    whole = gzip.compress(b"invoice,date,amount,product name\n" + rows)
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, whole[: len(whole) // 2]))
    assert caught.value.fault is FileFault.BROKEN_FILE


def test_a_quotation_mark_that_never_closes(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, TEXT.encode() + b'3,2026-03-01,1.00,"open\n'))
    assert caught.value.fault is FileFault.BROKEN_FILE
    assert caught.value.parameters["line"] == 4


def test_a_field_that_never_ends_does_not_fill_the_memory(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, TEXT.encode() + b'3,2026-03-01,1.00,"' + b"x\n" * 200_000))
    assert caught.value.fault is FileFault.BROKEN_FILE


def test_lines_with_the_wrong_number_of_fields_are_marked(tmp_path: Path) -> None:
    content = (
        b"invoice,date,amount,product name\n1,2026-03-01,1\n2,2026-03-01,1,a,b\n3,2026-03-01,1,\n"
    )
    (batch,) = read(written(tmp_path, content))
    assert sorted(batch.faults) == [0, 1]
    assert batch.columns["invoice"] == ["1", "2", "3"]


def test_line_numbers_pass_over_blank_lines_and_count_lines_within_texts(tmp_path: Path) -> None:
    content = b'invoice,date,amount,product name\n\n1,2026-03-01,1,"two\nlines"\n2,2026-03-01,1,\n'
    (batch,) = read(written(tmp_path, content))
    assert list(batch.lines) == [3, 5]


def test_texts_that_are_too_long_or_hold_control_characters(tmp_path: Path) -> None:
    content = "invoice,date,amount\n12345678901,2026-03-01,1\na\x07b,2026-03-01,1\n"
    (batch,) = read(written(tmp_path, content.encode()))
    assert batch.columns["invoice"] == [
        Unreadable("too_long", "12345678901", 10),
        Unreadable("invalid_text", "a\x07b"),
    ]


def test_a_line_separator_of_unicode_is_a_part_of_a_text(tmp_path: Path) -> None:
    content = "invoice,date,amount,product name\n1,2026-03-01,1,a\u2028b\n"
    (batch,) = read(written(tmp_path, content.encode()))
    assert batch.columns["name"] == ["a\u2028b"]


def test_batches_are_as_large_as_asked(tmp_path: Path) -> None:
    rows = b"".join(b"%d,2026-03-01,1\n" % i for i in range(25))
    batches = read(written(tmp_path, b"invoice,date,amount\n" + rows), size=10)
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [line for batch in batches for line in batch.lines] == list(range(2, 27))
