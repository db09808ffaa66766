"""PINs, by which colleagues say at the till who they are."""

from __future__ import annotations

import itertools
import re
from typing import Final

from habitue.domain.errors import Code, Refusal

_FORM: Final = re.compile(r"[0-9]{4,6}")


def check_pin(pin: str) -> None:
    """Refuse (``WEAK_PIN``) what is no PIN of four to six digits, or what everybody tries first:
    one digit again and again, or digits that follow one another."""
    if _FORM.fullmatch(pin) is None or _is_obvious(pin):
        raise Refusal(Code.WEAK_PIN, "pin")


def _is_obvious(pin: str) -> bool:
    steps = {int(after) - int(before) for before, after in itertools.pairwise(pin)}
    return steps in ({0}, {1}, {-1})
