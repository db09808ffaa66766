"""What is noted of a member: attributes that the programme declares, for conditions to ask for.

They are facts of the member from the instant of the event on, so a late note is folded in its place
and what was decided after it is decided again (SEMANTICS 1).  Only the note that is being decided
can be refused; a version that no longer declares an attribute forgets nothing and asks for nothing.
"""

from __future__ import annotations

from habitue.domain.engine.folding import Fold, cause_of, note_attributes
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Scalar
from habitue.domain.programme.fields import read_attribute
from habitue.domain.programme.model import Programme


def apply_profile(fold: Fold, event: Event) -> None:
    """Attributes of the member, whole or in part.

    Raises ``UNKNOWN_CHOICE`` for one that is not declared and ``WRONG_TYPE`` for another type.
    """
    programme = fold.begin(event)
    if fold.is_strict(event):
        _check(programme, event)
    note_attributes(programme, fold.state, event)
    fold.finish(programme, event, cause_of(event))


def _check(programme: Programme, event: Event) -> None:
    declared = programme.member_attributes
    for name, value in event.attributes.items():
        path = f"attributes.{name}"
        if name not in declared:
            raise Refusal(Code.UNKNOWN_CHOICE, path, value=name, allowed=", ".join(declared))
        if value != "" and not _fits(value, declared[name]):
            expected = declared[name].replace("_", " or ")
            raise Refusal(Code.WRONG_TYPE, path, value=str(value)[:80], expected=expected)


def _fits(value: Scalar, word: str) -> bool:
    return read_attribute(value, word) is not None
