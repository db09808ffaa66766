"""What a device needs to put the terminal on its home screen."""

from __future__ import annotations

import json

import pytest

from tests.interfaces.pages import World
from tests.interfaces.terminal.serving import HOME, at_till

MANIFEST = f"{HOME}manifest.webmanifest"


def test_every_page_names_the_manifest(world: World) -> None:
    till = world.browser("till")
    for browser, path in ((till, f"{HOME}who/"), (at_till(world), HOME)):
        assert f'href="{MANIFEST}"'.encode() in browser.get(path).content


def test_the_manifest_tells_strangers_how_to_install(world: World) -> None:
    answer = world.browser().get(MANIFEST)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    told = json.loads(answer.content)
    assert told["start_url"] == told["scope"] == told["id"] == HOME
    assert told["display"] == "standalone"
    assert all("icon.svg" in icon["src"] for icon in told["icons"])
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize("language", ["en", "fr", "de", "ro"])
def test_the_manifest_speaks_the_language_of_the_device(world: World, language: str) -> None:
    browser = world.browser()
    browser.cookies["language"] = language
    answer = browser.get(MANIFEST)
    told = json.loads(answer.content)
    assert told["lang"] == language
    assert answer.headers["Content-Language"] == language
    names = {"en": "Habitué at the till", "fr": "caisse", "de": "Kasse", "ro": "cas"}
    assert names[language] in told["name"]
