"""The form of a discount: what it takes off what, for whom and when, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import (
    NumberField,
    decimal_of,
    every_choices,
    number_text,
)
from habitue.interfaces.backoffice.editor.forms.limits import Limits, read_limits, write_limits
from habitue.interfaces.backoffice.editor.forms.offers import OfferFields
from habitue.interfaces.backoffice.editor.forms.tiers import WINDOWS, window_text
from habitue.interfaces.backoffice.editor.forms.when import CONDITION_FIELDS, ConditionFields

KINDS: Final[dict[str, tuple[Promise, Promise]]] = {
    "share": (
        gettext_lazy("Per cent off"),
        gettext_lazy("Ten per cent on everything, or on some things only."),
    ),
    "amount": (
        gettext_lazy("An amount off"),
        gettext_lazy("Five off a purchase, for the first order or a large one."),
    ),
    "price": (
        gettext_lazy("A price for members"),
        gettext_lazy("A croissant for 1.00, whatever it costs others."),
    ),
    "ladder": (
        gettext_lazy("More off for regulars"),
        gettext_lazy("A share that grows with what somebody bought before."),
    ),
    "shipping": (
        gettext_lazy("Free shipping"),
        gettext_lazy("Delivery costs nothing, from some amount on if you like."),
    ),
}
_STEPS: Final = 5
_HUNDRED: Final = 100


def kind_of(raw: Mapping[str, Any]) -> str:
    """What a discount is, as forms have it; empty where no form can say what it takes off."""
    if "ladder" in raw:
        return "ladder" if _read_ladder(raw["ladder"]) is not None else ""
    if "price" in raw:
        return "price" if decimal_of(raw["price"]) is not None else ""
    if "free_shipping" in raw:
        return "shipping"
    if _share_of(raw.get("discount")) is not None:
        return "share"
    plain = decimal_of(raw.get("discount")) is not None and "each" not in raw
    return "amount" if plain else ""


def _share_of(raw: Any) -> Decimal | None:
    """``5 %`` as the number before the sign."""
    text = str(raw).strip()
    return decimal_of(text[:-1].strip()) if text.endswith("%") else None


def _read_ladder(raw: Any) -> tuple[str, str, list[tuple[Decimal, Decimal]]] | None:
    """What counts, in what time, and the steps; ``None`` where no form can show them."""
    by, steps = (raw.get("by"), raw.get("steps")) if isinstance(raw, Mapping) else (None, None)
    if not isinstance(by, Mapping) or len(by) != 1 or not isinstance(steps, Mapping):
        return None
    metric, window = next(iter(by.items()))
    pairs = [(decimal_of(start), _share_of(share)) for start, share in steps.items()]
    known = [(start, share) for start, share in pairs if start is not None and share is not None]
    if len(known) != len(steps) or len(known) > _STEPS or set(raw) != {"by", "steps"}:
        return None
    return str(metric), str(window), sorted(known)


class DiscountForm(OfferFields, ConditionFields):
    """A discount of one kind."""

    kind = ""
    groups_of: Groups = (
        (
            gettext_lazy("What it takes off"),
            ("share", "amount", "price", "metric", "window", "start_*"),
            False,
        ),
        (gettext_lazy("For what"), ("things_mode", "things_by", "things"), False),
        (gettext_lazy("Only when"), CONDITION_FIELDS, True),
        (gettext_lazy("At most"), ("times", "times_every", "budget"), True),
        (gettext_lazy("From when to when"), ("begins", "until", "group", "enabled"), True),
    )

    def build(self) -> None:
        """The fields of this kind of discount."""
        self.add_names()
        getattr(self, f"_build_{self.kind}")()
        if self.kind != "shipping":
            self.build_things("lines", everything=self.kind != "price")
        self.build_condition(self.part.get("when"))
        self._build_limits()
        self.build_times(_("The discount is switched on"))

    def _money(self) -> str:
        money = self.document.get("money")
        return str(money.get("currency", "")) if isinstance(money, Mapping) else ""

    def _build_share(self) -> None:
        share = NumberField(label=_("Per cent"), decimals=2)
        self.add("share", share, _share_of(self.part.get("discount")))

    def _build_amount(self) -> None:
        label = _("So much off, in %(currency)s") % {"currency": self._money()}
        self.add(
            "amount", NumberField(label=label, decimals=4), decimal_of(self.part.get("discount"))
        )

    def _build_price(self) -> None:
        label = _("It costs members, in %(currency)s") % {"currency": self._money()}
        self.add("price", NumberField(label=label, decimals=4), decimal_of(self.part.get("price")))

    def _build_shipping(self) -> None:
        """Delivery is free or not: there is nothing to ask."""

    def _build_ladder(self) -> None:
        metric, window, steps = _read_ladder(self.part.get("ladder")) or ("spend", WINDOWS[0], [])
        choices = [
            ("spend", _("What they spend")),
            ("visits", _("On how many days they come")),
            ("purchases", _("How often they buy")),
        ]
        self.add("metric", forms.ChoiceField(label=_("What counts"), choices=choices), metric)
        kept = [*WINDOWS, *([] if window in WINDOWS else [window])]
        windows = [(one, window_text(one)) for one in kept]
        self.add("window", forms.ChoiceField(label=_("Within what time"), choices=windows), window)
        for place in range(_STEPS):
            start, share = steps[place] if place < len(steps) else (None, None)
            values = {"step": place + 1}
            self.add(
                f"start_{place}_from",
                NumberField(
                    label=_("Step %(step)s begins at") % values,
                    decimals=4,
                    required=False,
                    help_text=_("So much money, or so many times.") if not place else "",
                ),
                start,
            )
            label = _("Step %(step)s: per cent off") % values
            self.add(
                f"start_{place}_share", NumberField(label=label, decimals=2, required=False), share
            )

    def _build_limits(self) -> None:
        limits = read_limits(self.part.get("limit"))
        if limits is not None and limits.units is None and limits.each_purchase is None:
            times = forms.IntegerField(
                label=_("Times for each member"), required=False, min_value=1, max_value=10**6
            )
            self.add("times", times, limits.times)
            every = forms.ChoiceField(
                label=_("In what time"), choices=every_choices(limits.times_every), required=False
            )
            self.add("times_every", every, limits.times_every)
        budget = self.part.get("budget")
        if not isinstance(budget, Mapping) or set(budget) <= {"units", "overflow"}:
            label = _("For all members together, in %(currency)s") % {"currency": self._money()}
            field = NumberField(
                label=label,
                decimals=4,
                required=False,
                help_text=_("A budget that is never exceeded. Empty: no such limit."),
            )
            units = budget.get("units") if isinstance(budget, Mapping) else budget
            self.add("budget", field, decimal_of(units))

    def clean(self) -> dict[str, Any]:
        """What only makes sense together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("share", "amount"):
            if name in cleaned and not cleaned[name]:
                self.add_error(name, _("Write a number above zero."))
        shares = [name for name in cleaned if name.endswith("share") and cleaned[name]]
        for name in shares:
            if cleaned[name] > _HUNDRED:
                self.add_error(name, _("More than 100 per cent cannot be taken off."))
        for place in range(_STEPS if self.kind == "ladder" else 0):
            start, share = (cleaned.get(f"start_{place}_{part}") for part in ("from", "share"))
            if share and start is None:
                self.add_error(f"start_{place}_from", _("Write where the step begins: 0 is all."))
            elif start is not None and not share:
                self.add_error(f"start_{place}_share", _("Write a number above zero."))
        if self.kind == "ladder" and not shares and not self.errors:
            self.add_error("start_0_share", _("Write at least one step."))
        self.check_offer(cleaned)
        return cleaned

    def write(self, part: dict[str, Any]) -> None:
        """Write the discount."""
        said = self.cleaned_data
        if self.changed("share"):
            part["discount"] = f"{number_text(said['share'])} %"
        if self.changed("amount"):
            part["discount"] = said["amount"]
        if self.changed("price"):
            part["price"] = said["price"]
        if self.kind == "shipping":
            part.setdefault("free_shipping", "yes")
        if self.kind == "ladder":
            self._write_ladder(part, said)
        self.write_things(part, "lines")
        self.write_condition(part)
        if self.changed("times", "times_every"):
            limits = Limits(times=said["times"], times_every=said["times_every"] or "ever")
            put_or_drop(part, "limit", write_limits(limits))
        if self.changed("budget"):
            kept, units = part.get("budget"), said["budget"]
            if isinstance(kept, Mapping) and units:
                part["budget"] = {**kept, "units": units}
            else:
                put_or_drop(part, "budget", units)
        self.write_times(part)

    def _write_ladder(self, part: dict[str, Any], said: Mapping[str, Any]) -> None:
        names = [name for name in said if name.startswith("start_")]
        if not self.changed("metric", "window", *names):
            return
        steps = {
            str(number_text(said[f"start_{place}_from"])): (
                f"{number_text(said[f'start_{place}_share'])} %"
            )
            for place in range(_STEPS)
            if said.get(f"start_{place}_share")
        }
        part["ladder"] = {"by": {said["metric"]: said["window"]}, "steps": steps}


def discount_form(kind: str) -> type[DiscountForm]:
    """The form of one kind of discount."""
    assert kind in KINDS, kind
    return type(f"{kind.title()}DiscountForm", (DiscountForm,), {"kind": kind})
