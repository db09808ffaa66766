"""What a device needs to put the terminal on its home screen."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from habitue.interfaces.web.assets import asset


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The manifest, in the language of the device; it says nothing about anybody."""
    del request
    home, picture = reverse("terminal:home"), asset("web/icon.svg")
    described = {
        "id": home,
        "lang": get_language(),
        "name": _("Habitué at the till"),
        "short_name": "Habitué",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f5f6f4",
        "theme_color": "#17624a",
        "icons": [
            {"src": picture, "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
            for purpose in ("any", "maskable")
        ],
    }
    return JsonResponse(described, content_type="application/manifest+json")
