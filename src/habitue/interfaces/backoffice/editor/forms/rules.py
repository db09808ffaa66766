"""The form of a rule: what it gives and for what, when, how often at most, between which days."""

from __future__ import annotations

from collections.abc import Mapping
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
    whole_of,
)
from habitue.interfaces.backoffice.editor.forms.limits import Limits, read_limits, write_limits
from habitue.interfaces.backoffice.editor.forms.offers import OfferFields
from habitue.interfaces.backoffice.editor.forms.when import CONDITION_FIELDS, ConditionFields

# What a rule can be, in the order in which it is offered.
KINDS: Final[dict[str, tuple[Promise, Promise]]] = {
    "rate": (
        gettext_lazy("Points for money spent"),
        gettext_lazy("So many points for every so much: the rule that most programmes begin with."),
    ),
    "piece": (
        gettext_lazy("Points or stamps for each piece"),
        gettext_lazy("One for every coffee, every night, every wash."),
    ),
    "multiply": (
        gettext_lazy("More points than usual"),
        gettext_lazy("Twice as many on quiet days, at quiet hours, or for some things."),
    ),
    "fixed": (
        gettext_lazy("Points for a purchase"),
        gettext_lazy("So many at once, for a large bill or the first purchase."),
    ),
    "visit": (
        gettext_lazy("Points for a visit"),
        gettext_lazy("For coming, whether anything is bought or not."),
    ),
    "enrolment": (gettext_lazy("A welcome"), gettext_lazy("For joining the programme.")),
    "birthday": (
        gettext_lazy("A birthday gift"),
        gettext_lazy("Points or a voucher, some days ahead if you like."),
    ),
    "anniversary": (
        gettext_lazy("A gift for each year"),
        gettext_lazy("On the day on which somebody joined."),
    ),
    "referred": (
        gettext_lazy("A welcome for friends"),
        gettext_lazy("For joining by the link of a member."),
    ),
    "referral": (
        gettext_lazy("Thanks for a friend"),
        gettext_lazy("For the member who brought one, once the friend has kept what they bought."),
    ),
}
_OF_PURCHASES: Final = ("rate", "piece", "multiply", "fixed")
_OCCASIONS: Final = ("birthday", "anniversary")
_VOUCHER: Final = "voucher:"
_POINTS: Final = "points:"


def kind_of(raw: Mapping[str, Any]) -> str:
    """What a rule is, as forms have it; empty where no form can say what it gives."""
    on, give = raw.get("on"), raw.get("give")
    gifts = [code for code in give if code != "per"] if isinstance(give, Mapping) else []
    if "multiply" in raw:
        return "multiply" if on == "purchase" and give is None and "each" not in raw else ""
    if len(gifts) != 1 or not isinstance(give, Mapping) or not _is_plain(gifts[0], give):
        return ""
    if on != "purchase":
        return str(on) if on in KINDS and "per" not in give else ""
    if "each" in raw:
        return "piece"
    return "rate" if "per" in give else "fixed"


def _is_plain(code: str, give: Mapping[str, Any]) -> bool:
    """Whether a gift is a number of points, or a voucher by its name."""
    if code == "voucher":
        return isinstance(give[code], str)
    return decimal_of(give[code]) is not None


