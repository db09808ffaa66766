"""The canonical form of a document: one text for one content, to store, compare and sign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from habitue.domain.programme.shape import LONGEST_NUMBER


def plain_document(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The document as plain JSON data: decimals and days as the texts they were written as.

    Reading it again gives the same programme.  The order of names carries no meaning in documents,
    so that storing may lose it; the order within lists is kept.
    """
    return {name: _plain(value) for name, value in raw.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        # Written out, a vast exponent would be a vast text; such a number is refused when read.
        return f"{value:f}" if abs(value.adjusted()) <= LONGEST_NUMBER else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a document holds no {type(value).__name__}")


def canonical_json(raw: Mapping[str, Any]) -> str:
    """The document as JSON with sorted names, no spaces, and decimals as texts.

    Raises ``TypeError`` where it holds binary floats or foreign types (``parse_document`` refuses
    them with a path and a remedy).
    """
    return json.dumps(
        plain_document(raw),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def document_hash(raw: Mapping[str, Any]) -> str:
    """The SHA-256 of the canonical form, in hexadecimal digits."""
    return sha256(canonical_json(raw).encode()).hexdigest()
