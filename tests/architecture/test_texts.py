"""Every text of the pages is marked, and complete in every language."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from habitue.config.composition import House
from tests.support import texts

House().set_up_django()

# Commands speak English; the API has catalogues of its own; templates of messages are texts.
COMMANDS = "commands"


@pytest.mark.parametrize("path", texts.templates(), ids=lambda path: path.name)
def test_every_word_of_a_template_is_marked(path: Path) -> None:
    assert not texts.unmarked(path)


def test_every_text_that_a_module_shows_is_marked() -> None:
    found = [
        bare
        for path in texts.modules()
        if COMMANDS not in path.parts and "api" not in path.parts
        for bare in texts.unmarked_arguments(path)
    ]
    assert not found


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_has_words_in(language: str) -> None:
    """`script/texts` puts new texts into the catalogues; somebody must then translate them."""
    known = texts.read(language)
    missing = []
    for message in texts.template():
        if not message.id:
            continue
        single = message.id if isinstance(message.id, str) else message.id[0]
        found = known.get(single, context=message.context)
        if found is None or found.fuzzy or not texts.is_complete(found.string):
            missing.append(f"{message.context or ''} {single}".strip())
    assert not missing, f"{len(missing)} texts lack words"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_placeholders_survive_translation_to(language: str) -> None:
    wrong = [
        f"{message.id} -> {words}"
        for message in texts.read(language)
        if message.id
        for words in _forms(message.string)
        if words and _placeholders(words) not in map(_placeholders, _forms(message.id))
    ]
    assert not wrong


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_nothing_is_left_over_in(language: str) -> None:
    current = {
        (message.id if isinstance(message.id, str) else message.id[0], message.context)
        for message in texts.template()
    }
    old = [
        message.id
        for message in texts.read(language)
        if (message.id if isinstance(message.id, str) else message.id[0], message.context)
        not in current
    ]
    assert not old


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))
