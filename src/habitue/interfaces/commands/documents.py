"""Documents of files, as commands read them, and what commands say of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from habitue.domain.errors import Refusal
from habitue.domain.programme.faults import Fault
from habitue.domain.programme.findings import check_document
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.finding_texts import example_lines
from habitue.interfaces.commands.output import say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.kit.instants import Instant, parse_instant
from habitue.services.documents import UnreadableDocument, read_programme_document


def instant_of_option(option: str, text: str) -> Instant:
    """The instant of an option; ends the command where it is none."""
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        stop(
            ExitCode.USAGE,
            f"{option} {text}: write ISO 8601 with an offset, as 2027-01-31T00:00:00+01:00.",
        )


def _load(file: Path) -> dict[str, Any]:
    """The document of a file; raises ``OSError`` and ``UnreadableDocument``."""
    return read_programme_document(file.read_bytes(), is_json=file.suffix.lower() == ".json")


def load_or_stop(file: Path) -> dict[str, Any]:
    """The document of a file; ends the command where it cannot be read."""
    try:
        return _load(file)
    except OSError as error:
        stop(ExitCode.BAD_INPUT, f"{file}: {error.strerror or error}.")
    except UnreadableDocument as error:
        say_faults(file, [_unreadable(error)])
        stop(ExitCode.BAD_INPUT)


def written_of(file: Path) -> str | None:
    """The text of a YAML file that was read before, as it is kept with a version; JSON has no
    comments that one could lose."""
    if file.suffix.lower() == ".json":
        return None
    return file.read_text(encoding="utf-8-sig")


def faults_of(file: Path) -> list[Fault]:
    """Everything that is wrong with the document of a file, or worth a look."""
    try:
        return check_document(_load(file))
    except UnreadableDocument as error:
        return [_unreadable(error)]
    except OSError as error:
        remedy = f"Name a file that can be read: {error.strerror or error}."
        return [Fault("", str(file), "no_file", remedy)]


def _unreadable(error: UnreadableDocument) -> Fault:
    return Fault(error.path, "", error.problem, error.remedy)


def has_errors(faults: Sequence[Fault]) -> bool:
    """Whether one of the faults is an error."""
    return any(fault.severity == "error" for fault in faults)


def say_faults(file: Path, faults: Sequence[Fault], *, silent_when_fine: bool = False) -> None:
    """Say what was found in a file."""
    for fault in faults:
        value = f" ({fault.value})" if fault.value else ""
        place = f"{fault.path}{value}" if fault.path else fault.value or "document"
        say(f"{file}: {fault.severity} at {place}: {fault.problem}. {fault.remedy}")
        for line in example_lines(fault.example or {}):
            say(f"    {line}")
    if not has_errors(faults) and not silent_when_fine:
        say(f"{file}: in order.")


def stop_with(refusal: Refusal) -> NoReturn:
    """End the command with what a refusal says."""
    words = refusal_text(
        refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
    )
    stop(ExitCode.BAD_INPUT, words.detail)
