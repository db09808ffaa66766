"""The form of a paid plan: what it costs, for how long, and what is granted around that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups, PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import (
    NumberField,
    decimal_of,
    periods,
    whole_of,
)

_LENGTHS: Final = ("1 month", "3 months", "6 months", "12 months")
_LONGEST: Final = 366


def kind_of(raw: Mapping[str, Any]) -> str:
    """``one``; empty where the plan counts its days in other words than the form does."""
    refund = raw.get("refund")
    within = refund.get("within") if isinstance(refund, Mapping) else None
    counted = [raw.get(name) for name in ("trial", "grace", "pause")]
    return "one" if all(_is_days(text) for text in (*counted, within)) else ""


def _is_days(raw: Any) -> bool:
    return raw is None or _days_of(raw) is not None


def _days_of(raw: Any) -> int | None:
    """``14 days`` as 14."""
    number, _space, unit = str(raw).strip().partition(" ")
    return whole_of(number) if unit in ("day", "days") else None


class PlanForm(PartForm):
    """A paid plan."""

    groups_of: Groups = (
        (gettext_lazy("What it costs"), ("price", "every"), False),
        (gettext_lazy("What is granted"), ("trial", "grace", "pause"), False),
        (gettext_lazy("The price back"), ("refund", "used_at_most"), True),
    )

    def build(self) -> None:
        """The fields of a plan."""
        self.add_names()
        money = self.document.get("money")
        currency = money.get("currency", "") if isinstance(money, Mapping) else ""
        label = _("Price, in %(currency)s") % {"currency": currency}
        price = NumberField(label=label, decimals=4)
        self.add("price", price, decimal_of(self.part.get("price")))
        every = forms.ChoiceField(
            label=_("Paid for"), choices=periods(_LENGTHS, self.part.get("every"))
        )
        self.add("every", every, self.part.get("every", "12 months"))
        self._add_days("trial", _("Days to try it, free of charge"), _("Once for each member."))
        self._add_days("grace", _("Days to pay late"), _("Until then, what it brings is kept."))
        self._add_days("pause", _("Days for which it can be paused"), _("Empty: no pause."))
        refund = self.part.get("refund")
        refund = refund if isinstance(refund, Mapping) else {}
        self._add_days(
            "refund",
            _("Days within which the price is paid back"),
            _("To whoever hardly used it. Empty: it is not paid back."),
            kept=refund.get("within"),
        )
        label = _("Used for at most, in %(currency)s") % {"currency": currency}
        help_text = _("So much may have been taken off since. Empty: nothing.")
        used = NumberField(label=label, decimals=4, required=False, help_text=help_text)
        self.add("used_at_most", used, decimal_of(refund.get("used_at_most")))

    def _add_days(self, name: str, label: str, help_text: str, *, kept: Any = None) -> None:
        field = forms.IntegerField(
            label=label, required=False, min_value=1, max_value=_LONGEST, help_text=help_text
        )
        self.add(name, field, _days_of(self.part.get(name) if name != "refund" else kept))

    def write(self, part: dict[str, Any]) -> None:
        """Write the plan."""
        said = self.cleaned_data
        if self.changed("price"):
            part["price"] = said["price"]
        if self.changed("every") or "every" not in part:
            part["every"] = said["every"]
        for name in ("trial", "grace", "pause"):
            if self.changed(name):
                put_or_drop(part, name, _days_text(said[name]))
        if self.changed("refund", "used_at_most"):
            within, used = _days_text(said["refund"]), said["used_at_most"]
            refund = {"within": within, **({"used_at_most": used} if used else {})}
            put_or_drop(part, "refund", refund if within else None)


def _days_text(days: int | None) -> str | None:
    return f"{days} days" if days else None
