"""How customers are recognised: which identifiers a business asks for, in which order, and what
showing each of them allows (SEMANTICS 33).

Without the section every identifier allows what it was added for, by default what its kind
deserves.  A document may ask for less than that, and for more only where nobody else can know what
is shown: what everybody can read off a car never spends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from pydantic_core import PydanticCustomError

from habitue.domain.identity.kinds import DEFAULT_TRUST, KINDS, Kind, Trust
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.reading import read_choice

_LEVELS: Final = tuple(level.label for level in Trust)
# Why showing one of these alone never spends, whatever a document says.
_OPEN_TO_ALL: Final[Mapping[str, str]] = {
    "plate": "everybody can read it off the car",
    "serial": "it stands on the thing, and whoever sells it knows it",
    "receipt": "whoever finds it could spend what the member has",
}


@dataclass(frozen=True, slots=True)
class Method:
    """One kind of identifier, and what showing it allows."""

    kind: Kind
    may: Trust


def build_methods(raw: object, faults: Faults) -> tuple[Method, ...]:
    """The kinds in the order in which they are asked for; records what is wrong in ``faults``."""
    if raw is None:
        return ()
    if not isinstance(raw, list | tuple):
        remedy = "Write a list in the order of asking, such as [card, {plate: earn}]."
        faults.add("identify", raw, "not_a_list", remedy)
        return ()
    if not raw:
        faults.add("identify", raw, "empty", "Name at least one kind, or remove the section.")
    methods: dict[Kind, Method] = {}
    for place, entry in enumerate(raw):
        path = f"identify[{place}]"
        for kind, level in _said(entry, path, faults):
            method = _method(kind, level, path, faults)
            if method is None:
                continue
            if method.kind in methods:
                faults.add(path, kind, "duplicate", "Name each kind once.")
            methods.setdefault(method.kind, method)
    return tuple(methods.values())


def allowed_by(methods: tuple[Method, ...], kind: str, own: int) -> Trust:
    """What showing an identifier of a kind allows, whose own level is ``own``.

    A level that was given to one identifier apart stays, but where the document allows its kind
    less.  A kind that the document leaves out only greets; the customer's id of one of the house's
    own systems keeps its level, for it is never shown by anybody.
    """
    if not methods:
        return Trust(own)
    level = next((method.may for method in methods if method.kind == kind), None)
    if level is None:
        return Trust(own) if kind == "external" else Trust.GREET
    default = DEFAULT_TRUST[cast("Kind", kind)]
    if own == default:
        return level
    return Trust(min(own, level)) if level < default else Trust(own)


def place_of(methods: tuple[Method, ...], kind: str) -> int:
    """The place of a kind in the order of asking; what is not asked for comes last."""
    kinds = [method.kind for method in methods]
    return kinds.index(kind) if kind in kinds else len(kinds)


def _said(entry: object, path: str, faults: Faults) -> Iterator[tuple[object, object]]:
    """The kind, and its level where one is said."""
    if not isinstance(entry, Mapping):
        yield entry, None
    elif len(entry) == 1:
        yield from entry.items()
    else:
        remedy = "Write one kind with its level in each entry, such as {plate: earn}."
        faults.add(path, entry, "conflicting_fields", remedy)


def _method(kind: object, level: object, path: str, faults: Faults) -> Method | None:
    try:
        known = cast("Kind", read_choice(kind, KINDS))
        may = DEFAULT_TRUST[known]
        if level is not None:
            label = read_choice(level, _LEVELS)
            may = next(one for one in Trust if one.label == label)
    except PydanticCustomError as error:
        faults.add(path, kind if level is None else level, error.type, error.message())
        return None
    if may is Trust.SPEND and known in _OPEN_TO_ALL:
        remedy = f"Write {known}: earn. It cannot spend: {_OPEN_TO_ALL[known]}."
        faults.add(path, level, "not_safe", remedy)
    return Method(known, may)
