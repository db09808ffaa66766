"""The generic mapping: columns, composed numbers, dates and decimals, returns, and its refusals."""

from pathlib import Path

import pytest

from habitue.domain.events import EventKey, Purchase, Return
from habitue.integrations.files.opening import open_table
from habitue.services.importing.mapping import MappingProblem, load_mapping
from habitue.services.importing.reading import read_pieces, translate
from habitue.services.importing.receipts import Receipt, Reject, Sort
from tests.services.importing.building import CONVENTIONS, NOW

COLUMNS = "columns: {invoice: invoice, date: date, amount: amount, customer: customer"


def read(
    folder: Path, text: str, mapping: str | None = None
) -> tuple[list[Receipt], list[tuple[int, str, str]]]:
    """The receipts and rejects of a CSV text, under a mapping's text."""
    path = folder / "file.csv"
    path.write_text(text)
    name = "generic"
    if mapping is not None:
        (folder / "mapping.yaml").write_text(mapping)
        name = str(folder / "mapping.yaml")
    how = load_mapping(name, zone="Europe/Paris")
    table = open_table(path, how.wishes, how.reading)
    receipts: list[Receipt] = []
    rejects: list[Reject] = []
    translator = how.translator(how.source, CONVENTIONS, NOW)
    for piece in read_pieces(table, how):
        rejects += piece.rejects
        for result in (each for group in piece.groups for each in translate(group, translator)):
            if isinstance(result, Receipt):
                receipts.append(result)
            else:
                rejects.append(result)
    table.close()
    return receipts, [(reject.line, str(reject.code), reject.path) for reject in rejects]


def test_every_column_of_the_built_in_mapping(tmp_path: Path) -> None:
    (tmp_path / "unused").mkdir()
    (receipt,), rejects = read(
        tmp_path,
        "invoice,date,customer,product,name,quantity,amount,tax,discount,currency,category,brand,"
        "role,line,store,channel,staff\n"
        "7,2026-01-05T10:00,ann,T1,Tea,1.5,12.30,1.10,0.50,GBP,drinks,Best,goods,a,S1,till,Zoe\n",
    )
    assert rejects == []
    event = receipt.event
    assert event is not None
    assert event.key == EventKey("import", "7")
    assert event.occurred_at == 1767603600_000000  # 10:00 in Paris
    assert (event.store, event.channel, event.staff) == ("S1", "till", "Zoe")
    assert event.member is not None
    assert event.member.value == "import:ann"
    assert isinstance(event.body, Purchase)
    (line,) = event.body.lines
    assert (line.line, line.product, line.name) == ("a", "T1", "Tea")
    assert (line.quantity, line.amount, line.tax, line.discount) == (1_500, 1_230, 110, 50)
    assert (line.category, line.brand, line.role) == ("drinks", "Best", "goods")


def test_a_unit_price_is_multiplied_and_rounded_half_up(tmp_path: Path) -> None:
    (receipt,), _ = read(
        tmp_path, "invoice,date,quantity,unit_price\n1,2026-01-05,3,0.335\n1,2026-01-05,,2\n"
    )
    assert receipt.event is not None
    assert isinstance(receipt.event.body, Purchase)
    assert [line.amount for line in receipt.event.body.lines] == [101, 200]


def test_german_numbers_dates_and_columns(tmp_path: Path) -> None:
    (receipt,), rejects = read(
        tmp_path,
        "Bon;Datum;Zeit;Kunde;Betrag\n1;05.01.2026;14:30;Jörg;1.234,50\n",
        'source: kasse\ndecimal: ","\nthousands: "."\ndate_format: "%d.%m.%Y %H:%M"\n'
        "zone: Europe/Berlin\nidentifier: card\n"
        "columns: {invoice: Bon, date: Datum, time: Zeit, customer: Kunde, amount: Betrag}\n",
    )
    assert rejects == []
    assert receipt.event is not None
    assert receipt.event.occurred_at == 1767619800_000000
    assert receipt.event.member is not None
    assert (receipt.event.member.kind, receipt.event.member.value) == ("card", "Jörg")
    assert isinstance(receipt.event.body, Purchase)
    assert receipt.event.body.lines[0].amount == 123_450


def test_a_receipt_number_composed_of_columns(tmp_path: Path) -> None:
    receipts, rejects = read(
        tmp_path,
        "customer,date,amount\nann,2026-01-05,1\nann,2026-01-05,2\nann,2026-01-06,3\n,2026-01-06,3\n",
        "source: shop\ncolumns: {invoice: [customer, date], date: date, amount: amount,"
        " customer: customer}\n",
    )
    assert [(receipt.number, receipt.lines) for receipt in receipts] == [
        ("ann/2026-01-05", [2, 3]),
        ("ann/2026-01-06", [4]),
    ]
    assert rejects == [(5, "missing_field", "invoice")]


TABLE = "invoice,date,customer,product,quantity,amount\n"


def test_negative_lines_are_a_return(tmp_path: Path) -> None:
    receipts, _ = read(
        tmp_path,
        TABLE
        + "1,2026-01-05,ann,tea,-2,-5.00\n2,2026-01-05,ann,tea,,-5.00\n3,2026-01-05,,tea,1,-5\n",
    )
    assert [receipt.sort for receipt in receipts] == [
        Sort.RETURN,
        Sort.RETURN,
        Sort.RETURN_ANONYMOUS,
    ]
    body = receipts[0].event and receipts[0].event.body
    assert isinstance(body, Return)
    assert body.purchase is None
    (line,) = body.lines
    assert (line.product, line.quantity, line.amount) == ("tea", 2_000, 500)


