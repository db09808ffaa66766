"""Refusals on pages: the status of the answer, the words, and the field that they belong to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.received.faults import ContentRefusal
from habitue.interfaces.texts.catalogue import RefusalText, refusal_text

_NOT_FOUND: Final = frozenset(code for code in Code if code.value.startswith("unknown_")) - {
    Code.UNKNOWN_FIELD,
    Code.UNKNOWN_CHOICE,
}
_STATUS: Final = {
    Code.NOT_AUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.NOT_PERMITTED: HTTPStatus.FORBIDDEN,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(refusal: Refusal) -> int:
    """The status of a page that says nothing but this refusal."""
    if refusal.code in _NOT_FOUND:
        return HTTPStatus.NOT_FOUND.value
    return _STATUS.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY).value


def words_of(refusal: Refusal, *, language: str) -> RefusalText:
    """The title and the sentences of a refusal.

    What the catalogue says of rights is said to machines, which have keys; people have none.
    """
    if refusal.code is Code.NOT_PERMITTED:
        return RefusalText(
            pgettext("title of a page", "Not allowed"),
            _("You may not do this. Ask whoever runs the programme if you need it."),
        )
    if refusal.code is Code.UNKNOWN_PROGRAMME and not refusal.parameters.get("value"):
        return RefusalText(
            _("No programme yet"),
            _("There is no programme yet that you may see. Ask whoever runs the installation."),
        )
    return refusal_text(
        refusal.code, language=language, path=refusal.path, parameters=refusal.parameters
    )


def parts_of(refusal: Refusal) -> tuple[Refusal, ...]:
    """The refusal, or all of those that it stands for."""
    if isinstance(refusal, ContentRefusal) and refusal.faults:
        return tuple(refusal.faults)
    if isinstance(refusal, InvalidDocument):
        return (refusal,)
    return (refusal,)


def refuse_form(
    form: forms.BaseForm,
    refusal: Refusal,
    *,
    language: str,
    places: dict[str, str] | None = None,
) -> None:
    """Show a refusal in the form, at the field that it is about where the form has that field.

    ``places`` says which field stands for which path, where the names differ.  What is not the
    visitor's to mend (a right that is missing, a busy database) is raised again.
    """
    if refusal.code in _STATUS and refusal.code is not Code.RATE_LIMITED:
        raise refusal
    for part in parts_of(refusal):
        named = (places or {}).get(part.path, part.path.split(".")[-1].split("[")[0])
        field = named if named in form.fields else None
        form.add_error(field, words_of(part, language=language).detail)
