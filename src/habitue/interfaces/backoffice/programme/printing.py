"""The programme on paper: its rule sheet and its poster as PDF, in any of the languages."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.texts.catalogue import LANGUAGES
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.printed import Paper, as_pdf, poster_pdf, sheet_pdf
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.sheet import Audience

# Each language by the name that its speakers give it.
_NAMES: Final = {"en": "English", "fr": "Français", "de": "Deutsch", "ro": "Română"}


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def sheet_file(visit: Visit) -> HttpResponse:
    """The rule sheet as PDF, for members or for staff (``for``), in a ``language``."""
    code, language = chosen_programme(visit), _language(visit)
    audience: Audience = "staff" if visit.request.GET.get("for") == "staff" else "members"
    with translation.override(language):
        words = lexicons(visit.connection, code=code, language=language, now=visit.now)
        content = sheet_pdf(words.current, audience=audience, now=visit.now)
    return as_pdf(content, name=f"{code}-{audience}-{language}")


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def poster_file(visit: Visit) -> HttpResponse:
    """The poster as PDF, on A4 or A3 (``paper``), in a ``language``."""
    code, language = chosen_programme(visit), _language(visit)
    paper: Paper = "a3" if visit.request.GET.get("paper") == "a3" else "a4"
    origin = visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/")
    address = f"{origin}{reverse('portal:join')}?programme={code}"
    with translation.override(language):
        words = lexicons(visit.connection, code=code, language=language, now=visit.now)
        content = poster_pdf(words.current, paper=paper, address=address, now=visit.now)
    return as_pdf(content, name=f"{code}-poster-{paper}-{language}")


def languages() -> list[tuple[str, str]]:
    """The languages in which there is something to print, each by its own name."""
    return [(language, _NAMES[language]) for language in LANGUAGES]


def _language(visit: Visit) -> str:
    asked = visit.request.GET.get("language", "")
    return asked if asked in LANGUAGES else visit.language
