"""The URL root of the people's pages; the machines' API is dispatched before Django."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path


def to_api_documentation(request: HttpRequest) -> HttpResponse:
    """Lead a visitor of the root to the one thing that a browser can use there."""
    del request
    return HttpResponseRedirect("/api/v1/docs")


def alive(request: HttpRequest) -> HttpResponse:
    """Answer a supervisor's question whether the process lives; asks nothing of the database."""
    del request
    return HttpResponse("alive\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", to_api_documentation, name="root"),
    path("healthz", alive, name="alive"),
]
