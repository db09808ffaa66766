"""Vehicle plates: a country and characters, whatever the separators and look-alikes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Distinguishing signs that differ from the country's ISO 3166 code.
_SIGNS: Final = {
    "A": "AT", "AUS": "AU", "B": "BE", "CDN": "CA", "D": "DE", "E": "ES", "EST": "EE", "F": "FR",
    "FIN": "FI", "FL": "LI", "H": "HU", "I": "IT", "IRL": "IE", "J": "JP", "L": "LU", "M": "MT",
    "N": "NO", "NMK": "MK", "P": "PT", "RSM": "SM", "S": "SE", "SLO": "SI", "SRB": "RS",
    "UK": "GB", "V": "VA",
}  # fmt: skip

# One drawing, one character.  No country tells its plates apart by these alone.
_LOOK_ALIKES: Final = str.maketrans("OQI", "001")

# Letters of other alphabets that plates use because they look like Latin ones.
_OTHER_ALPHABETS: Final = str.maketrans(
    "АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX"
)

_SEPARATORS: Final = re.compile(r"[\s\-–—.·•:_/]+")
_PLATE: Final = re.compile(r"[0-9A-ZÄÖÜ]{2,10}")
_PREFIXED: Final = re.compile(r"\s*([A-Za-z]{1,3})\s*:\s*(.+)", re.DOTALL)


def normal_plate(text: str, *, country: str) -> str | None:
    """``FR-AB123CD``: the country and the plate's characters, or ``None`` where it is no plate.

    ``country`` is an ISO 3166 code or a distinguishing sign, and is the hint for plates that do
    not bring their own (``D: M-AB 123``).  Upper case, no separators; the letters O, Q and I become
    the digits 0, 0 and 1, so that a camera and a person write the same plate the same way.
    """
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed is not None:
        country, text = prefixed[1], prefixed[2]
    sign = country.strip().upper()
    code = _SIGNS.get(sign, sign)
    if re.fullmatch(r"[A-Z]{2}", code) is None:
        return None
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())
    plain = plain.translate(_OTHER_ALPHABETS)
    if _PLATE.fullmatch(plain) is None or not any(character.isdigit() for character in plain):
        return None
    return f"{code}-{plain.translate(_LOOK_ALIKES)}"
