"""`habitue programme explain`: a programme in words, on the screen, as PDF and as a poster."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
import typer
from django.utils.translation import override

from habitue.domain.errors import Refusal
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.naming import names_of
from habitue.interfaces.commands.documents import load_or_stop, say_faults, stop_with
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.web.printed import Paper, poster_pdf, sheet_pdf
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.sheet import Sheet, rule_sheet
from habitue.kit.instants import Instant
from habitue.selectors.programmes import get_names, get_one_compiled

Language = Literal["en", "fr", "de", "ro"]
Audience = Literal["members", "staff"]
Form = Literal["text", "pdf", "poster"]


def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A file, or the code of a published programme.")],
    language: Annotated[Language, typer.Option("--language", help="In which language.")] = "en",
    audience: Annotated[
        Audience, typer.Option("--for", help="For whom: members, or staff.")
    ] = "members",
    form: Annotated[
        Form, typer.Option("--format", help="As text, as PDF, or the poster as PDF.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", help="The file to write; the screen if left out.")
    ] = None,
    paper: Annotated[Paper, typer.Option("--paper", help="The paper of the poster.")] = "a4",
    address: Annotated[
        str, typer.Option("--address", help="Where one joins: becomes the poster's QR code.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the rule sheet: the whole programme in plain words, with worked examples."""
    now = installation(context).clock.now()
    with override(language):
        lexicon = _lexicon(context, what, language, now)
        try:
            if form == "poster":
                _put(poster_pdf(lexicon, paper=paper, address=address, now=now), output)
                return
            if form == "pdf":
                _put(sheet_pdf(lexicon, audience=audience, now=now), output)
                return
        except Refusal as refusal:
            stop_with(refusal)
        sheet = rule_sheet(lexicon, audience=audience, now=now)
    if as_json:
        print_json(_plain(sheet))
    else:
        _put(("\n".join(_lines(sheet)) + "\n").encode(), output)


def _put(content: bytes, output: Path | None) -> None:
    """Write a file, or to the standard output; no screen shows a PDF."""
    if output is not None:
        try:
            output.write_bytes(content)
        except OSError as error:
            stop(ExitCode.BAD_INPUT, f"{output}: {error.strerror or error}.")
        say(f"{output} is written.")
        return
    if content.startswith(b"%PDF") and sys.stdout.isatty():
        stop(ExitCode.USAGE, "A PDF is no text: name a file with --output.")
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def _lexicon(context: typer.Context, what: str, language: str, now: Instant) -> Lexicon:
    """The words of a file, or of the version of a published programme that is in force."""
    house = installation(context)
    if Path(what).exists():
        house.set_up_words()
        document = load_or_stop(Path(what))
        try:
            return Lexicon(parse_document(document), names_of(document), language)
        except InvalidDocument as refusal:
            say_faults(Path(what), refusal.faults)
            stop(ExitCode.BAD_INPUT)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            compiled = get_one_compiled(connection, code=what)
            number = compiled.number_at(now) or compiled.latest_number
            names = get_names(connection, code=what)
    except Refusal as refusal:
        stop_with(refusal)
    return Lexicon(compiled.versions[number], names, language)


def _lines(sheet: Sheet) -> Iterator[str]:
    yield f"# {sheet.title}"
    for section in sheet.sections:
        yield ""
        yield f"## {section.heading}"
        for item in section.items:
            if item.name:
                yield ""
                yield f"### {item.name}"
            yield from item.sentences


def _plain(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "sections": [
            {
                "key": section.key,
                "heading": section.heading,
                "items": [
                    {"name": item.name, "sentences": list(item.sentences)} for item in section.items
                ],
            }
            for section in sheet.sections
        ],
    }
