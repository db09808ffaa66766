"""The forms of the tiers: what leads to them and how long they are held, and each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups, PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import (
    CodesField,
    NumberField,
    decimal_of,
    length_text,
    number_text,
    periods,
)
from habitue.interfaces.backoffice.editor.structures import around

SETTINGS: Final = frozenset({"by", "combine", "valid", "grace", "downgrade", "crossing", "of"})
WINDOWS: Final = (
    "rolling 12 months",
    "calendar year",
    "membership year",
    "lifetime",
    "rolling 6 months",
    "rolling 24 months",
)
_GRACES: Final = ("14 days", "30 days", "60 days", "90 days", "6 months", "12 months")


def metric_of(tiers: Mapping[str, Any]) -> str:
    """What leads to tiers, where it is one thing only; else empty."""
    by = tiers.get("by")
    return str(next(iter(by))) if isinstance(by, Mapping) and len(by) == 1 else ""


class TiersForm(PartForm):
    """What holds for all tiers."""

    def build(self) -> None:
        """The fields of the settings."""
        by = self.part.get("by")
        metric = metric_of(self.part)
        if not self.part or metric:
            choices = [
                ("spend", _("What they spend")),
                ("visits", _("On how many days they come")),
                ("purchases", _("How often they buy")),
                ("tenure", _("How long they have been members")),
                *(
                    (f"points.{code}", _("How many they earn: %(points)s") % {"points": name})
                    for code, name in self.choices_of_points()
                ),
            ]
            if metric and metric not in dict(choices):
                choices.append((metric, metric))
            self.add("metric", forms.ChoiceField(label=_("What counts"), choices=choices))
            self.initial["metric"] = metric or "spend"
            window = str(by[metric]) if isinstance(by, Mapping) and metric else WINDOWS[0]
            windows = [(one, window_text(one)) for one in WINDOWS]
            if window not in WINDOWS:
                windows.append((window, window_text(window)))
            field = forms.ChoiceField(label=_("Within what time"), choices=windows)
            self.add("window", field, window)
        grace = self.part.get("grace")
        graces = [("none", _("At once")), *periods(_GRACES, grace if grace != "none" else None)]
        self.add(
            "grace",
            forms.ChoiceField(
                label=_("Who no longer reaches the threshold loses the tier after"), choices=graces
            ),
            grace or "none",
        )
        self.add(
            "downgrade",
            forms.ChoiceField(
                label=_("And then comes to"),
                choices=[
                    ("soft_landing", _("the tier below")),
                    ("to_deserved", _("the tier that they have reached")),
                ],
            ),
            self.part.get("downgrade", "soft_landing"),
        )
        if len(self.choices_of_points()) > 1:
            self.add("of", self.points_field(_("Which points tiers multiply")), self.part.get("of"))

    def write(self, part: dict[str, Any]) -> None:
        """Write the settings."""
        said = self.cleaned_data
        if "metric" in said and (self.changed("metric", "window") or "by" not in part):
            part["by"] = {said["metric"]: said["window"]}
        if self.changed("grace"):
            put_or_drop(part, "grace", None if said["grace"] == "none" else said["grace"])
        if self.changed("downgrade"):
            chosen = said["downgrade"]
            put_or_drop(part, "downgrade", None if chosen == "soft_landing" else chosen)
        if self.changed("of"):
            put_or_drop(part, "of", said["of"])


def window_text(window: str) -> str:
    """The time within which something counts towards a tier."""
    words = {
        "calendar year": _("the calendar year"),
        "membership year": _("the year of membership"),
        "lifetime": _("for ever"),
    }
    if window in words:
        return words[window]
    return _("the latest %(period)s") % {"period": length_text(window.removeprefix("rolling "))}


class TierForm(PartForm):
    """One tier; ``keep`` empty is the threshold itself."""

    groups_of: Groups = (
        (gettext_lazy("What leads there"), ("enter", "keep"), False),
        (gettext_lazy("What it gives"), ("multiply", "perks"), False),
    )

    def build(self) -> None:
        """The fields of a tier."""
        self.add_names()
        tiers = around(self.document, self.part)
        metric = metric_of(tiers) if tiers is not None else "spend"
        enter, keep = self.part.get("enter"), self.part.get("keep")
        # Nothing leads to a tier by invitation; and several metrics have no form.
        by_number = not isinstance(enter, Mapping) and not isinstance(keep, Mapping)
        if metric and by_number and "invitation" not in self.part:
            label = goal_label(metric, self.document)
            self.add("enter", NumberField(label=label, decimals=4), decimal_of(enter))
            kept = NumberField(
                label=_("To keep it"),
                decimals=4,
                required=False,
                help_text=_("Empty: as much as leads there."),
            )
            self.add("keep", kept, decimal_of(keep))
        times = NumberField(label=_("Times as many points"), decimals=4, required=False)
        self.add("multiply", times, decimal_of(self.part.get("multiply")))
        perks = self.part.get("perks")
        help_text = _(
            "By codes, with commas between them: priority_service, personal_contact,"
            " free_shipping, early_access, or words of your own."
        )
        self.add(
            "perks",
            CodesField(label=_("What else they have"), help_text=help_text),
            tuple(perks) if isinstance(perks, list) else () if perks is None else (str(perks),),
        )

    def clean_perks(self) -> tuple[str, ...]:
        """Perks are codes."""
        return tuple(one.lower().replace(" ", "_") for one in self.cleaned_data.get("perks") or ())

    def write(self, part: dict[str, Any]) -> None:
        """Write the tier."""
        said = self.cleaned_data
        if self.changed("enter"):
            part["enter"] = number_text(said["enter"])
        for name in ("keep", "multiply"):
            if self.changed(name):
                value = said[name]
                put_or_drop(part, name, None if value is None else number_text(value))
        if self.changed("perks"):
            put_or_drop(part, "perks", list(said["perks"]))


def goal_label(metric: str, document: Mapping[str, Any]) -> str:
    """What a threshold is a number of."""
    money = document.get("money")
    currency = money.get("currency", "") if isinstance(money, Mapping) else ""
    labels = {
        "spend": _("Reached with so much spent, in %(currency)s") % {"currency": currency},
        "visits": _("Reached with so many days on which they came"),
        "purchases": _("Reached with so many purchases"),
        "tenure": _("Reached with so many days as a member"),
    }
    return labels.get(metric, _("Reached with so many points"))