class RuleForm(OfferFields, ConditionFields):
    """A rule of one kind."""

    kind = ""
    groups_of: Groups = (
        (
            gettext_lazy("What it gives"),
            ("amount", "gift", "per", "factor", "of", "within"),
            False,
        ),
        (gettext_lazy("For what"), ("things_mode", "things_by", "things"), False),
        (gettext_lazy("Only when"), CONDITION_FIELDS, True),
        (
            gettext_lazy("At most"),
            (
                "times",
                "times_every",
                "units",
                "units_every",
                "each_purchase",
                "budget_units",
                "budget_times",
            ),
            True,
        ),
        (gettext_lazy("From when to when"), ("begins", "until", "group", "enabled"), True),
    )

    def build(self) -> None:
        """The fields of this kind of rule."""
        self.add_names()
        self._build_gift()
        if self.kind in ("rate", "piece", "multiply"):
            name = "each" if self.kind == "piece" else "lines"
            self.build_things(name, everything=self.kind != "piece")
        self.build_condition(self.part.get("when"), of_purchases=self.kind in _OF_PURCHASES)
        self._build_limits()
        self.build_times(_("The rule is switched on"))

    def _build_gift(self) -> None:
        give = self.part.get("give")
        give = give if isinstance(give, Mapping) else {}
        if self.kind == "multiply":
            factor = NumberField(label=_("Times as many"), decimals=4)
            self.add("factor", factor, decimal_of(self.part.get("multiply")))
            if len(self.choices_of_points()) > 1:
                self.add("of", self.points_field(_("Points")), self.part.get("of"))
            return
        code = next((name for name in give if name != "per"), None)
        choices = [(f"{_POINTS}{one}", name) for one, name in self.choices_of_points()]
        if self.kind != "rate":
            rewards = self.choices_of("rewards")
            choices += [
                (f"{_VOUCHER}{one}", _("Voucher: %(reward)s") % {"reward": name})
                for one, name in rewards
            ]
        # A voucher is one voucher.
        with_vouchers = any(choice.startswith(_VOUCHER) for choice, _name in choices)
        amount = NumberField(label=_("How many"), decimals=6, required=not with_vouchers)
        self.add("amount", amount, decimal_of(give.get(code)) if code != "voucher" else None)
        if len(choices) > 1:
            gift = forms.ChoiceField(label=_("Of what"), choices=choices)
            said = f"{_VOUCHER}{give.get(code)}" if code == "voucher" else f"{_POINTS}{code}"
            self.add("gift", gift, said if code else None)
        if self.kind == "rate":
            label = _("For every so much in %(currency)s") % {"currency": self._money()}
            self.add("per", NumberField(label=label, decimals=4), decimal_of(give.get("per")))
        if self.kind in _OCCASIONS:
            ahead = forms.IntegerField(
                label=_("Days ahead"),
                required=False,
                min_value=0,
                max_value=60,
                help_text=_("A voucher can then be used as many days after the day, too."),
            )
            within = str(self.part.get("within", "")).removesuffix(" days").removesuffix(" day")
            self.add("within", ahead, whole_of(within or None))

    def _money(self) -> str:
        money = self.document.get("money")
        return str(money.get("currency", "")) if isinstance(money, Mapping) else ""

    def _build_limits(self) -> None:
        limits = read_limits(self.part.get("limit"))
        if limits is not None:
            times = forms.IntegerField(
                label=_("Times for each member"), required=False, min_value=1, max_value=10**6
            )
            self.add("times", times, limits.times)
            self.add("times_every", _every(limits.times_every), limits.times_every)
            units = NumberField(label=_("Points for each member"), decimals=6, required=False)
            self.add("units", units, limits.units)
            self.add("units_every", _every(limits.units_every), limits.units_every)
            if self.kind in _OF_PURCHASES:
                most = NumberField(label=_("Points for one purchase"), decimals=6, required=False)
                self.add("each_purchase", most, limits.each_purchase)
        budget = self.part.get("budget")
        units_of = budget.get("units") if isinstance(budget, Mapping) else budget
        times_of = budget.get("times") if isinstance(budget, Mapping) else None
        self.add(
            "budget_units",
            NumberField(
                label=_("Points for all members together"),
                decimals=6,
                required=False,
                help_text=_("A budget that is never exceeded. Empty: no such limit."),
            ),
            decimal_of(units_of),
        )
        self.add(
            "budget_times",
            forms.IntegerField(
                label=_("Times for all members together"),
                required=False,
                min_value=1,
                max_value=10**9,
            ),
            whole_of(times_of),
        )

    def clean(self) -> dict[str, Any]:
        """What only makes sense together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        gift = cleaned.get("gift", "")
        needs_amount = "amount" in self.fields and not str(gift).startswith(_VOUCHER)
        if needs_amount and not cleaned.get("amount"):
            self.add_error("amount", _("Write how many: a number above zero."))
        if cleaned.get("per") == 0:
            self.add_error("per", _("Write an amount above zero."))
        if cleaned.get("factor") == 0:
            self.add_error("factor", _("Write a number above zero."))
        self.check_offer(cleaned)
        return cleaned

    def write(self, part: dict[str, Any]) -> None:
        """Write the rule."""
        said = self.cleaned_data
        part.setdefault("on", self.kind if self.kind not in _OF_PURCHASES else "purchase")
        self._write_gift(part, said)
        self.write_things(part, "each" if self.kind == "piece" else "lines")
        self.write_condition(part)
        self._write_limits(part, said)
        self.write_times(part)

    def _write_gift(self, part: dict[str, Any], said: Mapping[str, Any]) -> None:
        if self.kind == "multiply":
            if self.changed("factor"):
                part["multiply"] = number_text(said["factor"])
            if self.changed("of"):
                put_or_drop(part, "of", said["of"])
            return
        if self.changed("amount", "gift", "per"):
            choice = said.get("gift") or f"{_POINTS}{self.choices_of_points()[0][0]}"
            if choice.startswith(_VOUCHER):
                part["give"] = {"voucher": choice.removeprefix(_VOUCHER)}
            else:
                part["give"] = {choice.removeprefix(_POINTS): number_text(said["amount"])}
                if self.kind == "rate":
                    part["give"]["per"] = said["per"]
        if self.changed("within"):
            days = said["within"]
            put_or_drop(part, "within", f"{days} days" if days else None)

    def _write_limits(self, part: dict[str, Any], said: Mapping[str, Any]) -> None:
        names = ("times", "times_every", "units", "units_every", "each_purchase")
        if self.changed(*names):
            limits = Limits(
                said.get("times"),
                said.get("times_every") or "ever",
                said.get("units"),
                said.get("units_every") or "ever",
                said.get("each_purchase"),
            )
            put_or_drop(part, "limit", write_limits(limits))
        if self.changed("budget_units", "budget_times"):
            kept = part.get("budget")
            budget: dict[str, Any] = {}
            if isinstance(kept, Mapping) and "overflow" in kept:
                budget["overflow"] = kept["overflow"]
            for name, value in (("units", said["budget_units"]), ("times", said["budget_times"])):
                if value:
                    budget[name] = number_text(value) if name == "units" else value
            only = set(budget) == {"units"}
            nothing = not set(budget) & {"units", "times"}
            put_or_drop(part, "budget", None if nothing else budget["units"] if only else budget)


def _every(kept: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("In what time"), choices=every_choices(kept), required=False)


def rule_form(kind: str) -> type[RuleForm]:
    """The form of one kind of rule."""
    assert kind in KINDS, kind
    return type(f"{kind.title()}RuleForm", (RuleForm,), {"kind": kind})
