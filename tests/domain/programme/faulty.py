"""Overlays that make a document faulty in one respect, and what is then found."""

from __future__ import annotations

import pytest

from habitue.domain.errors import Code
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument
from tests.domain.programme.samples import document

BASE = "base: {on: purchase, give: {points: 1, per: 1.00}}"


def points(fields: str) -> str:
    """A document whose points have these fields."""
    return f"points: {{points: {{{fields}}}}}"


def earn(fields: str, more: str = "") -> str:
    """A document with a rule ``r`` beside the base rule."""
    return f"earn: {{{BASE}, r: {{{fields}}}}}\n{more}"


def reward(fields: str) -> str:
    """A document with a reward of these fields."""
    return f"rewards: {{c: {{gives: {{service: massage}}, {fields}}}}}"


def when(condition: str, more: str = "") -> str:
    """A document with a rule ``r`` under a condition."""
    return earn(f"on: purchase, multiply: 2, when: {condition}", more)


def tiers(fields: str) -> str:
    """A document with these tiers."""
    return f"tiers: {{{fields}}}"


def the_error(overlay: str) -> tuple[str, str]:
    """The place and the problem of the only error of ``document(overlay)``."""
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document(overlay))
    errors = [fault for fault in caught.value.faults if fault.severity == "error"]
    assert len(errors) == 1, errors
    [fault] = errors
    assert fault.remedy.endswith((".", "?"))
    assert fault.remedy[0].isupper()
    assert caught.value.code is Code.INVALID_DOCUMENT
    assert caught.value.path == fault.path
    return fault.path, fault.problem
