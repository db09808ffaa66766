"""Names as people type them: without accents, case, punctuation or invisible characters.

The folded form is for comparing and finding only; what is shown is what was entered.  Folding is
done here and not by the database, so that every PostgreSQL gives the same answers.

The form keeps prefixes: what is folded from the beginning of a word is the beginning of what is
folded from the word.  A search while typing depends on it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ĸ": "k",
        "ł": "l",
        "ŀ": "l",
        "ŋ": "n",
        "ŧ": "t",
        "ə": "e",
    }
)

# Müller is also written Mueller, Schœnberg also Schoenberg; both ways fold to the short one.
_E_AFTER_VOWEL: Final = re.compile(r"([aou])e+")

# Inside a word these disappear (O'Brien is obrien); any other mark separates words.
_SILENT: Final = frozenset("'’‘ʼ`´＇ʻʾʿ·")

WORD_LIMIT: Final = 40


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The folded text: words of lower-case letters and digits, with one space between them."""
    # Casefolding can decompose and decomposing can leave capitals: so both are done twice.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain).casefold()
    kept = "".join(map(_kept, plain))
    return " ".join(_E_AFTER_VOWEL.sub(r"\1", kept).split())


@lru_cache(maxsize=4096)
def _kept(character: str) -> str:
    """The character itself, nothing for a mark or an invisible one, a space for a separator."""
    category = unicodedata.category(character)
    if category[0] == "M" or category == "Cf" or character in _SILENT:
        return ""
    return character if category[0] in "LN" else " "


def fold_words(text: str) -> list[str]:
    """The folded words of a text, each cut at ``WORD_LIMIT`` characters, in their order."""
    return [word[:WORD_LIMIT] for word in fold(text).split()]


def clean_text(text: str) -> str:
    """The text in its composed form (NFC), trimmed, with single spaces and nothing invisible.

    Joiners inside words are kept: some scripts are misspelt without them.
    """
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(
        character
        for character in composed
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        or character in "\t\n\r\u200c\u200d"
    )
    return " ".join(seen.split())
