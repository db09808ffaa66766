"""Browsers are called by their names."""

from __future__ import annotations

import pytest

from habitue.interfaces.web.agents import browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/131 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/131 Edg/131", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/131 Safari/537", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU OS 18 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Firefox/133.0", "Firefox on Mac"),
        ("Firefox on the sofa", "Firefox on the sofa"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
        ("x" * 90, "x" * 69 + "…"),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name
