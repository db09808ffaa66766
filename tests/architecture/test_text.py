"""Words and addresses that must not stand in the project."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import PROJECT, files

# Each pattern is written with a class around one letter, so that it does not find itself.
FORBIDDEN = {
    "address or option of a package index": (
        r"(extra-)?inde[x]-url|find-link[s]|(?i:pypi\.[o]rg|pythonhoste[d]\.org|npmj[s]\.(org|com))"
        r"|registr[y]\.[a-z]+\."
    ),
    "path of somebody's machine": (
        r"(^|[^A-Za-z0-9_.\-])/(wor[k]|roo[t]|hom[e]|User[s])/[a-z0-9_.]"
    ),
    "mark of unfinished work": r"\b(TOD[O]|FIXM[E]|XX[X])\b|NotImplementedErro[r]",
    "blanket exception from a check": r"#\s*type:\s*ignor[e]\s*$|#\s*noq[a]\s*$",
    "key or password": r"-----BEGIN [A-Z ]*PRIVAT[E] KEY|AKI[A][0-9A-Z]{16}",
}
TEXT_SUFFIXES = {
    "", ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".md", ".po", ".py", ".sh",
    ".sql", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip


def _lines() -> Iterator[tuple[str, int, str]]:
    for path in files():
        if path.suffix in TEXT_SUFFIXES:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield str(path.relative_to(PROJECT)), number, line


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_project_contains_no(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [f"{place}:{number}: {line.strip()}" for place, number, line in _lines()
             if pattern.search(line)]  # fmt: skip
    assert not found


def test_every_exception_from_a_check_names_its_code_and_reason() -> None:
    pattern = re.compile(r"#\s*(type:\s*ignore|noqa)(.*)$")
    bare = [
        f"{place}:{number}: {line.strip()}"
        for place, number, line in _lines()
        if place.endswith(".py")
        and (match := pattern.search(line))
        and "r\"" not in line
        and not re.match(r"(\[[a-z\-, ]+\]|:\s?[A-Z]+[0-9]+(,\s?[A-Z]+[0-9]+)*)\s+(-|#)\s*\w",
                         match.group(2))
    ]  # fmt: skip
    assert not bare


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("uv.txt", "lock.txt"):
        text = (PROJECT / "requirements" / name).read_text()
        pins = re.findall(r"^[a-z0-9][\w.\-]*(\[[\w,]+\])?==", text, re.MULTILINE)
        entries = re.split(r"\n(?=\S)", text.strip())
        assert pins, f"{name} is empty"
        assert len(pins) == len(entries)
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
