"""`habitue programme explain`, `history` and `rollback`: a programme in words, and over time."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
import typer
from django.utils.translation import override

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.naming import names_of
from habitue.interfaces.commands.documents import (
    instant_of_option,
    load_or_stop,
    say_faults,
    stop_with,
)
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.sheet import Sheet, rule_sheet
from habitue.kit.instants import Instant, format_instant
from habitue.selectors.programmes import get_names, get_one_compiled, get_version, list_versions
from habitue.services.programmes import publish_version

ACTOR = "command line"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Language = Literal["en", "fr", "de", "ro"]
Audience = Literal["members", "staff"]


def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A file, or the code of a published programme.")],
    language: Annotated[Language, typer.Option("--language", help="In which language.")] = "en",
    audience: Annotated[
        Audience, typer.Option("--for", help="For whom: members, or staff.")
    ] = "members",
    as_json: AsJson = False,
) -> None:
    """Print the rule sheet: the whole programme in plain words, with worked examples."""
    house = installation(context)
    now = house.clock.now()
    with override(language):
        lexicon = _lexicon(context, what, language, now)
        sheet = rule_sheet(lexicon, audience=audience, now=now)
    if as_json:
        print_json(_plain(sheet))
    else:
        sys.stdout.write("\n".join(_lines(sheet)) + "\n")


def history(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code of a published programme.")],
    as_json: AsJson = False,
) -> None:
    """List the versions of a programme, the newest first."""
    try:
        with psycopg.connect(installation(context).open_migrated()) as connection:
            versions = list_versions(connection, code=code)
    except Refusal as refusal:
        stop_with(refusal)
    rows = [
        {
            "number": one.number,
            "effective_at": format_instant(one.effective_at),
            "published_at": format_instant(one.published_at),
            "published_by": one.published_by,
            "hash": one.document_hash,
        }
        for one in versions
    ]
    if as_json:
        print_json({"programme": code, "versions": rows})
        return
    for row in rows:
        sys.stdout.write(
            f"{row['number']:>4}  in effect from {row['effective_at']}, "
            f"published {row['published_at']} by {row['published_by']}\n"
        )


def rollback(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code of a published programme.")],
    to: Annotated[int, typer.Option("--to", min=1, help="The version to go back to.")],
    effective_at: Annotated[
        str | None,
        typer.Option(
            "--effective-at",
            help="When it takes effect, as ISO 8601 with an offset; now if left out.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish what an earlier version said as the next version.

    Nothing is taken back: what was recorded meanwhile keeps the version that it was recorded under.
    """
    at = None if effective_at is None else instant_of_option("--effective-at", effective_at)
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            wanted = get_version(connection, code=code, number=to)
            newest = get_version(connection, code=code)
            if wanted.document_hash == newest.document_hash:
                raise Refusal(  # noqa: TRY301  # answered like every other refusal
                    Code.VERSION_CONFLICT, "to", value=to, expected=newest.number
                )
            published = publish_version(
                connection,
                document=wanted.document,
                effective_at=at,
                expected_number=newest.number,
                now=house.clock.now(),
                actor=ACTOR,
            )
    except Refusal as refusal:
        stop_with(refusal)
    if as_json:
        print_json(
            {
                "ok": True,
                "programme": code,
                "number": published.number,
                "effective_at": format_instant(published.effective_at),
            }
        )
        return
    say(
        f"Version {published.number} of {code} says what version {to} said. "
        f"It takes effect at {format_instant(published.effective_at)}."
    )


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
