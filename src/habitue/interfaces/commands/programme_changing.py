"""`habitue programme diff` and `apply`: what a document changes, whom it moves, publishing it."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
import typer
from django.utils.translation import override

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.canonical import plain_document
from habitue.domain.programme.differences import diff_documents
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import Fault, InvalidDocument
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.naming import names_of
from habitue.interfaces.commands.documents import (
    has_errors,
    instant_of_option,
    load_or_stop,
    say_faults,
    stop_with,
    written_of,
)
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import Installation, installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.web.words.changes import Told, told_changes
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import Instant, format_instant
from habitue.selectors.programmes import VersionRecord, get_version
from habitue.services.foreseeing import (
    ForeseenMoves,
    ForeseenTiers,
    foresee_tiers,
    publish_and_move,
)
from habitue.services.programmes import Published

ACTOR = "command line"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Language = Annotated[
    Literal["en", "fr", "de", "ro"], typer.Option("--language", help="In which language.")
]


def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The document before: a file, or a published code.")],
    new: Annotated[Path, typer.Argument(help="The document after.")],
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show what changed from one document to another, rule by rule.

    Against a published programme it also says which members would move between tiers.
    """
    house = installation(context)
    before, after = _before(house, old), load_or_stop(new)
    now = house.clock.now()
    told = _told(house, before, after, language, now, file=new)
    seen = None if _is_file(old) else _foreseen(house, after, now)
    if as_json:
        differences = [one.as_json() for one in diff_documents(before, after)]
        plain: dict[str, Any] = {
            "changes": [_plain(one) for one in told],
            "differences": differences,
        }
        print_json(plain if seen is None else plain | {"members": seen.as_json()})
        return
    for line in (*_lines(told), *_field_lines(before, after)):
        sys.stdout.write(f"{line}\n")
    if seen is not None:
        for line in _member_lines(seen):
            sys.stdout.write(f"{line}\n")
    if not told and not diff_documents(before, after):
        say("The documents say the same.")


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file, or a JSON file (.json).")],
    effective_at: Annotated[
        str | None,
        typer.Option(
            "--effective-at",
            help="When it takes effect, as ISO 8601 with an offset; now if left out. Only the "
            "first version may take effect in the past.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Publish without asking; what changes is still shown.")
    ] = False,
    expect: Annotated[
        int | None,
        typer.Option(min=0, help="Refuse unless this is the newest version (0: there is none)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a document as the next version of its programme, once it was shown what it changes.

    All that it changes takes effect, or nothing does. A document equal to the newest version
    changes nothing.
    """
    at = None if effective_at is None else instant_of_option("--effective-at", effective_at)
    document = load_or_stop(file)
    warnings = check_document(document)
    if has_errors(warnings):
        say_faults(file, warnings)
        if as_json:
            print_json({"ok": False, "faults": [fault.as_json() for fault in warnings]})
        stop(ExitCode.BAD_INPUT)
    house = installation(context)
    newest = _newest(house, str(document["programme"]))
    seen = 0 if newest is None else newest.number
    if expect is not None and expect != seen:
        stop_with(Refusal(Code.VERSION_CONFLICT, "", value=expect, expected=seen))
    if newest is not None and diff_documents(newest.document, document):
        _show_and_ask(house, newest, document, file=file, yes=yes)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            connection.execute("SET statement_timeout = 0")
            published, moved = publish_and_move(
                connection,
                document=plain_document(document),
                effective_at=at,
                # Whoever answered "yes" said so of the version that was shown.
                expected_number=seen,
                written=written_of(file),
                clock=house.clock,
                actor=ACTOR,
            )
    except Refusal as refusal:
        stop_with(refusal)
    _say_published(published, moved, file, warnings, as_json=as_json)


def _say_published(
    published: Published, moved: int, file: Path, warnings: Sequence[Fault], *, as_json: bool
) -> None:
    if as_json:
        print_json(
            {
                "ok": True,
                "programme": published.code,
                "number": published.number,
                "effective_at": format_instant(published.effective_at),
                "unchanged": not published.created,
                "moved": moved,
                "faults": [fault.as_json() for fault in warnings],
            }
        )
        return
    say_faults(file, warnings, silent_when_fine=True)
    state = "is published" if published.created else "was published before; nothing changed"
    say(
        f"Version {published.number} of {published.code} {state}. "
        f"It takes effect at {format_instant(published.effective_at)}."
    )
    if moved:
        say(f"{moved:,} members were moved up with it.")


def _show_and_ask(
    house: Installation,
    newest: VersionRecord,
    document: Mapping[str, Any],
    *,
    file: Path,
    yes: bool,
) -> None:
    """Say what changes and whom it moves; ends the command where that is not wanted."""
    now = house.clock.now()
    told = _told(house, newest.document, document, "en", now, file=file)
    for line in (
        *_lines(told),
        *_field_lines(newest.document, document),
        *_member_lines(_foreseen(house, document, now)),
    ):
        say(line)
    if yes:
        return
    try:
        wanted = typer.confirm(f"Publish it after version {newest.number}?", err=True)
    except typer.Abort:
        stop(ExitCode.USAGE, "Nothing was published. Where nobody can answer, add --yes.")
    if not wanted:
        stop(ExitCode.USAGE, "Nothing was published.")


def _is_file(what: str) -> bool:
    """Whether a file is meant; no code of a programme has a dot."""
    return bool(Path(what).suffix) or Path(what).exists()


def _before(house: Installation, old: str) -> dict[str, Any]:
    """The document of a file, or the newest version of a published programme."""
    if _is_file(old):
        return load_or_stop(Path(old))
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            return get_version(connection, code=old).document
    except Refusal as refusal:
        stop_with(refusal)


def _newest(house: Installation, code: str) -> VersionRecord | None:
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            return get_version(connection, code=code)
    except Refusal as refusal:
        if refusal.code in (Code.UNKNOWN_PROGRAMME, Code.UNKNOWN_VERSION):
            return None
        stop_with(refusal)


def _foreseen(house: Installation, document: Mapping[str, Any], now: Instant) -> ForeseenTiers:
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            connection.execute("SET statement_timeout = 0")
            return foresee_tiers(connection, document=document, at=now)
    except Refusal as refusal:
        stop_with(refusal)


def _told(
    house: Installation,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    language: str,
    now: Instant,
    *,
    file: Path,
) -> tuple[Told, ...]:
    house.set_up_words()
    try:
        with override(language):
            old, new = (
                Lexicon(parse_document(document), names_of(document), language)
                for document in (before, after)
            )
            return told_changes(old, new, now=now)
    except InvalidDocument as refusal:
        say_faults(file, refusal.faults)
        stop(ExitCode.BAD_INPUT)


# --- lines ----------------------------------------------------------------------------------------


def _lines(told: Iterable[Told]) -> Iterator[str]:
    section = ""
    for one in told:
        if one.section != section:
            section = one.section
            yield one.heading
        if one.name:
            yield f"  {one.name}" + ("" if one.change == "changed" else f" ({one.change})")
        yield from (f"    - {sentence}" for sentence in one.before)
        yield from (f"    + {sentence}" for sentence in one.after)


def _field_lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    differences = diff_documents(before, after)
    if differences:
        yield "In the document"
    for one in differences:
        yield f"  {one.change:8} {one.path}: {one.before!r} -> {one.after!r}"


def _member_lines(seen: ForeseenTiers) -> Iterator[str]:
    yield "Members"
    yield from _move_lines(seen)
    for name, one in seen.beside.items():
        yield f"Members in {name}"
        yield from _move_lines(one)


def _move_lines(seen: ForeseenMoves) -> Iterator[str]:
    yield f"  {seen.up:,} would move up now, {seen.down:,} down, {seen.stay:,} stay."
    for (before, after), members in seen.moves.items():
        if before != after:
            yield f"  {members:,} from {before or 'no tier'} to {after or 'no tier'}."
    for tier, members in seen.lose_keep.items():
        yield f"  {members:,} would no longer keep {tier} at its end with what they have today."
    for tier, members in seen.gain_keep.items():
        yield f"  {members:,} would then keep {tier} at its end with what they have today."


def _plain(told: Told) -> dict[str, Any]:
    return {
        "section": told.section,
        "name": told.name,
        "change": told.change,
        "before": list(told.before),
        "after": list(told.after),
    }
