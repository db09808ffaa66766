"""The tiers of a document with several structures, as the editor shows and changes them.

Codes of tiers are unique across the structures, so that a tier is found by its code; a new one goes
into the main structure, and so do the settings.  What no form says stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from habitue.domain.programme.structures import (
    StructurePart,
    is_several,
    main_structure,
    written_structures,
)

# What stands in a structure beside its tiers.
SETTINGS: Final = frozenset(StructurePart.known_fields())


def tiers_of(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tiers of all structures, by code."""
    return {
        str(code): part
        for one in written_structures(document).values()
        for code, part in one.items()
        if code not in SETTINGS and isinstance(part, Mapping)
    }


def structure_with(document: Mapping[str, Any], code: str) -> str:
    """The name of the structure that has a tier; of the main one for a tier that is new."""
    structures = written_structures(document)
    named = (name for name, one in structures.items() if code not in SETTINGS and code in one)
    return next(named, main_structure(document))


def settings_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the main structure."""
    main = written_structures(document).get(main_structure(document), {})
    return {name: value for name, value in main.items() if name in SETTINGS}


def with_settings(document: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The document with other settings of the main structure; its name and its tiers stay."""
    main = main_structure(document)
    before = written_structures(document).get(main, {})
    kept = {name: one for name, one in before.items() if name not in SETTINGS or name == "name"}
    return _with(document, main, {**settings, **kept})


def with_tier(document: Mapping[str, Any], code: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a tier."""
    name = structure_with(document, code)
    before = written_structures(document).get(name, {})
    return _with(document, name, {**before, code: dict(part)})


def without_tier(document: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The document without a tier; its structure stays, whether it has others or not."""
    name = structure_with(document, code)
    before = written_structures(document).get(name, {})
    return _with(document, name, {one: part for one, part in before.items() if one != code})


def path_of(document: Mapping[str, Any], code: str) -> str:
    """Where the document says a tier."""
    if not is_several(document):
        return f"tiers.{code}"
    return f"tiers.structures.{structure_with(document, code)}.{code}"


def _with(document: Mapping[str, Any], name: str, structure: Mapping[str, Any]) -> dict[str, Any]:
    tiers = document["tiers"]
    structures = {**tiers["structures"], name: dict(structure)}
    return {**document, "tiers": {**tiers, "structures": structures}}


def around(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The structure that holds a tier as it is written, the main one for a new one; ``None`` where
    there are no tiers."""
    structures = written_structures(document)
    holding = (one for one in structures.values() if any(tier is part for tier in one.values()))
    return next(holding, structures.get(main_structure(document)))
