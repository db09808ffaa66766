"""Files through the intake into the ledger: counted, idempotent, whole or not at all."""

import gzip
from pathlib import Path

import pytest

from habitue.domain.errors import Refusal
from habitue.services.importing.importing import FileFault, FileProblem
from tests.services.importing.building import publish, rows, run_import
from tests.support.database import DatabaseForTests

HEADER = "invoice,date,customer,product,quantity,amount\n"
FIRST = (
    "1,2026-01-05 10:00,ann,tea,1,10.00\n"
    "1,2026-01-05 10:00,ann,cup,2,20.00\n"
    "2,2026-01-05 11:00,bob,tea,1,10.00\n"
    "3,2026-01-06 10:00,,tea,1,10.00\n"
)
SECOND = "2,2026-01-05 11:00,bob,tea,1,10.00\n4,2026-01-07 10:00,ann,tea,1,10.00\n"


def csv(folder: Path, lines: str, name: str = "file.csv", header: str = HEADER) -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text(header + lines)
    return path


def balances(database: DatabaseForTests) -> dict[str, int]:
    """Points by customer."""
    return dict(
        rows(
            database,
            "SELECT i.value, coalesce(sum(e.amount), 0)::bigint FROM identifier i"
            " LEFT JOIN entry e USING (member_id) WHERE i.kind = 'external' GROUP BY 1 ORDER BY 1",
        )
    )


def test_purchases_become_points_and_customers_members(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    counts, notes = run_import(database, csv(tmp_path, FIRST))
    assert notes.rejects == []
    assert (counts.lines, counts.invoices, counts.members_created) == (4, 3, 2)
    assert counts.by_kind == {"purchases": 2, "receipts_anonymous": 1}
    assert balances(database) == {"import:ann": 30, "import:bob": 10}
    assert rows(database, "SELECT count(*) FROM receipt") == [(1,)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 1, 0)])
def test_overlapping_files_in_any_order_and_again(
    database: DatabaseForTests, tmp_path: Path, order: tuple[int, ...]
) -> None:
    publish(database)
    files = [csv(tmp_path, FIRST, "first.csv"), csv(tmp_path, SECOND, "second.csv")]
    lines = known = 0
    for place in order:
        counts, notes = run_import(database, files[place])
        assert notes.rejects == []
        lines += counts.lines
        known += counts.lines_already_known
    assert lines == 5
    assert lines + known == sum((4, 2)[place] for place in order)
    assert balances(database) == {"import:ann": 40, "import:bob": 10}


