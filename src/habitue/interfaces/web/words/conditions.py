"""Conditions as clauses: ``it is a Friday and the purchase contains beer``.

A clause completes "if ..." and "because ..."; languages that put the verb last do so.  The tree of
the document is walked as it was written, so that what is said is what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from habitue.domain.programme.extremes import EXTREMES
from habitue.domain.programme.fields import RULE
from habitue.domain.programme.kinds import FIRED, NOT_FIRED
from habitue.domain.programme.segment_names import SEGMENT, listed
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.comparing import bounds_text, compared
from habitue.interfaces.web.words.lexicon import Lexicon, joined

_NAMED_BY: Final = frozenset({"product", "category", "brand"})


def clause(raw: Any, lexicon: Lexicon, *, of_line: bool = False) -> str:
    """The condition as a clause; ``of_line`` where one thing on the receipt is the subject."""
    if not isinstance(raw, Mapping):
        return ""
    return joined(_parts(raw, lexicon, of_line=of_line))


def _parts(raw: Mapping[str, Any], lexicon: Lexicon, *, of_line: bool) -> list[str]:
    """The clauses of a mapping; what it asks of lines must hold for one and the same line."""
    own = {name: given for name, given in raw.items() if not _is_of_line(name, of_line=of_line)}
    of_lines = {name: given for name, given in raw.items() if name not in own}
    parts = [_entry(name, given, lexicon, of_line=of_line) for name, given in own.items()]
    if of_lines and of_line:
        parts += [_line_clause(name, given, lexicon) for name, given in of_lines.items()]
    elif of_lines:
        parts.append(_contains(of_lines, lexicon))
    return parts


def _is_of_line(name: str, *, of_line: bool) -> bool:
    return name.startswith("line.") or (of_line and name not in ("all", "any", "not"))


def _entry(name: str, given: Any, lexicon: Lexicon, *, of_line: bool) -> str:
    if name in ("all", "any"):
        word = "and" if name == "all" else "or"
        return joined([_nested(one, word, lexicon, of_line=of_line) for one in given], word=word)
    if name == "not":
        return _not(given, lexicon, of_line=of_line)
    if name == SEGMENT:
        return _segment(given, lexicon)
    if name.startswith(RULE):
        return _rule(name.removeprefix(RULE), given, lexicon)
    of_lines = _OF_LINES.get(name)
    return compared(name, given, lexicon) if of_lines is None else of_lines(name, given, lexicon)


def only_if(raw: Any, lexicon: Lexicon) -> str:
    """A condition as a sentence of its own; empty where there is nothing to say."""
    condition = clause(raw, lexicon)
    if not condition:
        return ""
    return formats.elided(
        _("Only if %(condition)s.") % {"condition": condition}, language=lexicon.language
    )


def _nested(raw: Any, word: str, lexicon: Lexicon, *, of_line: bool) -> str:
    """A part of a list; in brackets where it is itself a list that is joined by another word."""
    text = clause(raw, lexicon, of_line=of_line)
    return f"({text})" if _joint_of(raw, of_line=of_line) not in ("", word) else text


def _joint_of(raw: Any, *, of_line: bool) -> str:
    """The word that joins the parts of a condition; empty where it has one part."""
    if not isinstance(raw, Mapping):
        return ""
    own = [name for name in raw if not _is_of_line(name, of_line=of_line)]
    of_lines = len(raw) - len(own)
    if len(own) + (of_lines if of_line else min(of_lines, 1)) > 1:
        return "and"
    if own and own[0] in ("all", "any") and len(raw[own[0]]) > 1:
        return "and" if own[0] == "all" else "or"
    return ""


def _not(given: Any, lexicon: Lexicon, *, of_line: bool) -> str:
    if isinstance(given, Mapping) and len(given) == 1 and not of_line:
        name, inner = next(iter(given.items()))
        if name == "any_line":
            return _quantified("no_line", inner, lexicon)
        if name.startswith("line.") and things_of(given, lexicon).kind == "named":
            return _quantified("no_line", given, lexicon)
    inner = clause(given, lexicon, of_line=of_line)
    return formats.elided(
        _("it is not so that %(condition)s") % {"condition": inner}, language=lexicon.language
    )


# --- things on a receipt --------------------------------------------------------------------------


class Things(NamedTuple):
    """What a filter of lines lets through: things by name (``named``), everything but those
    (``other``), or whatever meets a clause (``clause``)."""

    kind: str
    text: str


def things_of(raw: Any, lexicon: Lexicon) -> Things:
    """What a filter of lines lets through."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        name, given = next(iter(raw.items()))
        if name.removeprefix("line.") in _NAMED_BY:
            wanted = _names(given, "is", "in")
            if wanted is not None:
                return Things("named", _or(wanted, lexicon))
            unwanted = _names(given, "is_not", "not_in")
            if unwanted is not None:
                return Things("other", _or(unwanted, lexicon))
    return Things("clause", clause(raw, lexicon, of_line=True))


def _names(given: Any, *words: str) -> list[str] | None:
    """The values of a comparison that only names some, by one of these words."""
    if isinstance(given, Mapping):
        if len(given) != 1 or next(iter(given)) not in words:
            return None
        given = next(iter(given.values()))
    elif "is" not in words:
        return None
    listed = isinstance(given, Sequence) and not isinstance(given, str)
    return [str(one) for one in given] if listed else [str(given)]


def _or(codes: Sequence[str], lexicon: Lexicon) -> str:
    return joined([lexicon.word(code) for code in codes], word="or")


