"""Which things on a receipt count: all of them, only some, or all but some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

MODE_CHOICES: Final[list[tuple[str, str | Promise]]] = [
    ("all", gettext_lazy("Everything")),
    ("only", gettext_lazy("Only these")),
    ("but", gettext_lazy("Everything but these")),
]
BY_CHOICES: Final[list[tuple[str, str | Promise]]] = [
    ("category", gettext_lazy("Category")),
    ("product", gettext_lazy("Product")),
    ("brand", gettext_lazy("Brand")),
]
_BY: Final = ("category", "product", "brand")


@dataclass(frozen=True, slots=True)
class Things:
    """Everything (``all``), ``only`` some or everything ``but`` some, named ``by`` a field."""

    mode: str = "all"
    by: str = "category"
    codes: tuple[str, ...] = ()


def read_things(raw: Any) -> Things | None:
    """A filter of lines as values; ``None`` where it says what no form asks."""
    if raw is None:
        return Things()
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    name, given = next(iter(raw.items()))
    by = str(name).removeprefix("line.")
    if by not in _BY:
        return None
    mode = "only"
    if isinstance(given, Mapping):
        if len(given) != 1:
            return None
        word, given = next(iter(given.items()))
        mode = {"is": "only", "in": "only", "is_not": "but", "not_in": "but"}.get(word, "")
        if not mode:
            return None
    listed = isinstance(given, Sequence) and not isinstance(given, str)
    return Things(mode, by, tuple(map(str, given)) if listed else (str(given),))


def write_things(things: Things) -> Any:
    """A filter of lines as a document says it; ``None`` for everything."""
    if things.mode == "all" or not things.codes:
        return None
    several = len(things.codes) > 1
    codes: Any = list(things.codes) if several else things.codes[0]
    if things.mode == "but":
        codes = {"not_in" if several else "is_not": codes}
    return {things.by: codes}
