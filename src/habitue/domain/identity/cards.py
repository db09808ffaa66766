"""Member numbers: unguessable, readable aloud, and protected by a check character.

A number has twelve characters from an alphabet of 23 without look-alikes; the first is a letter,
so that it is never mistaken for the digits of another system's card.

The check character is the last one.  With the characters' places in the alphabet as their values
(0 to 22), it makes the sum of value times 5 to the power of the position (0 for the last character)
divisible by 23.  23 is a prime and the powers differ at all twelve positions: so every single wrong
character is found, and every swap of any two characters.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import mul
from typing import Final

# Left out: 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U.  A character is only needed once per shape.
ALPHABET: Final = "34679ACDEFGHJKMNPRTVWXY"
NUMBER_LENGTH: Final = 12

_SIZE: Final = len(ALPHABET)
_LETTERS: Final = "ACDEFGHJKMNPRTVWXY"
_INDEX: Final = {character: index for index, character in enumerate(ALPHABET)}
_CHARACTERS: Final = frozenset(ALPHABET)
_BASE: Final = 5


def _powers(length: int) -> tuple[int, ...]:
    """What each character of a text counts that stands before a check character."""
    return tuple(pow(_BASE, length - place, _SIZE) for place in range(length))


_POWERS: Final = _powers(NUMBER_LENGTH - 1)


def check_character(body: str) -> str:
    """The character that makes a text over ``ALPHABET`` a number when it is put behind it."""
    powers = _POWERS if len(body) == NUMBER_LENGTH - 1 else _powers(len(body))
    total = sum(map(mul, map(_INDEX.__getitem__, body), powers))
    return ALPHABET[-total % _SIZE]


def make_number(randbelow: Callable[[int], int]) -> str:
    """A new member number; ``randbelow(n)`` gives a whole number from 0 to ``n - 1``.

    The caller passes a cryptographic source (``secrets.randbelow``): a number that can be guessed
    is money that can be spent.
    """
    body = _LETTERS[randbelow(len(_LETTERS))]
    body += "".join(ALPHABET[randbelow(_SIZE)] for _ in range(NUMBER_LENGTH - 2))
    return body + check_character(body)


def looks_like_number(value: str) -> bool:
    """Whether a bare text has the form of a member number, whatever its check character."""
    return len(value) == NUMBER_LENGTH and value[0] in _LETTERS and _CHARACTERS.issuperset(value)


def is_number(value: str) -> bool:
    """Whether a bare text is a member number with the right check character."""
    return looks_like_number(value) and check_character(value[:-1]) == value[-1]


def format_number(value: str) -> str:
    """A member number in groups of four, as it is printed; other cards as they are."""
    if not looks_like_number(value):
        return value
    return "-".join(value[start : start + 4] for start in range(0, NUMBER_LENGTH, 4))