def _contains(raw: Mapping[str, Any], lexicon: Lexicon) -> str:
    return _quantified("any_line", raw, lexicon)


def _quantified(name: str, given: Any, lexicon: Lexicon) -> str:
    kind, text = things_of(given, lexicon)
    if kind == "clause":
        sentences = {
            "any_line": _("the purchase contains something for which %(condition)s"),
            "every_line": _("the purchase contains only things for which %(condition)s"),
            "no_line": _("the purchase contains nothing for which %(condition)s"),
        }
        return sentences[name] % {"condition": text}
    if kind == "named":
        sentences = {
            "any_line": _("the purchase contains %(things)s"),
            "every_line": _("the purchase contains nothing but %(things)s"),
            "no_line": _("the purchase does not contain %(things)s"),
        }
    else:
        sentences = {
            "any_line": _("the purchase contains something other than %(things)s"),
            "every_line": _("the purchase does not contain %(things)s"),
            "no_line": _("the purchase contains nothing but %(things)s"),
        }
    return sentences[name] % {"things": text}


def _extreme(name: str, given: Any, lexicon: Lexicon) -> str:
    kind, text = things_of(given, lexicon)
    cheapest = name == "cheapest_line"
    if kind == "clause":
        sentence = (
            _("the cheapest thing on the receipt is one for which %(condition)s")
            if cheapest
            else _("the most expensive thing on the receipt is one for which %(condition)s")
        )
        return sentence % {"condition": text}
    if kind == "named":
        sentence = (
            _("the cheapest thing on the receipt is %(things)s")
            if cheapest
            else _("the most expensive thing on the receipt is %(things)s")
        )
    else:
        sentence = (
            _("the cheapest thing on the receipt is anything but %(things)s")
            if cheapest
            else _("the most expensive thing on the receipt is anything but %(things)s")
        )
    return sentence % {"things": text}


# --- segments and other rules ---------------------------------------------------------------------


def _segment(given: Any, lexicon: Lexicon) -> str:
    """To which segments the member belongs, and what that means."""
    words = given if isinstance(given, Mapping) else {"is": given}
    parts = []
    for word, named in words.items():
        codes = listed(named)
        values = {
            "segments": joined([lexicon.segment(code) for code in codes], word="or"),
            "condition": _meant(codes, lexicon),
        }
        parts.append(
            _("the member is not one of %(segments)s (%(condition)s)") % values
            if word in ("is_not", "not_in")
            else _("the member is one of %(segments)s (%(condition)s)") % values
        )
    return joined(parts)


def _meant(codes: Sequence[str], lexicon: Lexicon) -> str:
    sources = [lexicon.programme.segments[code].source for code in codes]
    if len(sources) == 1:
        return clause(sources[0], lexicon)
    return joined([_nested(one, "or", lexicon, of_line=False) for one in sources], word="or")


def _rule(code: str, given: Any, lexicon: Lexicon) -> str:
    """Whether another rule applies to the same event."""
    words = given if isinstance(given, Mapping) else {"is": given}
    outcomes = {FIRED, NOT_FIRED}
    for word, value in words.items():
        named = set(listed(value))
        outcomes = outcomes - named if word in ("is_not", "not_in") else outcomes & named
    rule = {"rule": formats.quoted(lexicon.rule(code), language=lexicon.language)}
    if outcomes == {FIRED}:
        return _("%(rule)s applies as well") % rule
    if outcomes == {NOT_FIRED}:
        return _("%(rule)s does not apply") % rule
    return _("%(rule)s applies or not") % rule


def _counted(name: str, given: Mapping[str, Any], lexicon: Lexicon) -> str:
    what = "lines" if name == "count_lines" else str(given.get("of", "amount"))
    kind, text = things_of(given["match"], lexicon)
    words = {word: value for word, value in given.items() if word not in ("match", "of")}
    comparison = bounds_text(what, words, lexicon)
    if kind == "named":
        sentences = {
            "lines": _("the number of lines with %(things)s is %(comparison)s"),
            "quantity": _("the number of pieces of %(things)s is %(comparison)s"),
            "amount": _("the amount for %(things)s is %(comparison)s"),
        }
        return sentences[what] % {"things": text, "comparison": comparison}
    condition = text
    if kind == "other":
        condition = _("it is anything but %(things)s") % {"things": text}
    sentences = {
        "lines": _("the number of lines for which %(condition)s is %(comparison)s"),
        "quantity": _("the number of pieces for which %(condition)s is %(comparison)s"),
        "amount": _("the amount of everything for which %(condition)s is %(comparison)s"),
    }
    return sentences[what] % {"condition": condition, "comparison": comparison}


def _line_clause(name: str, given: Any, lexicon: Lexicon) -> str:
    kind, text = ("clause", "")
    if name.removeprefix("line.") in _NAMED_BY:
        kind, text = things_of({name: given}, lexicon) if _is_plain(given) else (kind, text)
    if kind == "named":
        return _("it is %(things)s") % {"things": text}
    if kind == "other":
        return _("it is anything but %(things)s") % {"things": text}
    return compared(f"line.{name.removeprefix('line.')}", given, lexicon)


def _is_plain(given: Any) -> bool:
    return _names(given, "is", "in") is not None or _names(given, "is_not", "not_in") is not None


_OF_LINES: Final[dict[str, Callable[[str, Any, Lexicon], str]]] = {
    **dict.fromkeys(("any_line", "every_line", "no_line"), _quantified),
    **dict.fromkeys(EXTREMES, _extreme),
    **dict.fromkeys(("count_lines", "sum_lines"), _counted),
}
