"""Pages to print, as PDF.

A door to ``integrations.typesetting`` for the front doors, which do not know the adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from habitue.integrations.typesetting.setting import typeset

__all__ = ["print_poster", "print_sheet"]


def print_sheet(data: Mapping[str, Any]) -> bytes:
    """A rule sheet on A4, as PDF; the same data give the same bytes.

    ``data``: ``language``, ``title``, ``lead``, ``footer``, and ``sections``, each with its
    ``heading``, whether its sentences stand below one another (``listed``), and its ``items``: a
    ``name``, which may be empty, and ``sentences``.  Refuses (``NOT_INSTALLED``).  No locks, no
    database.
    """
    return typeset("sheet", data)


def print_poster(data: Mapping[str, Any]) -> bytes:
    """A poster on one page of A4 or A3 (``paper``), as PDF; the same data give the same bytes.

    ``data``: ``language``, ``title``, ``lead``, ``footer``, ``promises`` (``name`` and
    ``sentence``), the ``ladder`` (``heading``, and ``rungs`` with ``price``, ``name`` and
    ``note``), and how to ``join`` (``heading``, ``sentence``, ``address``, and ``qr``, a picture as
    SVG or empty).  Refuses (``NOT_INSTALLED``).  No locks, no database.
    """
    return typeset("poster", data)
