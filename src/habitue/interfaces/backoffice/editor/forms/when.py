"""The fields of a condition: days, hours, places, tiers and turns, as a form asks for them."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from habitue.domain.programme.kinds import WEEKDAYS
from habitue.interfaces.backoffice.editor.forms.base import PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import CodesField, NumberField, decimal_of
from habitue.interfaces.backoffice.editor.forms.phrases import (
    PHRASES,
    TURN_OF_PURCHASES,
    TURN_OF_VISITS,
    Condition,
    Phrase,
    put_together,
    take_apart,
)
from habitue.interfaces.texts import formats

CONDITION_FIELDS: Final = (
    "weekdays",
    "time_from",
    "time_until",
    "contains",
    "spent",
    "tier",
    "turn",
    "turn_of",
    "away",
    "since_joining",
    "stores",
    "channels",
)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4]):[0-5]\d")
_NOT_OF_REWARDS: Final = frozenset({"contains", "spent"})


class TimeInput(forms.TextInput):
    """A time of day, as browsers ask for one."""

    input_type = "time"


class ConditionFields(PartForm):
    """A form that asks when something holds."""

    condition: Condition
    phrases: tuple[Phrase, ...]

    def build_condition(
        self, raw: Any, *, of_purchases: bool = True, of_rewards: bool = False
    ) -> None:
        """Make the fields, and say what stands there."""
        known: tuple[Phrase, ...] = PHRASES
        if of_rewards or not of_purchases:
            known = tuple(one for one in PHRASES if one.name not in _NOT_OF_REWARDS)
        turn = TURN_OF_PURCHASES if of_purchases else TURN_OF_VISITS
        self.phrases = known if of_rewards else (*known, turn)
        self.condition = take_apart(raw, self.phrases)
        names = {phrase.name for phrase in self.phrases}
        values = self.condition.values
        self._build_time(values)
        if "contains" in names:
            contains = CodesField(
                label=_("The purchase contains one of these categories"),
                help_text=_("As your till writes them, with commas between them."),
            )
            self.add("contains", contains, values.get("contains"))
            spent = NumberField(
                label=_("The purchase comes to at least"), decimals=4, required=False
            )
            self.add("spent", spent, decimal_of(values.get("spent")))
        self._build_member(values, turns="turn" in names)
        for name, label in (("stores", _("In these stores")), ("channels", _("By these channels"))):
            help_text = _("By their codes, with commas between them.")
            self.add(name, CodesField(label=label, help_text=help_text), values.get(name))

    def _build_time(self, values: Any) -> None:
        days = [
            (word, formats.weekday(place, language=self.language))
            for place, word in enumerate(WEEKDAYS)
        ]
        weekdays = forms.MultipleChoiceField(
            label=_("On these days"),
            choices=days,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.add("weekdays", weekdays, list(values.get("weekdays", ())))
        begins, ends = values.get("time", ("", ""))
        for name, label, text in (
            ("time_from", _("From this time on"), begins),
            ("time_until", _("Until this time"), ends),
        ):
            self.add(
                name,
                forms.RegexField(_CLOCK, label=label, required=False, widget=TimeInput),
                text,
            )

    def _build_member(self, values: Any, *, turns: bool) -> None:
        tiers = self.choices_of("tiers")
        if tiers:
            choices = [("", _("Every member"))]
            choices += [
                (f"at_least:{code}", _("%(tier)s or above") % {"tier": name})
                for code, name in tiers
            ]
            choices += [(f"is:{code}", _("Only %(tier)s") % {"tier": name}) for code, name in tiers]
            kept = values.get("tier")
            if kept is not None and kept not in dict(choices):
                choices.append((kept, kept.partition(":")[2]))
            tier = forms.ChoiceField(label=_("For whom"), choices=choices, required=False)
            self.add("tier", tier, kept)
        if turns:
            self._build_turn(values.get("turn"))
        for name, label in (
            ("away", _("Not here for at least so many days")),
            ("since_joining", _("Joined at most so many days ago")),
        ):
            days = forms.IntegerField(label=label, required=False, min_value=0, max_value=36500)
            self.add(name, days, decimal_of(values.get(name)))

    def _build_turn(self, kept: int | None) -> None:
        choices = [
            ("", _("Every time")),
            ("first", _("Only the first time")),
            ("every", _("Only every so many times")),
        ]
        turn = "" if kept is None else "every" if kept else "first"
        self.add("turn", forms.ChoiceField(label=_("How often"), choices=choices, required=False))
        self.initial["turn"] = turn
        times = forms.IntegerField(
            label=_("Every so many times"), required=False, min_value=2, max_value=10_000
        )
        self.add("turn_of", times, kept or None)

    def clean_turn_of(self) -> int | None:
        """Every so many times needs the number."""
        number: int | None = self.cleaned_data.get("turn_of")
        if self.cleaned_data.get("turn") == "every" and not number:
            raise forms.ValidationError(_("Write a number: every fifth time is 5."))
        return number

    def write_condition(self, part: dict[str, Any]) -> None:
        """Write the condition where something in it was changed."""
        if not self.changed(*CONDITION_FIELDS):
            return
        said = self.cleaned_data
        values: dict[str, Any] = {}
        for name in ("weekdays", "contains", "stores", "channels", "tier"):
            if said.get(name):
                values[name] = said[name]
        times = (said.get("time_from") or "", said.get("time_until") or "")
        if any(times):
            values["time"] = times
        for name in ("spent", "away", "since_joining"):
            if said.get(name) is not None:
                values[name] = said[name]
        if said.get("turn"):
            values["turn"] = said["turn_of"] if said["turn"] == "every" else 0
        condition = Condition(values, self.condition.rest)
        put_or_drop(part, "when", put_together(condition, self.phrases))
