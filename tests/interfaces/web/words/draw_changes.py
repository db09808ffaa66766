"""What a document says of its draws, before and after it changes (``test_sheet``)."""

from __future__ import annotations

from typing import Final

from habitue.domain.programme.draw_model import Draw, Prize

MODELS: Final = (Draw, Prize)

_LOTS = "earn: {r: {on: purchase, give: {entry: summer}}}"
_DRAW = """
rewards: {cake: {gives: {free_product: cake}}, pie: {gives: {free_product: pie}}}
draws:
  %s: {%s}
"""
_FIELDS = {
    "from": "2027-06-01",
    "until": "2027-06-30",
    "terms": "Adults.",
    "free_entry": "Write to us.",
    "prizes": "[{gives: {free_product: hamper}}]",
}


def draw(code: str = "summer", **changes: str) -> str:
    """The document with a draw of these fields."""
    fields = {name.rstrip("_"): text for name, text in {**_FIELDS, **changes}.items()}
    return _DRAW % (code, ", ".join(f"{name}: {text}" for name, text in fields.items()))


def prize(gives: str, count: int = 1) -> str:
    """The document with a draw of one prize."""
    return draw(prizes=f"[{{gives: {{{gives}}}, count: {count}}}]")


CHANGES: Final[dict[str, tuple[str, str]]] = {
    "Programme.draws": ("", draw()),
    "Draw.code": (draw(), draw("winter")),
    "Draw.starts_at": (draw(), draw(from_="2027-06-02")),
    "Draw.ends_at": (draw(waits="2 days"), draw(until="2027-06-29", waits="3 days")),
    "Draw.due_at": (draw(), draw(waits="1 day")),
    "Draw.most_per_member": (draw(), draw(most_per_member="5")),
    "Draw.prizes": (draw(), draw(prizes="[{gives: {service: massage}}]")),
    "Draw.judged": (draw(), draw(judged="yes")),
    "Prize.count": (prize("service: a"), prize("service: a", 2)),
    "Prize.kind": (prize("service: a"), prize("access: a")),
    "Prize.value": (prize("service: a"), prize("service: b")),
    "Prize.amount": (prize("gift_card: 5.00"), prize("gift_card: 6.00")),
    "Prize.currency": (prize("voucher: cake"), prize("voucher: pie")),
    "Prize.units": (prize("points: 5"), prize("points: 6")),
}
