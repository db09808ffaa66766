"""Addresses of static files that change with their content, so that browsers may keep them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static


@lru_cache(maxsize=512)
def asset(path: str) -> str:
    """The address of a static file; ``LookupError`` where there is no such file."""
    found = finders.find(path)
    if found is None:
        raise LookupError(f"there is no static file {path}")
    digest = sha256(Path(found).read_bytes()).hexdigest()[:12]
    return f"{static(path)}?v={digest}"
