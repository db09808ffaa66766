"""Programme documents as they come from outside: read from text, then checked and published.

A door to ``integrations.documents`` for the front doors, which do not know the adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from habitue.integrations.documents import (
    UnreadableDocument,
    dump_yaml,
    load_document,
)

__all__ = ["UnreadableDocument", "read_programme_document", "write_programme_document"]


def read_programme_document(content: bytes | str, *, is_json: bool = False) -> dict[str, Any]:
    """The document that a YAML or JSON text holds, as plain, exact data.

    Raises ``UnreadableDocument`` (a ``Refusal``) with line, column and remedy.  No locks, no
    database.
    """
    return load_document(content, is_json=is_json)


def write_programme_document(document: Mapping[str, Any]) -> str:
    """The document as YAML, in the order in which people write one; reading it again gives an
    equal document.  No locks, no database."""
    return dump_yaml(document)
