"""Telephone numbers in E.164, by the numbering plans of phonenumberslite."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

_MARKS: Final = re.compile(r"[\s().\-–—/\u00a0\u202f]+")
_WRITTEN: Final = re.compile(r"\+?[0-9]{3,20}")


class Phones:
    """Reads numbers as they are written in one region (ISO 3166, such as ``FR``).

    A number is accepted where its length is possible for its country.  Whether it is assigned is
    not asked: the plans that a library ships are always a little behind.
    """

    def __init__(self, region: str) -> None:
        self.region = region.upper()
        self._country = phonenumbers.country_code_for_region(self.region)
        self._trunk = phonenumbers.ndd_prefix_for_region(self.region, strip_non_digits=True) or ""

    def number(self, text: str) -> str | None:
        """The number in E.164, or ``None`` where the text is not a possible number."""
        written = _written(text)
        return _e164(written, self.region) if written else None

    def prefixes(self, digits: str) -> tuple[str, ...]:
        """The beginnings in E.164 that the first digits of a number may stand for.

        ``06 12`` in France is ``+33612``; ``33 6`` may be international or national.
        """
        written = _MARKS.sub("", digits)
        plain = written.removeprefix("+")
        if not plain.isascii() or not plain.isdigit():
            return ()
        if written.startswith("+"):
            return (written,)
        if plain.startswith("00"):
            return (f"+{plain[2:]}",)
        if not self._country:
            return (f"+{plain}",)
        national = plain.removeprefix(self._trunk)
        found = (f"+{self._country}{national}", f"+{plain}")
        # No country code begins with zero.
        return found[:1] if plain.startswith("0") else found


def _written(text: str) -> str | None:
    bare = _MARKS.sub("", text.strip().removeprefix("tel:"))
    # Full-width and other scripts' digits are digits too.
    if not bare.isascii():
        bare = "".join(
            str(int(character)) if character.isdecimal() else character for character in bare
        ).replace("\uff0b", "+")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    # "+44 (0)20 ..." is how people write a trunk prefix that must not be dialled.
    return bare if _WRITTEN.fullmatch(bare) else None


@lru_cache(maxsize=65536)
def _e164(written: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(written, region or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
