"""The URL root of the people's pages; the machines' API is dispatched before Django."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from habitue.interfaces.entrance.views import root


def alive(request: HttpRequest) -> HttpResponse:
    """Answer a supervisor's question whether the process lives; asks nothing of the database."""
    del request
    return HttpResponse("alive\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", root, name="root"),
    path("healthz", alive, name="alive"),
    path("", include("habitue.interfaces.entrance.urls")),
    path("account/", include("habitue.interfaces.entrance.account_urls")),
    path("backoffice/", include("habitue.interfaces.backoffice.urls")),
    path("terminal/", include("habitue.interfaces.terminal.urls")),
    path("portal/", include("habitue.interfaces.portal.urls")),
]

handler400 = "habitue.interfaces.entrance.failures.malformed"
handler403 = "habitue.interfaces.entrance.failures.forbidden"
handler404 = "habitue.interfaces.entrance.failures.not_found"
handler500 = "habitue.interfaces.entrance.failures.broken"
