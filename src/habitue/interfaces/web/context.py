"""What every template knows: language, look, and the choices of both."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy

from habitue.interfaces.web.middleware import THEMES, chosen_theme

# Each language in its own words: whoever looks for it need not read another one.
LANGUAGE_NAMES: Final = (
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("ro", "Română"),
)
THEME_NAMES: Final = tuple(
    zip(
        THEMES,
        (
            pgettext_lazy("look of the pages", "As the device"),
            pgettext_lazy("look of the pages", "Light"),
            pgettext_lazy("look of the pages", "Dark"),
            pgettext_lazy("look of the pages", "High contrast"),
        ),
        strict=True,
    )
)


def pages(request: HttpRequest) -> dict[str, Any]:
    """The context processor of all pages."""
    return {
        "language": (get_language() or "en").split("-")[0],
        "languages": LANGUAGE_NAMES,
        "theme": chosen_theme(request),
        "themes": THEME_NAMES,
    }
