"""What members and staff will read of a part, what is wrong with it, and a worked example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from habitue.domain.programme.findings import check_document
from habitue.interfaces.backoffice.editor.changes import lexicon_of
from habitue.interfaces.backoffice.editor.forms.limits import read_limits
from habitue.interfaces.backoffice.editor.forms.phrases import (
    PHRASES,
    TURN_OF_PURCHASES,
    TURN_OF_VISITS,
    rest_of,
    take_apart,
)
from habitue.interfaces.backoffice.editor.forms.things import read_things
from habitue.interfaces.backoffice.editor.places import Place, Whole
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.examples import Told, told_examples
from habitue.interfaces.web.words.faults import fault_text
from habitue.kit.instants import Instant

if TYPE_CHECKING:
    from habitue.interfaces.backoffice.editor.desk import Desk

_MOST_EXAMPLES: Final = 3
# What the forms write, by section; whatever else stands in a part is edited as text.
_OFFERED: Final = frozenset({"name", "when", "limit", "from", "until", "enabled"})
_WRITTEN: Final[dict[str, frozenset[str]]] = {
    "earn": _OFFERED
    | {"on", "give", "multiply", "of", "each", "lines", "budget", "group", "within"},
    "points": frozenset({"name", "kind", "card", "expires", "pending", "max_balance", "negative"}),
    "tiers": frozenset({"name", "enter", "keep", "multiply", "perks"}),
    "rewards": _OFFERED | {"gives", "cost", "stock", "vouchers"},
    "discounts": _OFFERED
    | {"discount", "price", "ladder", "free_shipping", "lines", "budget", "group"},
    "plans": frozenset({"name", "price", "every", "trial", "grace", "pause", "refund"}),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A part in words; ``wrong`` are errors and findings about it, ``readable`` is false where the
    document has errors, so that nothing can be said."""

    readable: bool
    sentences: tuple[str, ...]
    examples: tuple[Told, ...]
    wrong: tuple[tuple[str, str], ...]


def read_entry(
    document: Mapping[str, Any], place: Place, code: str, language: str, now: Instant
) -> Reading:
    """An entry of a document in words."""
    lexicon = lexicon_of(document, language)
    wrong = _wrong(document, (place.path(document, code),))
    if lexicon is None:
        return Reading(readable=False, sentences=(), examples=(), wrong=wrong)
    sentences = tuple(filter(None, place.sentences(code, lexicon))) if code else ()
    examples: Iterable[Told] = told_examples(lexicon, now) if place.section == "earn" else ()
    own = lexicon.rule(code)
    told = [one for one in examples if one.name in ("", own)]
    told.sort(key=lambda one: one.name != own)
    return Reading(
        readable=True, sentences=sentences, examples=tuple(told[:_MOST_EXAMPLES]), wrong=wrong
    )


def read_whole(document: Mapping[str, Any], whole: Whole, language: str) -> Reading:
    """Settings of a document in words."""
    lexicon = lexicon_of(document, language)
    wrong = _wrong(document, whole.paths)
    if lexicon is None:
        return Reading(readable=False, sentences=(), examples=(), wrong=wrong)
    sentences = tuple(filter(None, whole.sentences(lexicon)))
    return Reading(readable=True, sentences=sentences, examples=(), wrong=wrong)


def _wrong(document: Mapping[str, Any], paths: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (fault.severity, fault_text(fault))
        for fault in check_document(document, as_written=False)
        if fault.severity == "error"
        or any(
            fault.path == path or fault.path.startswith((f"{path}.", f"{path}[")) for path in paths
        )
    )


def beyond_forms(place: Place, part: Mapping[str, Any], desk: Desk) -> list[str]:
    """What stands in a part and no form shows: conditions in words, and names of fields."""
    found = sorted(set(part) - _WRITTEN[place.section])
    if part.get("limit") is not None and read_limits(part["limit"]) is None:
        found.append("limit")
    for name in ("lines", "each"):
        if part.get(name) is not None and read_things(part[name]) is None:
            found.append(name)
    phrases = [*PHRASES, TURN_OF_VISITS if part.get("on") == "visit" else TURN_OF_PURCHASES]
    rest = rest_of(take_apart(part.get("when"), phrases))
    if rest is not None:
        said = clause(rest, desk.lexicon) if desk.lexicon is not None else ""
        found.insert(0, said or "when")
    return found
