"""Pages for what goes wrong beside a view: no such page, a forged form, a fault of ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from habitue.domain.errors import Refusal
from habitue.interfaces.web.refusals import status_of, words_of

_WORDS: Final[dict[HTTPStatus, tuple[Promise, Promise]]] = {
    HTTPStatus.BAD_REQUEST: (
        _("This could not be read"),
        _("What the browser sent could not be read, and nothing was changed. Try again."),
    ),
    HTTPStatus.FORBIDDEN: (
        pgettext_lazy("title of a page", "Not allowed"),
        _("You may not see this page. Ask whoever runs the programme if you need it."),
    ),
    HTTPStatus.NOT_FOUND: (
        _("There is no such page"),
        _("The address may have been mistyped, or what it showed is gone."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something broke on our side"),
        _(
            "It was noted, and what you had done before is safe. Go back and try again; "
            "if it happens again, tell whoever runs the programme."
        ),
    ),
}
_FORGED: Final = (
    _("This form is out of date"),
    _("For your safety it was not accepted, and nothing was changed. Open the page again."),
)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the browser sent could not be read."""
    del exception
    return _page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The visitor may not see it."""
    del exception
    return _page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page; the address is not repeated, whatever it was."""
    del exception
    return _page(request, HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours; Django has logged it."""
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or with another one's."""
    del reason
    return _page(request, HTTPStatus.FORBIDDEN, _FORGED)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What a service refused while a page that is not ours was at work."""
    language = (get_language() or "en").split("-")[0]
    context = {"words": words_of(refusal, language=language), "code": refusal.code.value}
    text = render_to_string("web/refused.html", context, request=request)
    return HttpResponse(text, status=status_of(refusal))


def _page(
    request: HttpRequest, status: HTTPStatus, words: tuple[Promise, Promise] | None = None
) -> HttpResponse:
    title, detail = words or _WORDS[status]
    context = {"words": {"title": title, "detail": detail}, "code": status.phrase}
    return HttpResponse(
        render_to_string("web/refused.html", context, request=request), status=status.value
    )
