"""What goes into the intake, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from habitue.domain.errors import Refusal
from habitue.domain.received.models import Received
from habitue.domain.received.normalising import Normalised

Status: TypeAlias = Literal["recorded", "known", "refused", "evaluated"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it was received: for which programme, of what kind, and its content.

    ``content`` holds the fields of the kind's model (``domain.received.models``), as plain data or
    as the model itself.  Numbers are texts, whole numbers or ``Decimal``, never floats.  An import
    that has checked its own files hands over what ``normalise`` would make of it.
    """

    programme: str
    kind: str
    content: Mapping[str, Any] | Received | Normalised


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an envelope.

    ``content`` is plain JSON data, kept with the event: a repetition (``known``) is answered with
    the same.  A refused one changed nothing and says why in ``refusal``.  ``enrolled``: the event
    was the first one of a member who was made for it.
    """

    status: Status
    content: dict[str, Any]
    refusal: Refusal | None = None
    enrolled: bool = False


def refused(refusal: Refusal) -> Answer:
    """The answer to what was refused."""
    return Answer("refused", {}, refusal)
