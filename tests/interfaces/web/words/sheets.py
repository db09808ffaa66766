"""The rule sheets of the example documents as text files, in every language.

``python -m tests.interfaces.web.words.sheets`` writes them anew; a change of words is then seen,
and read, in the review.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from habitue.config.composition import House
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.naming import names_of
from habitue.integrations.documents import load_document
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.sheet import Audience, rule_sheet
from habitue.kit.instants import Instant, parse_instant

LANGUAGES: Final = ("en", "fr", "de", "ro")
NOW: Final = parse_instant("2026-06-05T12:00:00+00:00")
EXAMPLES: Final = sorted((Path(__file__).parents[4] / "docs" / "examples").glob("*.yaml"))
_FOLDER: Final = Path(__file__).parent / "golden"


def lexicon_of(raw: dict[str, Any], language: str) -> Lexicon:
    """The words of a document."""
    return Lexicon(parse_document(raw), names_of(raw), language)


def sheet_text(
    raw: dict[str, Any], language: str, audience: Audience = "staff", now: Instant = NOW
) -> str:
    """The sheet of a document as plain text."""
    with override(language):
        sheet = rule_sheet(lexicon_of(raw, language), audience=audience, now=now)
    lines = [f"# {sheet.title}"]
    for section in sheet.sections:
        lines += ["", f"## {section.heading}"]
        for item in section.items:
            if item.name:
                lines += ["", f"### {item.name}"]
            lines += item.sentences
    return "\n".join(lines) + "\n"


def golden_text(example: Path, language: str) -> str:
    """What the file of an example and a language holds: both sheets, one after the other."""
    raw = load_document(example.read_bytes())
    return sheet_text(raw, language, "members") + "\n---\n\n" + sheet_text(raw, language, "staff")


def golden_path(example: Path, language: str) -> Path:
    """Where the sheets of an example in a language lie."""
    return _FOLDER / f"{example.stem}.{language}.txt"


def main() -> int:
    """Write all files anew."""
    House().set_up_django()
    _FOLDER.mkdir(exist_ok=True)
    for example in EXAMPLES:
        for language in LANGUAGES:
            path = golden_path(example, language)
            path.write_text(golden_text(example, language), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
