"""The rule sheet and the poster of a programme as PDF, and as the answer that hands one over."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import segno
from django.http import HttpResponse
from django.utils.translation import gettext as _

from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.poster import poster
from habitue.interfaces.web.words.sheet import Audience, rule_sheet, version_sentence
from habitue.kit.instants import Instant
from habitue.services.printing import print_poster, print_sheet

Paper: TypeAlias = Literal["a4", "a3"]

# Sections of one item that is a text rather than a list of points.
_RUNNING: Final = frozenset({"examples", "version"})


def sheet_pdf(lexicon: Lexicon, *, audience: Audience, now: Instant) -> bytes:
    """The rule sheet on A4, several pages, in the language that is active."""
    sheet = rule_sheet(lexicon, audience=audience, now=now)
    return print_sheet(
        {
            "language": lexicon.language,
            "title": sheet.title,
            "lead": _("The rules for our staff") if audience == "staff" else _("The rules"),
            "footer": _footer(lexicon),
            "sections": [
                {
                    "heading": section.heading,
                    "listed": section.key not in _RUNNING,
                    "items": [
                        {"name": item.name, "sentences": list(item.sentences)}
                        for item in section.items
                    ],
                }
                for section in sheet.sections
            ],
        }
    )


def poster_pdf(lexicon: Lexicon, *, paper: Paper, address: str, now: Instant) -> bytes:
    """The poster on one page, in the language that is active; ``address`` is where one joins, and
    becomes a QR code; without one, the till is named."""
    told = poster(lexicon, now=now, with_code=bool(address))
    return print_poster(
        {
            "language": lexicon.language,
            "paper": paper,
            "title": told.title,
            "lead": told.lead,
            "footer": _footer(lexicon),
            "promises": [{"name": one.name, "sentence": one.sentence} for one in told.promises],
            "ladder": {
                "heading": told.ladder_heading,
                "rungs": [
                    {"price": one.price, "name": one.name, "note": one.note} for one in told.rungs
                ],
            },
            "join": {
                "heading": told.join_heading,
                "sentence": told.join_sentence,
                "address": address,
                "qr": _qr(address) if address else "",
            },
        }
    )


def as_pdf(content: bytes, *, name: str) -> HttpResponse:
    """The answer that shows a PDF in the browser, or keeps it as ``name.pdf``."""
    headers: dict[str, Any] = {
        "Content-Disposition": f'inline; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _footer(lexicon: Lexicon) -> str:
    return f"{lexicon.title()} · {version_sentence(lexicon).removesuffix('.')}"


def _qr(address: str) -> str:
    svg: str = segno.make(address, error="m", micro=False).svg_inline(border=0)
    return svg
