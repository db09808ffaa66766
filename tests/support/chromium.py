"""A real Chromium for tests, where the machine has one.

Without one, tests of the browser are skipped, visibly; in CI that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def chromium_path() -> str:
    """Where Chromium is: named by ``CHROMIUM``, or found on the path."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next((path for path in map(shutil.which, _NAMES) if path), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("there is no Chromium, and in CI there must be one")
    pytest.skip("there is no Chromium: install one, or name it in CHROMIUM")


@contextmanager
def chromium(**options: Any) -> Iterator[Browser]:
    """A browser without a window, until the end of the block."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS), **options)
        yield browser
        browser.close()
