"""Style sheets, scripts and pictures: sent from where they lie, kept by browsers for a year.

Their addresses carry a digest of their content, so what a browser keeps is never out of date.
They are compressed on the way, for a browser asks for each of them once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_KEEP = "public, max-age=31536000, immutable"
# Less than this is not worth the trouble.
_SMALL_BYTES = 1_000


class _Files(StaticFiles):
    """Starlette's files, with the digest's promise in the header."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, to be kept."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = _KEEP
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class _Below:
    """Serves the files under a path."""

    def __init__(self, prefix: str, files: GZipMiddleware) -> None:
        self._prefix = prefix
        self._files = files

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        # A server that sends files by itself would send them as they lie.
        own = {**scope, "root_path": self._prefix.rstrip("/"), "extensions": {}}
        await self._files(own, receive, send)


def static_files(prefix: str) -> _Below:
    """The application that sends every file that Django's finders know."""
    files = _Files(check_dir=False)
    files.all_directories = _directories()
    return _Below(prefix, GZipMiddleware(files, minimum_size=_SMALL_BYTES))


def _directories() -> list[Any]:
    found: dict[Path, None] = {}
    for finder in finders.get_finders():
        for _path, storage in finder.list([]):
            found[Path(storage.location)] = None
    return list(found)
