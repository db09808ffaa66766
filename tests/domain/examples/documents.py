"""The worked documents of ``docs/examples``, ready to run."""

from __future__ import annotations

from pathlib import Path

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.integrations.documents import load_document
from tests.domain.engine.harness import Member

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def example(name: str) -> Programme:
    """The programme of a worked document."""
    return parse_document(load_document((EXAMPLES / f"{name}.yaml").read_bytes()))


def member_of(name: str) -> Member:
    """Somebody who has done nothing yet in the programme of a worked document."""
    return Member(example(name))
