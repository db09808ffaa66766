"""Reads YAML 1.2 and JSON documents as plain, exact data.

Numbers never become binary floats: ``1.70`` arrives as ``Decimal("1.70")``.  Days and times stay
texts, and so does whatever is not plainly a number (``007``, ``1e3``, ``12:30``): codes must arrive
as they were written.  What has no place in a document is refused: names that stand twice, anchors
and aliases, tags, several documents in one file, more than 1 MB, more than 40 levels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from habitue.domain.errors import Code, Refusal

LARGEST_DOCUMENT = 1_000_000
DEEPEST = 40

_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")


class UnreadableDocument(Refusal):
    """A text that is not a document; ``line`` and ``column`` count from 1 (0: not known)."""

    def __init__(self, problem: str, remedy: str, *, line: int = 0, column: int = 0) -> None:
        path = f"line {line}, column {column}" if line else ""
        super().__init__(Code.MALFORMED, path, reason=problem, remedy=remedy)
        self.problem = problem
        self.remedy = remedy
        self.line = line
        self.column = column


def load_document(content: bytes | str, *, is_json: bool = False) -> dict[str, Any]:
    """Read a document; raises ``UnreadableDocument`` with the place and what to do."""
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "replace"))
    if size > LARGEST_DOCUMENT:
        raise UnreadableDocument("too_large", "Keep the document below 1 MB.")
    text = _decode(content) if isinstance(content, bytes) else content
    return load_json(text) if is_json else load_yaml(text)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableDocument(
            "not_utf8", "Save the document as UTF-8.", line=line, column=1
        ) from error


def load_json(text: str) -> dict[str, Any]:
    """Read JSON; raises ``UnreadableDocument``."""
    try:
        document = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_mapping,
        )
    except json.JSONDecodeError as error:
        raise UnreadableDocument(
            "not_json", f"Correct the JSON: {error.msg}.", line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise UnreadableDocument("too_deep", f"Nest at most {DEEPEST} levels.") from error
    return _whole(document)


def _whole(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise UnreadableDocument(
            "not_a_mapping",
            "Write the document as a mapping, from programme: on.",
            line=1,
            column=1,
        )
    return document


def _number(text: str) -> int | Decimal | str:
    """An exact number; a text where it is not plainly one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _refuse_constant(name: str) -> Any:
    raise UnreadableDocument("not_a_number", f"Write a number in place of {name}.")


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for name, value in pairs:
        if name in mapping:
            raise UnreadableDocument("duplicate_name", f"Keep one entry {name[:80]!r}.")
        mapping[name] = value
    return mapping


def load_yaml(text: str) -> dict[str, Any]:
    """Read YAML 1.2; raises ``UnreadableDocument`` with line and column."""
    try:
        return _whole(_Composer().compose(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it cannot be read"
        raise _refusal("not_yaml", f"Correct the YAML: {problem}.", mark) from error
    except (YAMLError, ValueError) as error:
        raise UnreadableDocument(
            "not_yaml", "Remove characters that YAML does not allow."
        ) from error


def _refusal(problem: str, remedy: str, mark: StreamMark | None) -> UnreadableDocument:
    if mark is None:
        return UnreadableDocument(problem, remedy)
    return UnreadableDocument(problem, remedy, line=mark.line + 1, column=mark.column + 1)


_NO_NAME = object()


class _Composer:
    """Builds plain data from the events of the YAML parser, without recursion."""

    def __init__(self) -> None:
        self.document: Any = None
        self.documents = 0
        # The collections that are open, and for each mapping the name that waits for its value.
        self.open: list[dict[str, Any] | list[Any]] = []
        self.names: list[Any] = []

    def compose(self, events: Iterator[Event]) -> Any:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._count_document(event)
            elif isinstance(event, NodeEvent):
                self._node(event)
            elif isinstance(event, CollectionEndEvent):
                self.open.pop()
                self.names.pop()
        return self.document

    def _count_document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _refusal("several_documents", "Keep one document in a file.", event.start_mark)

    def _node(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            remedy = "Write the value out: anchors (&) and aliases (*) are not read."
            raise _refusal("anchor", remedy, event.start_mark)
        ctag = getattr(event, "ctag", None)
        tag = str(ctag) if ctag else None
        if tag is not None and (tag not in _TEXT_TAGS or not isinstance(event, ScalarEvent)):
            raise _refusal("tag", "Remove the tag: tags (!) are not read.", event.start_mark)
        if isinstance(event, ScalarEvent):
            is_plain = tag is None and not event.style
            self._put(event, _number_or_word(event.value) if is_plain else event.value)
        elif isinstance(event, CollectionStartEvent):
            if len(self.open) >= DEEPEST:
                raise _refusal("too_deep", f"Nest at most {DEEPEST} levels.", event.start_mark)
            collection: dict[str, Any] | list[Any] = (
                {} if isinstance(event, MappingStartEvent) else []
            )
            self._put(event, collection)
            self.open.append(collection)
            self.names.append(_NO_NAME)

    def _put(self, event: NodeEvent, value: Any) -> None:
        if not self.open:
            self.document = value
            return
        holder = self.open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif self.names[-1] is _NO_NAME:
            self.names[-1] = self._name(event, holder)
        else:
            holder[self.names[-1]] = value
            self.names[-1] = _NO_NAME

    def _name(self, event: NodeEvent, holder: dict[str, Any]) -> str:
        """The name of an entry: always the text as it is written."""
        if not isinstance(event, ScalarEvent) or not event.value:
            raise _refusal("name", "Write a text before the colon.", event.start_mark)
        name = str(event.value)
        if name in holder:
            remedy = f"Keep one entry {name[:80]!r}: it stands twice here."
            raise _refusal("duplicate_name", remedy, event.start_mark)
        return name


def _number_or_word(text: str) -> int | Decimal | str | bool | None:
    return _WORDS[text] if text in _WORDS else _number(text)


# The order in which a document tells its story; what is not named here comes last.
SECTIONS: Final = (
    "programme", "name", "money", "zone", "languages", "joining", "identify", "partners", "points",
    "attributes", "member_attributes", "segments", "stacking", "campaigns", "earn", "contributions",
    "challenges", "tiers", "plans", "referral", "discounts", "rewards", "draws", "spend", "returns",
    "claims", "words",
)  # fmt: skip


def dump_yaml(document: Mapping[str, Any]) -> str:
    """The document as YAML; decimals keep their zeros, and texts that look like something else
    are quoted, so that reading it again gives the same."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # an untyped switch of the library
    writer.width = 100
    places = {name: place for place, name in enumerate(SECTIONS)}
    ordered = sorted(
        document.items(), key=lambda pair: (places.get(pair[0], len(SECTIONS)), pair[0])
    )
    stream = StringIO()
    writer.dump({name: _written(value) for name, value in ordered}, stream)
    return stream.getvalue()


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _written(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
