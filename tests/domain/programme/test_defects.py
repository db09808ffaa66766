"""Documents with one planted fault each, and sound ones of many kinds of business.

The first line of a faulty document says what is expected: ``# severity problem at path``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from habitue.domain.programme.faults import Fault
from habitue.domain.programme.findings import check_document
from habitue.integrations.documents import load_document

HERE = Path(__file__).parent
DEFECTS = sorted((HERE / "defects").glob("*.yaml"))
SOUND = sorted((HERE / "sound").glob("*.yaml"))
# What the engine can show; other findings follow from the document alone.
SHOWN = {
    *("shadowed", "same_condition", "never_best", "cap_below_gift", "never_in_full"),
    *("minted_by_returns", "repeated_at_will", "cashback_above_spend"),
}


def read(file: Path) -> Any:
    """The document of a file."""
    return load_document(file.read_bytes())


def name(file: Path) -> str:
    """The name of a document, for the ids of tests."""
    return file.stem


def test_there_are_many_of_both() -> None:
    assert len(DEFECTS) >= 42
    assert len(SOUND) >= 42
    assert {str(read(file)["money"]["currency"]) for file in SOUND} >= {"EUR", "JPY", "KWD"}


@pytest.mark.parametrize("file", DEFECTS, ids=name)
def test_the_planted_fault_is_found_and_nothing_else(file: Path) -> None:
    found = check_document(read(file))
    expected = file.read_text("utf-8").splitlines()[0].removeprefix("# ")
    assert [f"{one.severity} {one.problem} at {one.path}" for one in found] == [expected]
    [fault] = found
    assert fault.remedy.endswith(".")
    assert fault.remedy[0].isupper()
    if fault.problem in SHOWN:
        assert fault.example is not None
        assert fault.example["events"]


def test_every_kind_of_finding_is_planted() -> None:
    planted = {file.read_text("utf-8").split()[2] for file in DEFECTS}
    assert planted >= {*SHOWN, "can_never_fire", "unreachable_tier", "reenter_below_keep"}
    assert planted >= {"lapses_before_use", "limit_above_budget", "multiplies_nothing"}


@pytest.mark.parametrize("file", SOUND, ids=name)
def test_a_sound_document_is_left_in_peace(file: Path) -> None:
    assert check_document(read(file)) == []


@pytest.mark.parametrize("file", SOUND[::4], ids=name)
def test_a_stored_document_is_as_sound_as_the_written_one(file: Path) -> None:
    raw = read(file)
    assert check_document({key: raw[key] for key in sorted(raw)}, as_written=False) == []


def test_findings_are_the_same_whatever_the_order_of_the_document() -> None:
    for file in DEFECTS[::6]:
        raw = read(file)
        turned = {key: raw[key] for key in reversed(list(raw))}
        turned["earn"] = {key: raw["earn"][key] for key in reversed(list(raw["earn"]))}
        assert _plain(check_document(raw)) == _plain(check_document(turned)), file.stem


def _plain(faults: list[Fault]) -> list[dict[str, Any]]:
    return [fault.as_json() for fault in faults]
