"""What the forms of all parts have in common: they show a part, and write what was changed.

A form writes nothing that was not changed: a part that it saves untouched is the same document,
and whatever it has no field for stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from habitue.domain.programme.naming import Names, names_of
from habitue.interfaces.backoffice.editor.forms.fields import add_names, name_written
from habitue.interfaces.backoffice.editor.structures import tiers_of
from habitue.interfaces.web.forms import Form


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together under a heading; folded where nothing in them says anything."""

    heading: str
    fields: tuple[BoundField, ...]
    folds: bool
    open: bool


# What a field says where nobody chose anything: such a field opens no group.
_UNSAID: Final = {
    "times_every": "ever",
    "units_every": "ever",
    "stock_per": "in all",
    "enabled": True,
    "negative": "allow_negative",
    "pending": "none",
}


# Headings of groups, each with the names of its fields and whether it folds.
Groups: TypeAlias = tuple[tuple[str | Promise, tuple[str, ...], bool], ...]


class PartForm(Form):
    """A form of one part of a document.

    ``document`` is all of it, ``part`` what stands there now (empty for a new one).  Subclasses
    make their fields in ``build`` and write into a copy of the part in ``write``.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    groups_of: Groups = ()

    def __init__(
        self,
        data: Any = None,
        *,
        document: Mapping[str, Any],
        part: Mapping[str, Any],
        revision: int,
        language: str,
    ) -> None:
        super().__init__(data, initial={"revision": revision})
        self.document = document
        self.part = part
        self.language = language
        self.names: Names = names_of(document)
        self.named: list[str] = []
        self.build()

    def build(self) -> None:
        """Make the fields, and say what stands there: none, where a form has no fields."""

    def write(self, part: dict[str, Any]) -> None:
        """Write what was changed into a copy of the part: nothing, where a form has no fields."""

    def with_rest(self, document: Mapping[str, Any], code: str) -> dict[str, Any]:
        """The document with whatever else belongs to a new entry ``code``: nothing, mostly."""
        assert code, "an entry has a code"
        return dict(document)

    def written(self) -> dict[str, Any]:
        """The part with what was changed in the form."""
        part = dict(self.part)
        if self.changed(*self.named):
            part["name"] = name_written(self, self.part.get("name"))
            if not part["name"]:
                del part["name"]
        self.write(part)
        return part

    def changed(self, *names: str) -> bool:
        """Whether one of these fields says something else than the document."""
        return any(name in self.changed_data for name in names)

    def add_names(self) -> None:
        """Ask for the name in the languages of the document."""
        self.named = add_names(self, self.document, self.part)

    def add(self, name: str, field: forms.Field, initial: Any = None) -> None:
        """Add a field and what stands there."""
        self.fields[name] = field
        if initial is not None:
            self.initial[name] = initial

    def choices_of_points(self) -> list[tuple[str, str]]:
        """The currencies of points of the document."""
        points = self.document.get("points")
        codes = list(points) if isinstance(points, Mapping) and points else ["points"]
        return [(code, self.names.of("points", code, self.language)) for code in codes]

    def points_field(self, label: str) -> forms.ChoiceField:
        """Which points are multiplied; nothing means those that the document means by itself."""
        choices = [("", _("The usual ones")), *self.choices_of_points()]
        return forms.ChoiceField(label=label, choices=choices, required=False)

    def choices_of(self, section: str) -> list[tuple[str, str]]:
        """The tiers or the rewards of the document."""
        raw = tiers_of(self.document) if section == "tiers" else self.document.get(section)
        entries = raw.items() if isinstance(raw, Mapping) else ()
        part: Any = section
        return [
            (code, self.names.of(part, code, self.language))
            for code, one in entries
            if isinstance(one, Mapping)
        ]

    def groups(self) -> Iterator[Group]:
        """The fields under their headings; whatever has no heading comes first."""
        under = {name for _heading, names, _folds in self.groups_of for name in self._named(names)}
        first = tuple(
            self[name]
            for name, field in self.fields.items()
            if name not in under and not isinstance(field.widget, forms.HiddenInput)
        )
        if first:
            yield Group("", first, folds=False, open=True)
        for heading, names, folds in self.groups_of:
            shown = tuple(self[name] for name in self._named(names))
            if shown:
                used = any(field.errors or self._says(field.name) for field in shown)
                yield Group(str(heading), shown, folds, used or not folds)

    def _named(self, names: tuple[str, ...]) -> list[str]:
        """The fields that there are of these; ``cost_*`` are all that begin so."""
        return [
            field
            for name in names
            for field in self.fields
            if field == name or (name.endswith("*") and field.startswith(name[:-1]))
        ]

    def _says(self, name: str) -> bool:
        value = self.get_initial_for_field(self.fields[name], name)
        if self.is_bound and name in self.changed_data:
            return True
        if name in _UNSAID:
            return bool(value != _UNSAID[name])
        return value not in (None, "", (), [], False)


def put_or_drop(part: dict[str, Any], name: str, value: Any) -> None:
    """Write a field of a part, or leave it out where nothing is to be said."""
    if value in (None, "", (), [], {}):
        part.pop(name, None)
    else:
        part[name] = value
