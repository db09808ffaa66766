"""Kinds of contributions in the outline of a document."""

from __future__ import annotations

from collections.abc import Iterator

from habitue.domain.programme.contributions import ContributionKind
from habitue.domain.programme.model import Programme


def contribution_lines(programme: Programme) -> Iterator[str]:
    """The kinds of contributions of a programme; nothing where it takes none."""
    if programme.contributions:
        yield "Contributions"
    for kind in programme.contributions.values():
        yield f"  {kind.contribution}: {'; '.join(_terms(kind))}"


def _terms(kind: ContributionKind) -> Iterator[str]:
    yield f"about {kind.about if kind.about == 'anything' else f'a {kind.about}'}"
    if kind.once:
        yield "once at all" if kind.about == "anything" else f"once for each {kind.about}"
    if kind.text:
        yield f"text of at least {kind.text} characters"
    if kind.link:
        yield "with a link"
    if kind.picture:
        yield "with a picture"
