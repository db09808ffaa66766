"""How members are found while a name is being typed: keys to store, and ranges of keys to read.

A member has one key for each word of the name, and one for each pair of words:

* ``1dupont marie anne`` -- a slot for what the word is (``1`` family name, ``2`` given name,
  ``3`` anything else), the word, a space, and the other words.
* ``=mdupont marie anne`` -- ``=``, the first letter of the pair's second word, the first word, a
  space, the second word, and the other words.
* ``+33612345678 dupont marie anne`` -- one for each telephone number, for searches that combine the
  beginning of one with words of a name.

A search for one word reads the first keys of a range for each slot.  A search for several words
reads the range of one pair of them, and the text of the keys tells whether the other words are
there.  Since a pair's range is already cut down to the members who also have a word with that
first letter, even two short prefixes that hardly ever meet are answered after few keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from habitue.domain.identity.folding import WORD_LIMIT, clean_text, fold, fold_words
from habitue.domain.identity.kinds import Identifier, Kind
from habitue.domain.identity.normal import PhoneReader, read_identifiers

FAMILY_SLOT: Final = "1"
GIVEN_SLOT: Final = "2"
OTHER_SLOT: Final = "3"
_PAIR_SLOT: Final = "="

# Behind every text of Unicode in byte order: the end of a range of prefixes.
_END: Final = "\U0010ffff"

_WORDS_INDEXED: Final = 8
_WORDS_ASKED: Final = 6
# A row of an index holds 2,700 bytes; a character has up to four.
_KEY_LIMIT: Final = 300
_QUERY_LIMIT: Final = 200

_SPOKEN_APART: Final = re.compile(r"\b(\w{1,2})['’‘ʼ`´＇](\w+)")
_CARD_MARKS: Final = re.compile(r"[\s\-–—._]+")
_CARD_START: Final = re.compile(r"[0-9A-Z]{4,40}")
_EMAIL_START: Final = re.compile(r"[^\s@\"(),:;<>]{1,64}(?:@[a-z0-9.\-]{0,100})?")
_DIGITS_ONLY: Final = re.compile(r"[+\d\s().\-–—/]*\d[+\d\s().\-–—/]*")


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys from ``low`` up to but not including ``high`` that contain all of ``also``.

    Each of ``also`` is a LIKE pattern; a folded word has no character that is special there.
    ``matched`` is what finding a member here means: by ``name``, or by ``phone`` as well.
    """

    low: str
    high: str
    also: tuple[str, ...] = ()
    matched: Literal["name", "phone"] = "name"


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Identifiers of a kind whose value begins with a text.

    ``also`` are words that the member's name must have besides (LIKE patterns on the folded name).
    """

    kind: Kind
    low: str
    high: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What to look for, the most relevant first; all empty where there is nothing to find.

    ``external`` is a customer's id in whatever shop system, as it was typed.
    """

    exact: tuple[Identifier, ...]
    external: str
    keys: tuple[KeyRange, ...]
    codes: tuple[CodeRange, ...]


def name_words(given: str, family: str, display: str) -> tuple[list[str], list[str], list[str]]:
    """The folded words of family, given and other names; no word stands in two of the lists."""
    seen: set[str] = set()
    lists: list[list[str]] = []
    for text in (family, given, display):
        words = [word for word in dict.fromkeys(_spoken_words(text)) if word not in seen]
        seen.update(words)
        lists.append(words)
    return lists[0], lists[1], lists[2]


def folded_name(given: str, family: str, display: str) -> str:
    """All words of the name, family name first, each behind a space."""
    return "".join(f" {word}" for words in name_words(given, family, display) for word in words)


def search_keys(given: str, family: str, display: str, *, phones: Iterable[str] = ()) -> list[str]:
    """The keys under which a member of that name (and those numbers, in E.164) is found, sorted,
    each once; none without a name.

    At most the first eight words are indexed; the others are still found in combination.
    """
    slots = zip(
        (FAMILY_SLOT, GIVEN_SLOT, OTHER_SLOT), name_words(given, family, display), strict=True
    )
    words = [(slot, word) for slot, listed in slots for word in listed]
    plain = [word for _, word in words]
    if not plain:
        return []
    keys = {
        slot + " ".join([word, *_without(plain, word)]) for slot, word in words[:_WORDS_INDEXED]
    }
    for first, second in combinations(plain[:_WORDS_INDEXED], 2):
        rest = " ".join([first, second, *_without(plain, first, second)])
        keys.add(f"{_PAIR_SLOT}{second[0]}{rest}")
    keys.update(" ".join([phone, *plain]) for phone in phones)
    return sorted({key[:_KEY_LIMIT] for key in keys})


