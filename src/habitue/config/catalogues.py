"""The catalogues of the pages' texts, compiled when their source has changed.

The sources (``interfaces/locale/<language>/LC_MESSAGES/django.po``) are what people write and
review; what ``gettext`` reads is made from them here, beside the installation's other things.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "django"


def compiled_catalogues(sources: Path, home: Path) -> Path:
    """The folder with the compiled catalogues; compiles where a source is newer.

    Two processes that start at once do the same work and put the same file in its place.
    """
    found = sorted(sources.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    digest = sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:16]
    folder = home / "cache" / "locale" / digest
    if folder.is_dir():
        return folder
    unfinished = folder.with_name(f"{digest}-{os.getpid()}")
    for path in found:
        _compile(path, unfinished / path.relative_to(sources).with_suffix(".mo"))
    unfinished.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.rename(folder)
    except OSError:
        # Another process was faster; what it made is the same.
        shutil.rmtree(unfinished)
    return folder


def _compile(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as text:
        catalogue = read_po(text)
    with target.open("wb") as file:
        # A text that waits for its translator's second look is shown in English.
        write_mo(file, catalogue, use_fuzzy=False)
