"""The tags and filters of all templates: assets, icons, money, points, days and instants.

Numbers and times are written in the language of the page by ``interfaces.texts.formats``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from habitue.interfaces.texts import formats
from habitue.interfaces.web.agents import browser_name
from habitue.interfaces.web.assets import asset
from habitue.kit.instants import Instant

register = template.Library()

register.simple_tag(asset, name="asset")
register.filter("browser_name", browser_name)


def _language() -> str:
    return (get_language() or "en").split("-")[0]


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside a word that says the same; nobody needs to hear it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        asset("web/icons.svg"),
        name,
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """An amount of money in minor units."""
    return "" if minor is None else formats.money(minor, currency, language=_language())


@register.filter
def units(smallest: int | None, decimals: int = 0) -> str:
    """A number of points in smallest units, without their name."""
    if smallest is None:
        return ""
    return formats.units(smallest, decimals=decimals, language=_language())


@register.filter
def signed(smallest: int | None, decimals: int = 0) -> str:
    """A change of points, always with its sign."""
    if smallest is None:
        return ""
    return formats.signed(smallest, decimals=decimals, language=_language())


@register.filter
def whole(number: int | None) -> str:
    """A whole number, grouped as the language does."""
    return "" if number is None else formats.units(number, decimals=0, language=_language())


@register.filter
def day(value: date | None) -> str:
    """A day, with the month in words."""
    return "" if value is None else formats.day(value, language=_language())


@register.filter
def moment(instant: Instant | None, zone: str) -> str:
    """An instant as day and time of a zone."""
    return "" if instant is None else formats.moment(instant, zone=zone, language=_language())


@register.filter
def day_of(instant: Instant | None, zone: str) -> str:
    """The day of an instant in a zone."""
    return "" if instant is None else formats.day_of(instant, zone=zone, language=_language())


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """One value of a mapping; ``None`` where there is none."""
    return mapping.get(key)
