"""The form of a new key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from habitue.interfaces.backoffice.keys.words import SCOPES, TILL
from habitue.interfaces.web.forms import DayInput, Form
from habitue.services.keys import (
    DEFAULT_REQUESTS_PER_MINUTE,
    LONGEST_NAME,
    MOST_REQUESTS_PER_MINUTE,
)


class KeyForm(Form):
    """What a key is for, what it may do and where."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_NAME,
        help_text=_("For example: till at the bar, or web shop."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        initial=[scope.value for scope in TILL],
        widget=forms.CheckboxSelectMultiple,
    )
    programmes = forms.MultipleChoiceField(
        label=_("Only in these programmes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: in all of them."),
    )
    stores = forms.MultipleChoiceField(
        label=_("Only in these stores"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: in all of them."),
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute, at most"),
        min_value=0,
        max_value=MOST_REQUESTS_PER_MINUTE,
        initial=DEFAULT_REQUESTS_PER_MINUTE,
        help_text=_("0: no limit."),
    )
    expires_date = forms.DateField(
        label=_("Last day of validity"),
        required=False,
        widget=DayInput(),
        # The end of the calendar's last day is on no calendar.
        validators=[MaxValueValidator(date(9998, 12, 31))],
        help_text=_("Leave it empty for a key that stays valid until it is revoked."),
    )

    def __init__(
        self,
        *args: Any,
        programmes: Iterable[tuple[str, str]],
        stores: Iterable[tuple[str, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        for name, choices in (("programmes", programmes), ("stores", stores)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(choices)

    def clean_expires_date(self) -> date | None:
        """A key that has already expired opens nothing."""
        chosen: date | None = self.cleaned_data["expires_date"]
        if chosen is not None and chosen < self._today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return chosen
