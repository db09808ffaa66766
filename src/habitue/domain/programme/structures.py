"""Several structures of tiers in one document: each with its own metrics, times and tiers.

One of them is the main one.  The document says which, for stored documents have no order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import PlainValidator

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import Multipliers, Tiers
from habitue.domain.programme.parts import Label, Part, Slug
from habitue.domain.programme.reading import choice, one_of, suggestion
from habitue.domain.programme.tiers import TiersPart, build_tiers

_STRUCTURES = "structures"


class StructurePart(TiersPart):
    """One structure of several: what ``tiers`` says where there is only one, and a name."""

    name: Label | None = None


class StructuresPart(Part):
    """Several structures by name, which of them is the main one, and how their multipliers meet."""

    main: Slug | None = None
    multipliers: Annotated[Multipliers, PlainValidator(choice("multiply", "best"))] = "multiply"
    structures: dict[Slug, StructurePart]


def read_structures(raw: object) -> TiersPart | StructuresPart:
    """One structure, or several under ``structures``."""
    if isinstance(raw, Mapping) and _STRUCTURES in raw:
        return StructuresPart.model_validate(raw)
    return TiersPart.model_validate(raw)


def is_several(raw: Mapping[str, Any]) -> bool:
    """Whether a document as it is written has several structures."""
    tiers = raw.get("tiers")
    return isinstance(tiers, Mapping) and _STRUCTURES in tiers


def written_structures(raw: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The structures as a document spells them, in its order, by name; the only one has none."""
    tiers = raw.get("tiers")
    if not isinstance(tiers, Mapping):
        return {}
    if not is_several(raw):
        return {"": tiers}
    several = tiers[_STRUCTURES]
    if not isinstance(several, Mapping):
        return {}
    return {str(name): one for name, one in several.items() if isinstance(one, Mapping)}


def written_tiers(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """The codes of the tiers of each structure, faulty ones included."""
    return {
        name: [
            str(code)
            for code in one
            if code not in (StructurePart if name else TiersPart).known_fields()
        ]
        for name, one in written_structures(raw).items()
    }


def main_structure(raw: Mapping[str, Any]) -> str:
    """The name of the main structure as a document spells it; empty where there is only one."""
    if not is_several(raw):
        return ""
    named = written_structures(raw)
    main = raw["tiers"].get("main")
    return main if main in named else next(iter(named), "")


def build_structures(
    part: TiersPart | StructuresPart | None,
    *,
    vocabulary: Vocabulary,
    multiplied: str | None,
    faults: Faults,
) -> list[Tiers]:
    """The structures as the engine reads them, the main one first, the others by name."""
    if part is None:
        return []
    if isinstance(part, TiersPart):
        return [build_tiers(part, vocabulary=vocabulary, multiplied=multiplied, faults=faults)]
    if not part.structures:
        faults.echo("tiers.structures", "", "empty", "Add at least one structure of tiers.")
        return []
    main = _main(part, faults)
    found = []
    for name in sorted(part.structures, key=lambda name: (name != main, name)):
        one = part.structures[name]
        tiers = build_tiers(
            one,
            vocabulary=vocabulary,
            multiplied=multiplied,
            faults=faults,
            path=f"tiers.structures.{name}",
        )
        found.append(replace(tiers, name=name, key="" if name == main else name))
    for path, code, other in _repeated(found):
        remedy = f"Choose another code: {other} has a tier of this code already."
        faults.add(path, code, "tier_twice", remedy)
    return found


def _main(part: StructuresPart, faults: Faults) -> str:
    names = sorted(part.structures)
    if len(names) == 1 and part.main is None:
        return names[0]
    if part.main is None:
        remedy = (
            f"Say which is the main one, that of which answers and lists speak: {one_of(names)}."
        )
        faults.echo("tiers.main", None, "missing_field", remedy)
    elif part.main not in part.structures and not faults.spoiled("tiers.structures"):
        remedy = f"Write {one_of(names)}.{suggestion(part.main, names)}"
        faults.add("tiers.main", part.main, "unknown_structure", remedy)
    return part.main or ""


def _repeated(structures: list[Tiers]) -> Iterator[tuple[str, str, str]]:
    """Codes that an earlier structure has too: where, which, and that structure's name."""
    seen: dict[str, str] = {}
    for tiers in structures:
        for tier in tiers.tiers:
            if tier.code in seen:
                yield f"{tiers.path}.{tier.code}", tier.code, seen[tier.code]
            seen.setdefault(tier.code, tiers.name)
