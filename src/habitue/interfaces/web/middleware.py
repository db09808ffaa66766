"""The language and the look of each page: the visitor's choice, else what the browser asks for.

A signed-in visitor's language is known to the account; the doors activate it (``speak``) once they
know who comes.  Before that, the cookie counts, then ``Accept-Language``, then English.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from habitue.interfaces.texts.catalogue import LANGUAGES, negotiate

LANGUAGE_COOKIE: Final = "language"
THEME_COOKIE: Final = "theme"
THEMES: Final = ("auto", "light", "dark", "contrast")
COOKIE_SECONDS: Final = 365 * 24 * 3600


def chosen_language(request: HttpRequest) -> str:
    """The language of the cookie, where it names one of ours; else the browser's best."""
    cookie = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return cookie if cookie in LANGUAGES else negotiate(request.headers.get("Accept-Language", ""))


def chosen_theme(request: HttpRequest) -> str:
    """The look that was chosen; ``auto`` follows the device."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else THEMES[0]


def speak(request: HttpRequest, language: str) -> None:
    """Go on in this language, unless the visitor has chosen another one here."""
    if request.COOKIES.get(LANGUAGE_COOKIE, "") not in LANGUAGES and language in LANGUAGES:
        translation.activate(language)


class LanguageMiddleware:
    """Activates a language for the request, and says which one the answer is in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request in the visitor's language."""
        with translation.override(chosen_language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
