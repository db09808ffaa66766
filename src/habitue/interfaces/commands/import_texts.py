"""What the import says about files and lines, in plain English: what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from habitue.domain.errors import Code, Parameter
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.services.importing.importing import FileFault, FileProblem, ImportFault, Reject

FILE_TEXTS: Final[dict[FileFault, str]] = {
    FileFault.NO_SUCH_FILE: "There is no such file. Check the name.",
    FileFault.IS_A_DIRECTORY: "This is a directory. Name the files in it.",
    FileFault.NOT_READABLE: "The file cannot be read: {detail}. Check its permissions.",
    FileFault.EMPTY_FILE: "There is nothing in it. Export it again.",
    FileFault.UNKNOWN_FORMAT: "It is {found}, which cannot be read. Save it as XLSX or CSV.",
    FileFault.UNKNOWN_ENCODING: "There is no encoding {encoding!r}. Name one such as utf-8, "
    "cp1252 or iso-8859-15 in the mapping.",
    FileFault.WRONG_ENCODING: "The text is not {encoding}: the byte {byte} at position {position} "
    "does not belong there. Name the right encoding in the mapping, or save the file as UTF-8.",
    FileFault.BROKEN_FILE: "The file is broken or cut off{place}: {detail}. Export or copy it "
    "again; what was recorded before this place stays, and importing again continues.",
    FileFault.MISSING_COLUMN: "There is no column {column!r}; the columns are: {found}. Correct "
    "the mapping or the file.",
    FileFault.AMBIGUOUS_COLUMN: "Several columns could be {column!r}: {found}. Rename all but one.",
    FileFault.UNSUPPORTED_COLUMN: "The column {column!r} has the type {found}, which is neither "
    "text, number nor time. Export it as one of them.",
    FileFault.NO_SUCH_SHEET: "There is no sheet {sheet!r}; the sheets are: {found}.",
}

LINE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    ImportFault.WRONG_NUMBER_OF_FIELDS: (
        "The line has another number of fields than the header.",
        "Look for a delimiter or a quotation mark within a text; quote the text.",
    ),
    ImportFault.RECEIPT_INCOMPLETE: (
        (
            "Line {value} of the same receipt was rejected, and a receipt is taken whole or not at "
            "all."
        ),
        "Correct line {value} and import the file again.",
    ),
    ImportFault.SEVERAL_CUSTOMERS: (
        "The receipt's lines name more than one customer.",
        (
            "Give every customer a receipt number of their own, or compose the number of several "
            "columns in the mapping."
        ),
    ),
    ImportFault.MIXED_SIGNS: (
        "The receipt has positive and negative lines.",
        "Say in the mapping what that means: 'negative_lines: return' or 'discount'.",
    ),
    Code.KEY_REUSED: (
        "Another receipt with this number was recorded before.",
        (
            "Numbers must be unique in their source. Where lines of one receipt stand far apart in "
            "the file, sort it by receipt or raise 'window' in the mapping; where the receipt was "
            "corrected since, record the difference as a return or an adjustment."
        ),
    ),
}


def file_text(problem: FileProblem) -> str:
    """What is wrong with a file, as sentences that begin with its name."""
    values: dict[str, object] = dict(problem.parameters)
    places = [
        f" at {name} {problem.parameters[name]}"
        for name in ("sheet", "line", "position")
        if name in problem.parameters
    ]
    values.setdefault("place", "".join(places))
    return f"{problem.path}: {FILE_TEXTS[problem.fault].format_map(values)}"


def reject_text(reject: Reject) -> tuple[str, str]:
    """Why a line was rejected, and what to do."""
    if reject.code in LINE_TEXTS:
        reason, remedy = LINE_TEXTS[reject.code]
        values: Mapping[str, Parameter] = reject.parameters
        return reason.format_map(values), remedy.format_map(values)
    text = refusal_text(
        Code(reject.code), language="en", path=reject.path, parameters=reject.parameters
    )
    return f"{text.title}.", text.detail
