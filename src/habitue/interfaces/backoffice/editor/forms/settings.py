"""The forms of what holds for the whole programme: its name, its clock, what counts as spend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.domain.programme.pricing import LEVELS
from habitue.interfaces.backoffice.editor.forms.base import Groups, PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import LANGUAGES

# Names of what a server's own clock is set to say something else on every server.
_NO_ZONES: Final = {"Factory", "localtime", "posixrules"}
ZONES: Final = tuple(
    (zone, zone.replace("_", " ")) for zone in sorted(available_timezones() - _NO_ZONES)
)
CURRENCIES: Final = tuple((code, code) for code in sorted(LEVELS))
# Switches of what counts as spend, with what holds where nothing is said.
_SPEND: Final[dict[str, tuple[bool, Promise]]] = {
    "tax": (True, gettext_lazy("Taxes count")),
    "tips": (False, gettext_lazy("Tips count")),
    "delivery": (False, gettext_lazy("Delivery counts")),
    "deposits": (False, gettext_lazy("Deposits count")),
    "gift_card_sales": (False, gettext_lazy("Gift cards that are sold count")),
    "paid_with_points": (False, gettext_lazy("What is paid with points counts")),
    "paid_with_gift_card": (True, gettext_lazy("What is paid with a gift card counts")),
}


class DetailsForm(PartForm):
    """What the programme is called, where its days begin, and which languages it speaks."""

    def build(self) -> None:
        """The fields of the details."""
        self.add_names()
        zones = dict(ZONES)
        kept = str(self.part.get("zone", ""))
        choices = [*ZONES] if kept in zones else [(kept, kept), *ZONES]
        zone = forms.ChoiceField(
            label=_("Time zone"), choices=choices, help_text=_("Days begin and end by its clock.")
        )
        self.add("zone", zone, kept)
        languages = forms.MultipleChoiceField(
            label=_("Languages of the members"),
            choices=list(LANGUAGES.items()),
            widget=forms.CheckboxSelectMultiple,
        )
        self.add("languages", languages, list(self.part.get("languages") or ["en"]))

    def write(self, part: dict[str, Any]) -> None:
        """Write the details."""
        if self.changed("zone"):
            part["zone"] = self.cleaned_data["zone"]
        if self.changed("languages"):
            part["languages"] = list(self.cleaned_data["languages"])


class BooksForm(PartForm):
    """What counts as spend, what a return without its purchase does, and claims."""

    groups_of: Groups = ((gettext_lazy("What counts as spend"), tuple(_SPEND), False),)

    def build(self) -> None:
        """The fields of the books."""
        spend = self.part.get("spend")
        spend = spend if isinstance(spend, Mapping) else {}
        for name, (default, label) in _SPEND.items():
            said = spend.get(name, default)
            counts = said not in (False, "no", "false")
            self.add(name, forms.BooleanField(label=str(label), required=False), counts)
        returns = self.part.get("returns")
        policy = returns.get("without_purchase") if isinstance(returns, Mapping) else None
        self.add(
            "without_purchase",
            forms.ChoiceField(
                label=_("A return that names no purchase"),
                choices=[
                    ("match_or_refuse", _("is matched with what was bought, or refused")),
                    (
                        "match_or_average",
                        _("is matched with what was bought, or counted at the average rate"),
                    ),
                    ("average", _("is counted at the average rate")),
                    ("refuse", _("is refused")),
                ],
            ),
            policy or "match_or_refuse",
        )
        claims = self.part.get("claims")
        within = str(claims.get("within", "")) if isinstance(claims, Mapping) else ""
        if within in ("", within.split(" ")[0] + " days", within.split(" ")[0] + " day"):
            days = forms.IntegerField(
                label=_("Receipts can be claimed for so many days"),
                required=False,
                min_value=1,
                max_value=3650,
                help_text=_("By whoever bought before joining or forgot the card. Empty: never."),
            )
            first = within.split(" ")[0]
            self.add("claims", days, int(first) if first.isdecimal() else None)

    def write(self, part: dict[str, Any]) -> None:
        """Write the books."""
        said = self.cleaned_data
        if self.changed(*_SPEND):
            spend = dict(part.get("spend") or {})
            for name, (default, _label) in _SPEND.items():
                if self.changed(name):
                    same = said[name] == default
                    put_or_drop(spend, name, None if same else "yes" if said[name] else "no")
            put_or_drop(part, "spend", spend)
        if self.changed("without_purchase"):
            returns = dict(part.get("returns") or {})
            part["returns"] = returns | {"without_purchase": said["without_purchase"]}
        if self.changed("claims"):
            days = said["claims"]
            put_or_drop(part, "claims", {"within": f"{days} days"} if days else None)