def test_a_file_that_was_read_to_its_end_is_not_read_again(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = csv(tmp_path, FIRST)
    run_import(database, path)
    counts, notes = run_import(database, path)
    assert notes.opened_files == []
    assert counts.files_already_known == 1
    assert (counts.lines, counts.lines_already_known, counts.invoices_already_known) == (0, 4, 3)
    counts, notes = run_import(database, path, again=True)
    assert notes.opened_files == [path]
    assert (counts.lines, counts.lines_already_known, counts.invoices_already_known) == (0, 4, 3)


def test_another_mapping_or_source_reads_a_known_file_anew(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = csv(tmp_path, FIRST)
    run_import(database, path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(
        "source: other\n"
        "columns: {invoice: invoice, date: date, amount: amount, customer: customer}\n"
    )
    counts, _ = run_import(database, path, mapping=str(mapping))
    assert counts.lines == 4


def test_files_are_read_in_the_order_of_their_receipts(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    late = csv(tmp_path, "9,2026-02-01,ann,tea,1,10.00\n", "a.csv")
    early = csv(tmp_path, "8,2026-01-01,ann,tea,1,10.00\n", "b.csv")
    _, notes = run_import(database, late, early)
    assert notes.opened_files == [early, late]


def test_a_receipt_with_another_body_is_rejected_with_all_its_lines(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    run_import(database, csv(tmp_path, FIRST, "first.csv"))
    changed = FIRST.replace("cup,2,20.00", "cup,2,25.00")
    counts, notes = run_import(database, csv(tmp_path, changed, "changed.csv"))
    assert notes.codes == [(2, "key_reused"), (3, "key_reused")]
    assert (counts.lines_rejected, counts.invoices_rejected) == (2, 1)
    assert counts.lines_already_known == 2
    assert balances(database) == {"import:ann": 30, "import:bob": 10}


def test_a_file_with_rejects_is_read_again(database: DatabaseForTests, tmp_path: Path) -> None:
    publish(database)
    path = csv(tmp_path, FIRST + "5,never,ann,tea,1,1.00\n")
    _, notes = run_import(database, path)
    assert notes.codes == [(6, "not_an_instant")]
    counts, notes = run_import(database, path)
    assert notes.codes == [(6, "not_an_instant")]
    assert counts.files_already_known == 0


def test_lines_far_apart_are_refused_and_not_lost_in_silence(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    between = "".join(f"{n},2026-01-05,ann,tea,1,1.00\n" for n in range(100, 110))
    lines = f"1,2026-01-05,ann,tea,1,2.00\n{between}1,2026-01-05,ann,tea,1,1.00\n"
    mapping = tmp_path / "narrow.yaml"
    mapping.write_text(
        "source: shop\nwindow: 3\n"
        "columns: {invoice: invoice, date: date, amount: amount, customer: customer}\n"
    )
    table = csv(
        tmp_path, lines.replace("1,2026-01-05,ann,tea,1,1.00\n", "1,2026-01-05,ann,tea,1,2.00\n", 1)
    )
    counts, notes = run_import(database, table, mapping=str(mapping), lines_at_once=2)
    assert notes.codes == [(13, "key_reused")]
    assert counts.lines == 12


@pytest.mark.parametrize(
    ("policy", "matched", "partly", "unlinked", "rejected"),
    [
        ("match_or_average", 1, 1, 2, 0),
        ("match_or_refuse", 1, 0, 0, 2),
        ("average", 0, 0, 3, 0),
        ("refuse", 0, 0, 0, 3),
    ],
)
def test_returns_that_name_no_purchase_follow_the_policy(  # the policy's four answers
    database: DatabaseForTests,
    tmp_path: Path,
    policy: str,
    matched: int,
    partly: int,
    unlinked: int,
    rejected: int,
) -> None:
    publish(database, without_purchase=policy)
    returns = (
        "R1,2026-02-01,ann,tea,-1,-10.00\n"
        "R2,2026-02-02,ann,cup,-2,-20.00\n"
        "R2,2026-02-02,ann,pot,-1,-5.00\n"
        "R3,2026-02-03,bob,pot,-1,-5.00\n"
        "R4,2026-02-03,,pot,-1,-5.00\n"
    )
    counts, notes = run_import(database, csv(tmp_path, FIRST + returns))
    assert (counts.returns_matched, counts.returns_partly_matched) == (matched, partly)
    assert (counts.returns_unlinked, counts.returns_rejected) == (unlinked, rejected)
    assert matched + unlinked + rejected == 3
    assert counts.by_kind["returns_anonymous"] == 1
    assert len(notes.rejects) == counts.lines_rejected
    assert counts.lines == 9
    assert counts.lines == sum(counts.lines_by_kind.values()) + counts.lines_rejected


def test_what_is_set_aside_is_known_the_next_time(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    path = csv(tmp_path, "R4,2026-02-03,,pot,-1,-5.00\n", "one.csv")
    counts, _ = run_import(database, path)
    assert (counts.lines, counts.by_kind["returns_anonymous"]) == (1, 1)
    counts, _ = run_import(database, path, again=True)
    assert (counts.lines, counts.lines_already_known, counts.invoices_already_known) == (0, 1, 1)
    changed = csv(tmp_path, "R4,2026-02-03,,pot,-1,-6.00\n", "two.csv")
    _, notes = run_import(database, changed)
    assert notes.codes == [(2, "key_reused")]


def test_a_dry_run_counts_and_records_nothing(database: DatabaseForTests, tmp_path: Path) -> None:
    publish(database)
    counts, notes = run_import(
        database, csv(tmp_path, FIRST + "5,2026-01-07,ann,tea,1,oops\n"), dry_run=True
    )
    assert (counts.lines, counts.lines_rejected) == (5, 1)
    assert notes.codes == [(6, "not_a_number")]
    for table in ("event_key", "member", "imported_file"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608  # constants


def test_one_wrong_file_among_several_changes_nothing(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    fine = csv(tmp_path, FIRST, "fine.csv")
    for wrong, fault in (
        (tmp_path / "none.csv", FileFault.NO_SUCH_FILE),
        (tmp_path, FileFault.IS_A_DIRECTORY),
        (csv(tmp_path, "", "other.csv", header="a,b\n"), FileFault.MISSING_COLUMN),
    ):
        with pytest.raises(FileProblem) as caught:
            run_import(database, fine, wrong)
        assert caught.value.fault is fault
    assert rows(database, "SELECT count(*) FROM event_key") == [(0,)]


def test_a_file_that_breaks_off_keeps_its_batches_and_continues_when_repaired(
    database: DatabaseForTests, tmp_path: Path
) -> None:
    publish(database)
    lines = "".join(
        f"{n},2026-01-{n % 28 + 1:02} 10:{n % 60:02},ann,tea{n * 7919 % 9973},1,1.00\n"
        for n in range(1, 20_001)
    )
    whole = gzip.compress((HEADER + lines).encode())
    path = tmp_path / "file.csv.gz"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    mapping = tmp_path / "narrow.yaml"
    mapping.write_text(
        "source: import\nwindow: 10\ncolumns: {invoice: invoice, date: date, amount: amount}\n"
    )
    with pytest.raises(FileProblem) as caught:
        run_import(database, path, mapping=str(mapping), lines_at_once=1000)
    assert caught.value.fault is FileFault.BROKEN_FILE
    ((kept,),) = rows(database, "SELECT count(*) FROM event_key")
    assert kept > 0
    assert kept % 1000 == 0
    path.write_bytes(whole)
    counts, notes = run_import(database, path, mapping=str(mapping))
    assert notes.rejects == []
    assert counts.lines_already_known == kept
    assert counts.lines + counts.lines_already_known == 20_000


def test_money_of_another_currency(database: DatabaseForTests, tmp_path: Path) -> None:
    publish(database)
    mapping = tmp_path / "euro.yaml"
    columns = "columns: {invoice: invoice, date: date, amount: amount}\n"
    mapping.write_text(f"source: shop\ncurrency: EUR\n{columns}")
    with pytest.raises(Refusal, match="wrong_currency"):
        run_import(database, csv(tmp_path, FIRST), mapping=str(mapping))
    header = HEADER.replace("\n", ",currency\n")
    lines = "1,2026-01-05,ann,tea,1,10.00,EUR\n2,2026-01-05,ann,tea,1,10.00,GBP\n"
    _, notes = run_import(database, csv(tmp_path, lines, "mixed.csv", header))
    assert notes.codes == [(2, "wrong_currency")]
