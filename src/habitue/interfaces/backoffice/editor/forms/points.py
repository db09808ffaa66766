"""The form of a currency of points: its name, its card, when it lapses and when it can be spent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups, PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import (
    NumberField,
    decimal_of,
    number_text,
    periods,
    whole_of,
)

KINDS: Final[dict[str, tuple[Promise, Promise]]] = {
    "points": (gettext_lazy("Points"), gettext_lazy("To be collected and spent on rewards.")),
    "stamps": (
        gettext_lazy("A stamp card"),
        gettext_lazy("So many stamps fill a card; a full card pays for something."),
    ),
    "cashback": (
        gettext_lazy("Cashback"),
        gettext_lazy("Credit in your own money, to pay with at a later purchase."),
    ),
}
_USUAL: Final = ("3 months", "6 months", "12 months", "18 months", "24 months", "36 months")
_WAITS: Final = ("1 day", "3 days", "7 days", "14 days", "30 days", "60 days")
_OTHER: Final = "other"


class PointsForm(PartForm):
    """A currency of points of one kind."""

    kind = "points"
    groups_of: Groups = (
        (gettext_lazy("When they lapse"), ("expires", "expires_after", "round_up_to"), False),
        (
            gettext_lazy("More"),
            ("pending", "max_balance", "negative"),
            True,
        ),
    )

    def build(self) -> None:
        """The fields of this kind of points."""
        self.add_names()
        if self.kind == "stamps":
            card = forms.IntegerField(
                label=_("Stamps that fill a card"), min_value=1, max_value=1000
            )
            self.add("card", card, whole_of(self.part.get("card")) or 10)
        self._build_expiry()
        self._build_pending()
        most = NumberField(label=_("The most that somebody can hold"), decimals=6, required=False)
        self.add("max_balance", most, decimal_of(self.part.get("max_balance")))
        self.add(
            "negative",
            forms.ChoiceField(
                label=_("When points that were spent already are taken back"),
                choices=[
                    ("allow_negative", _("The balance may fall below zero")),
                    ("book_loss", _("The house bears the loss")),
                    ("refuse", _("The return is refused")),
                ],
            ),
            self.part.get("negative", "allow_negative"),
        )

    def _build_expiry(self) -> None:
        model, period, round_up = read_expiry(self.part.get("expires"))
        choices = [
            ("never", _("Never")),
            ("after", _("Each so long after it was earned")),
            ("inactive", _("All of them after so long without a purchase or visit")),
        ]
        if model == _OTHER:
            choices.append((_OTHER, _("As the document says")))
        self.add("expires", forms.ChoiceField(label=_("They lapse"), choices=choices), model)
        lengths = forms.ChoiceField(
            label=_("After how long"), choices=periods(_USUAL, period), required=False
        )
        self.add("expires_after", lengths, period or "12 months")
        ends = [
            ("", _("To the day")),
            ("month", _("At the end of the month")),
            ("quarter", _("At the end of the quarter")),
            ("year", _("At the end of the year")),
        ]
        if round_up and round_up not in dict(ends):
            ends.append((round_up, round_up))
        rounding = forms.ChoiceField(label=_("Until when exactly"), choices=ends, required=False)
        self.add("round_up_to", rounding, round_up)

    def _build_pending(self) -> None:
        raw = self.part.get("pending", "none")
        choices = [
            ("none", _("At once")),
            ("confirmation", _("Once the purchase is confirmed")),
            *(
                (text, _("After %(period)s") % {"period": name})
                for text, name in periods(_WAITS, "")
            ),
        ]
        if not isinstance(raw, str):
            choices.append((_OTHER, _("As the document says")))
        elif raw not in dict(choices):
            choices += [
                (text, _("After %(period)s") % {"period": name}) for text, name in periods((), raw)
            ]
        field = forms.ChoiceField(label=_("They can be spent"), choices=choices)
        self.add("pending", field, raw if isinstance(raw, str) else _OTHER)

    def write(self, part: dict[str, Any]) -> None:
        """Write the currency."""
        said = self.cleaned_data
        if self.kind != "points":
            part["kind"] = self.kind
        if "card" in said and (self.changed("card") or "card" not in part):
            part["card"] = said["card"]
        if self.changed("expires", "expires_after", "round_up_to") and said["expires"] != _OTHER:
            put_or_drop(part, "expires", self._expiry(said))
        if self.changed("pending") and said["pending"] != _OTHER:
            put_or_drop(part, "pending", None if said["pending"] == "none" else said["pending"])
        if self.changed("max_balance"):
            most = said["max_balance"]
            put_or_drop(part, "max_balance", None if most is None else number_text(most))
        if self.changed("negative"):
            chosen = said["negative"]
            put_or_drop(part, "negative", None if chosen == "allow_negative" else chosen)

    def _expiry(self, said: Mapping[str, Any]) -> Any:
        if said["expires"] == "never":
            return None
        expiry: dict[str, Any] = {said["expires"]: said["expires_after"] or "12 months"}
        if said["expires"] == "after" and said["round_up_to"]:
            expiry["round_up_to"] = said["round_up_to"]
        kept = self.part.get("expires")
        if said["expires"] == "inactive" and isinstance(kept, Mapping) and "activity" in kept:
            expiry["activity"] = kept["activity"]
        return expiry


def read_expiry(raw: Any) -> tuple[str, str, str]:
    """How points lapse: the model, the period, and to which end it is moved."""
    if raw is None or raw == "never":
        return "never", "", ""
    if isinstance(raw, str):
        return "after", raw, ""
    if isinstance(raw, Mapping) and "after" in raw:
        return "after", str(raw["after"]), str(raw.get("round_up_to", ""))
    if isinstance(raw, Mapping) and "inactive" in raw:
        return "inactive", str(raw["inactive"]), ""
    return _OTHER, "", ""


def points_form(kind: str) -> type[PointsForm]:
    """The form of one kind of points."""
    assert kind in KINDS, kind
    return type(f"{kind.title()}Form", (PointsForm,), {"kind": kind})