MIXED = TABLE + "1,2026-01-05,ann,tea,1,5.00\n1,2026-01-05,ann,cup,-1,-2.00\n"


def mapping(extra: str) -> str:
    """A mapping's text with one more line."""
    return f"source: shop\n{extra}\n{COLUMNS}, product: product, quantity: quantity}}\n"


def test_positive_and_negative_lines_in_one_receipt(tmp_path: Path) -> None:
    _, rejects = read(tmp_path, MIXED)
    assert rejects == [(2, "receipt_incomplete", ""), (3, "mixed_signs", "")]
    (bought, returned), _ = read(tmp_path, MIXED, mapping("negative_lines: return"))
    assert (bought.number, bought.sort, bought.lines) == ("1", Sort.PURCHASE, [2])
    assert (returned.number, returned.sort, returned.lines) == ("1~return", Sort.RETURN, [3])
    ((bought,), _) = read(tmp_path, MIXED, mapping("negative_lines: discount"))
    assert bought.event is not None
    assert isinstance(bought.event.body, Purchase)
    assert (bought.event.body.order_discount, len(bought.event.body.lines)) == (200, 1)
    assert bought.lines == [2, 3]


def test_returns_by_their_number(tmp_path: Path) -> None:
    (receipt,), _ = read(
        tmp_path, TABLE + "R7,2026-01-05,ann,tea,1,5.00\n", mapping("return_prefix: R")
    )
    assert receipt.sort is Sort.RETURN


def test_returns_that_name_their_purchase(tmp_path: Path) -> None:
    (receipt,), _ = read(
        tmp_path,
        "invoice,date,customer,amount,original_invoice,original_line\nR7,2026-01-05,,-5.00,3,2\n",
    )
    body = receipt.event and receipt.event.body
    assert isinstance(body, Return)
    assert body.purchase == EventKey("import", "3")
    assert body.lines[0].line == "2"


def test_lines_may_be_numbered_by_their_content(tmp_path: Path) -> None:
    lines = ["1,2026-01-05,ann,tea,1,5.00\n", "1,2026-01-05,ann,cup,1,2.00\n"]
    made = [
        read(tmp_path, TABLE + "".join(order), mapping("lines: sorted"))[0][0].event
        for order in (lines, lines[::-1])
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1,2026-01-05,ann,tea,1,5.001", (2, "too_precise", "lines[0].amount")),
        ("1,2026-01-05,ann,tea,0,5.00", (2, "not_positive", "lines[0].quantity")),
        ("1,2026-01-05,ann,tea,0.0001,5.00", (2, "too_precise", "lines[0].quantity")),
        ("1,2026-01-05,ann,tea,-1,5.00", (2, "inconsistent", "quantity")),
        ("1,2026-01-05,ann,tea,1,", (2, "missing_field", "amount")),
        ("1,2026-01-05,ann,tea,1,x", (2, "not_a_number", "amount")),
        ("1,2026-01-05,ann,tea,1,9e14", (2, "too_large", "amount")),
        ("1,tomorrow,ann,tea,1,5.00", (2, "not_an_instant", "date")),
        ("1,2099-01-05,ann,tea,1,5.00", (2, "in_the_future", "occurred_at")),
        ("1,1969-01-05,ann,tea,1,5.00", (2, "too_long_ago", "occurred_at")),
        (",2026-01-05,ann,tea,1,5.00", (2, "missing_field", "invoice")),
        (f"1,2026-01-05,ann,{'x' * 201},1,5.00", (2, "too_long", "product")),
        ("1,2026-01-05,ann,a\x01b,1,5.00", (2, "invalid_text", "product")),
        ("1,2026-01-05,ann,tea,1", (2, "wrong_number_of_fields", "")),
    ],
)
def test_every_bad_line_is_refused_with_its_place(
    tmp_path: Path, line: str, fault: tuple[int, str, str]
) -> None:
    receipts, rejects = read(tmp_path, f"{TABLE}{line}\n2,2026-01-05,bob,tea,1,5.00\n")
    assert [receipt.number for receipt in receipts] == ["2"]
    assert rejects == [fault]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source: shop\n", "columns: Field required"),
        ("source: a b\ncolumns: {invoice: i, date: d, amount: a}", "source"),
        ("source: shop\ncolumns: {invoice: i, date: d}", "'amount' or 'unit_price'"),
        ("source: s\ncolumns: {invoice: i, date: d, amount: a, unit_price: p}", "not both"),
        ("source: s\ncolumns: {invoice: i, date: d, amount: a, prize: p}", "columns.prize"),
        ("source: s\ncolumns: {invoice: i, date: d, amount: a, original_line: p}", "together"),
        ("source: s\nzone: Mars/North\ncolumns: {invoice: i, date: d, amount: a}", "Mars/North"),
        ("source: s\ncurrency: ZZZ\ncolumns: {invoice: i, date: d, amount: a}", "ZZZ"),
        ('source: s\nthousands: "."\ncolumns: {invoice: i, date: d, amount: a}', "differ"),
        ("source: [", "mapping.yaml"),
    ],
)
def test_faults_of_a_mapping_name_place_and_value(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(MappingProblem, match=words):
        load_mapping(str(path), zone="UTC")


def test_a_mapping_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(MappingProblem, match="online-retail, generic"):
        load_mapping(str(tmp_path / "none.yaml"), zone="UTC")