def plan_search(query: str, *, phones: PhoneReader, country: str = "") -> SearchPlan:
    """What a text that was typed or scanned may mean; never fails, whatever the text is.

    ``country`` is the hint for plates, as in ``normalise_identifier``.
    """
    text = clean_text(query[:_QUERY_LIMIT])
    words = list(dict.fromkeys(fold_words(text)))[:_WORDS_ASKED]
    keys = () if "@" in text else _name_ranges(words)
    parts = text.split()
    codes = [part for part in parts if "@" in part or any(map(str.isdigit, part))]
    names = fold_words(" ".join(part for part in parts if part not in codes))[:_WORDS_ASKED]
    code = " ".join(codes) if codes and names else text
    also = tuple(f"% {word}%" for word in dict.fromkeys(names)) if code != text else ()
    ranges = _code_ranges(code, phones)
    if also:
        keys += tuple(
            KeyRange(each.low, each.high, also, "phone") for each in ranges if each.kind == "phone"
        )
        ranges = tuple(
            CodeRange(each.kind, each.low, each.high, also)
            for each in ranges
            if each.kind != "phone"
        )
    return SearchPlan(
        exact=read_identifiers(text, phones=phones, country=country),
        external=text if text and ":" not in text else "",
        keys=keys,
        codes=ranges,
    )


def _name_ranges(words: list[str]) -> tuple[KeyRange, ...]:
    if not words:
        return ()
    if len(words) == 1:
        slots = (FAMILY_SLOT, GIVEN_SLOT, OTHER_SLOT)
        return tuple(_range(f"{slot}{words[0]}") for slot in slots)
    # The longest words leave the fewest keys to read; equal ones keep the order of typing.
    first, second = sorted(words, key=len, reverse=True)[:2]
    others = [f"% {word}%" for word in words if word not in {first, second}]
    return (
        _range(_PAIR_SLOT + second[0] + first, f"% {second}%", *others),
        _range(_PAIR_SLOT + first[0] + second, f"% {first}%", *others),
    )


def _code_ranges(text: str, phones: PhoneReader) -> tuple[CodeRange, ...]:
    """The numbers, addresses and cards that a text without a name may be the beginning of."""
    if _DIGITS_ONLY.fullmatch(text):
        return (*_phone_ranges(text, phones), *_card_ranges(text))
    if " " in text:
        # Cards are read aloud in groups; addresses are not, and words are no card.
        return _card_ranges(text) if any(map(str.isdigit, text)) else ()
    return (*_email_ranges(text), *_card_ranges(text))


def _phone_ranges(text: str, phones: PhoneReader) -> tuple[CodeRange, ...]:
    return tuple(_codes("phone", prefix) for prefix in phones.prefixes(text))


def _email_ranges(text: str) -> tuple[CodeRange, ...]:
    start = text.casefold()
    return (_codes("email", start),) if _EMAIL_START.fullmatch(start) else ()


def _card_ranges(text: str) -> tuple[CodeRange, ...]:
    start = _CARD_MARKS.sub("", text).upper()
    return (_codes("card", start),) if _CARD_START.fullmatch(start) else ()


def _codes(kind: Kind, prefix: str) -> CodeRange:
    return CodeRange(kind, prefix, prefix + _END)


def _range(prefix: str, *also: str) -> KeyRange:
    return KeyRange(prefix, prefix + _END, also)


def _without(words: list[str], *taken: str) -> list[str]:
    return [word for word in words if word not in taken]


def _spoken_words(text: str) -> list[str]:
    """Folded words; of ``d'Arc`` both ``darc`` and ``arc``, for it is typed either way."""
    words = fold_words(text)
    for match in _SPOKEN_APART.finditer(text):
        words += [word for word in fold(match[2]).split()[:1] if len(word) > 1]
    return [word[:WORD_LIMIT] for word in words]
