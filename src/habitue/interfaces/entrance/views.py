"""The root, and the choice of language and look."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from habitue.domain.access import Permission
from habitue.interfaces.entrance.door import ENTRANCE
from habitue.interfaces.texts.catalogue import LANGUAGES
from habitue.interfaces.web.actors import member_of
from habitue.interfaces.web.middleware import (
    COOKIE_SECONDS,
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
)
from habitue.interfaces.web.visits import Visit


@require_safe
@ENTRANCE.page(public=True)
def root(visit: Visit) -> HttpResponse:
    """Lead everybody to their own door; strangers to the members', where most people belong."""
    if visit.may(Permission.BACKOFFICE_USE):
        return HttpResponseRedirect(reverse("backoffice:home"))
    if visit.may(Permission.TERMINAL_USE):
        return HttpResponseRedirect(reverse("terminal:home"))
    if member_of(visit).is_signed_in:
        return HttpResponseRedirect(reverse("portal:home"))
    return HttpResponseRedirect(reverse("portal:sign_in"))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in this browser."""
    return _remember(request, LANGUAGE_COOKIE, request.POST.get("language", ""), LANGUAGES)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the look in this browser."""
    return _remember(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


def _remember(
    request: HttpRequest, cookie: str, value: str, known: tuple[str, ...]
) -> HttpResponse:
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("root")
    response = HttpResponseRedirect(back)
    if value in known:
        response.set_cookie(
            cookie,
            value,
            max_age=COOKIE_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response
