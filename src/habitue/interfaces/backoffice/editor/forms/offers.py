"""What rules and discounts ask alike: for which things, from when to when, and within a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from habitue.interfaces.backoffice.editor.forms.base import PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import CodesField, DateField, day_of
from habitue.interfaces.backoffice.editor.forms.things import (
    BY_CHOICES,
    MODE_CHOICES,
    Things,
    read_things,
    write_things,
)


class OfferFields(PartForm):
    """A form of what is offered for some things, for some time."""

    def build_things(self, name: str, *, everything: bool = True) -> None:
        """Ask for the things of the field ``name``; without ``everything`` some must be named."""
        raw = self.part.get(name)
        things = read_things(raw)
        if things is None:
            return
        modes = MODE_CHOICES if everything else MODE_CHOICES[1:]
        mode = forms.ChoiceField(label=_("What counts for it"), choices=modes)
        self.add("things_mode", mode, things.mode)
        by = forms.ChoiceField(label=_("Told apart by"), choices=BY_CHOICES)
        self.add("things_by", by, things.by)
        help_text = _("As your till writes them, with commas between them.")
        self.add("things", CodesField(label=_("Which"), help_text=help_text), things.codes)

    def build_times(self, switch: str) -> None:
        """Ask from when to when, within which group, and whether it is on at all (``switch``)."""
        for name, word, label in (
            ("begins", "from", _("First day")),
            ("until", "until", _("Latest day")),
        ):
            raw = self.part.get(word)
            if raw is None or day_of(raw) is not None:
                self.add(name, DateField(label=label), day_of(raw))
        groups = self.document.get("stacking")
        if isinstance(groups, Mapping) and groups:
            choices = [("", _("Adds up with every other rule")), *((one, one) for one in groups)]
            group = forms.ChoiceField(
                label=_("Competes within the group"), choices=choices, required=False
            )
            self.add("group", group, self.part.get("group"))
        enabled = forms.BooleanField(label=switch, required=False)
        self.add("enabled", enabled, self.part.get("enabled") not in (False, "no", "false"))

    def check_offer(self, cleaned: Mapping[str, Any]) -> None:
        """Things that are meant have names, and a time ends after it begins."""
        mode = cleaned.get("things_mode")
        if mode and mode != "all" and not cleaned.get("things"):
            self.add_error("things", _("Write at least one."))
        begins, until = cleaned.get("begins"), cleaned.get("until")
        if begins and until and until < begins:
            self.add_error("until", _("Let it end after it begins."))

    def write_things(self, part: dict[str, Any], name: str) -> None:
        """Write the things into the field ``name`` where they were changed."""
        said = self.cleaned_data
        if self.changed("things_mode", "things_by", "things") and "things" in said:
            things = Things(said["things_mode"], said["things_by"], said["things"])
            put_or_drop(part, name, write_things(things))

    def write_times(self, part: dict[str, Any]) -> None:
        """Write the time, the group and the switch where they were changed."""
        said = self.cleaned_data
        for name, word in (("begins", "from"), ("until", "until")):
            if self.changed(name):
                put_or_drop(part, word, said[name].isoformat() if said[name] else None)
        if self.changed("group"):
            put_or_drop(part, "group", said["group"])
        if self.changed("enabled"):
            put_or_drop(part, "enabled", None if said["enabled"] else "no")
