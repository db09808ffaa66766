"""What one document changes of another, in words: entry by entry, as their readers know them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from habitue.domain.programme.differences import Difference, diff_documents
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.naming import names_of, readable
from habitue.domain.programme.reading import LANGUAGES
from habitue.interfaces.backoffice.editor.places import PLACES, WHOLES, Place
from habitue.interfaces.web.words.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry or setting that differs: what was said of it, and what is said now."""

    where: str
    name: str
    before: str
    after: str


def changes_in_words(
    older: Mapping[str, Any], newer: Mapping[str, Any], *, language: str
) -> list[Changed]:
    """The differences; where a document cannot be read, by the paths of what was changed."""
    differences = diff_documents(older, newer)
    before, after = lexicon_of(older, language), lexicon_of(newer, language)
    if before is None or after is None:
        return [_plain(one, language) for one in differences]
    return list(_told(differences, older, newer, before, after))


def lexicon_of(document: Mapping[str, Any], language: str) -> Lexicon | None:
    """The words of a document; ``None`` where it has errors."""
    try:
        programme = parse_document(document)
    except InvalidDocument:
        return None
    return Lexicon(programme, names_of(document), language)


def _told(
    differences: list[Difference],
    older: Mapping[str, Any],
    newer: Mapping[str, Any],
    before: Lexicon,
    after: Lexicon,
) -> Iterator[Changed]:
    seen: set[tuple[str, str]] = set()
    for one in differences:
        place, code = _place_of(one.path, older, newer)
        if place is None:
            whole = next(
                (whole for whole in WHOLES.values() if _within(one.path, whole.paths)), None
            )
            if whole is None or whole.key == "details":
                yield _plain(one, after.language)
            elif (whole.key, "") not in seen:
                seen.add((whole.key, ""))
                texts = [
                    " ".join(filter(None, whole.sentences(words))) for words in (before, after)
                ]
                yield Changed("", str(whole.heading), *_or_plain(texts, one))
        elif (place.key, code) not in seen:
            seen.add((place.key, code))
            words = after if code in place.entries(newer) else before
            texts = [_said(place, code, document, lexicon) for document, lexicon in
                     ((older, before), (newer, after))]  # fmt: skip
            name = words.names.of(_part(place), code, words.language)
            yield Changed(str(place.heading), name, *_or_plain(texts, one))


def _part(place: Place) -> Any:
    return place.section


def _said(place: Place, code: str, document: Mapping[str, Any], lexicon: Lexicon) -> str:
    if code not in place.entries(document):
        return ""
    return " ".join(filter(None, place.sentences(code, lexicon)))


def _or_plain(texts: list[str], one: Difference) -> tuple[str, str]:
    """What is said before and after; the values themselves where the words are the same."""
    if texts[0] != texts[1]:
        return texts[0], texts[1]
    return f"{one.path}: {_written(one.before)}", f"{one.path}: {_written(one.after)}"


def _place_of(
    path: str, older: Mapping[str, Any], newer: Mapping[str, Any]
) -> tuple[Place | None, str]:
    section, _dot, rest = path.partition(".")
    for place in PLACES.values():
        if place.section == section:
            known = {**place.entries(older), **place.entries(newer)}
            code = next((one for one in (rest, rest.partition(".")[0]) if one in known), "")
            return (place, code) if code else (None, "")
    return None, ""


def _within(path: str, paths: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in paths)


def _plain(one: Difference, language: str) -> Changed:
    name = readable(one.path.replace(".", ": "))
    return Changed("", name, _shown(one.before, language), _shown(one.after, language))


def _shown(value: object, language: str) -> str:
    """A value to read; names in the reader's language, where they have one in it."""
    if isinstance(value, Mapping) and value and set(value) <= set(LANGUAGES):
        return str(value.get(language) or next(iter(value.values())))
    return "" if value is None else _written(value)


def _written(value: object) -> str:
    """A value as the document has it, in the letters of its author; words where there is none."""
    if value is None:
        return _("nothing")
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
