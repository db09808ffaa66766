"""A new stamp card with all that belongs to it: what earns stamps, what a full card pays for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups
from habitue.interfaces.backoffice.editor.forms.fields import CodesField
from habitue.interfaces.backoffice.editor.forms.points import PointsForm


class StampCardForm(PointsForm):
    """A stamp card, its rule and its reward at once; each has its own form later."""

    kind = "stamps"
    groups_of: Groups = (
        (
            gettext_lazy("What earns a stamp, and what a full card pays for"),
            ("things", "free"),
            False,
        ),
        *PointsForm.groups_of,
    )

    def build(self) -> None:
        """The fields of the card, and of what belongs to it."""
        super().build()
        help_text = _("As your till writes them, with commas between them. Each piece is a stamp.")
        self.add("things", CodesField(label=_("Categories that earn stamps"), help_text=help_text))
        self.add(
            "free", forms.CharField(label=_("A full card pays for"), max_length=100, required=True)
        )

    def clean_things(self) -> tuple[str, ...]:
        """Nothing earns no stamps."""
        things: tuple[str, ...] = self.cleaned_data["things"]
        if not things:
            raise forms.ValidationError(_("Write at least one."))
        return things

    def _names(self) -> Any:
        """What the card is called, in its languages: the rule is called so too."""
        return self.written()["name"]

    def with_rest(self, document: Mapping[str, Any], code: str) -> dict[str, Any]:
        """The document with the rule and the reward of the card, beside the card itself."""
        said = self.cleaned_data
        things = list(said["things"])
        earn, rewards = dict(document.get("earn") or {}), dict(document.get("rewards") or {})
        rule = _free(earn, code)
        reward = _free(rewards, slugify(said["free"]) or f"{code}-free")
        earn[rule] = {
            "name": self._names(),
            "on": "purchase",
            "each": {"category": things[0] if len(things) == 1 else things},
            "give": {code: 1},
        }
        rewards[reward] = {
            "name": said["free"],
            "cost": {code: said["card"]},
            "gives": {"free_product": said["free"]},
        }
        return {**document, "earn": earn, "rewards": rewards}


def _free(taken: Mapping[str, Any], wanted: str) -> str:
    number, code = 1, wanted
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code
