"""The forms of colleagues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from habitue.domain.access import Role
from habitue.interfaces.backoffice.staff.words import ROLES
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import Form
from habitue.services.access.staff import LONGEST_NAME, StaffDetails


class StaffForm(Form):
    """What a colleague is called, does, and where."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=[(role.value, words) for role, words in ROLES.items()],
        initial=[Role.STAFF.value],
        widget=forms.CheckboxSelectMultiple,
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Only in these stores"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: in all of them."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        # Without the empty choice, saving would give a language to whoever has chosen none.
        choices=(("", "–"), *LANGUAGE_NAMES),
        required=False,
    )

    def __init__(self, *args: Any, stores: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stores"]
        assert isinstance(field, forms.MultipleChoiceField), "stores are chosen"
        field.choices = stores

    def details(self, programmes: tuple[str, ...] = ()) -> StaffDetails:
        """What the service takes."""
        chosen = self.cleaned_data
        return StaffDetails(
            chosen["name"], chosen["roles"], chosen["stores"], programmes, chosen["language"]
        )


class NewStaffForm(StaffForm):
    """The same, with the address by which the colleague signs in."""

    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254)
    field_order = ("name", "email", "roles", "stores", "language")


class PinForm(Form):
    """A PIN for the tills."""

    pin = forms.CharField(
        label=gettext_lazy("New PIN"),
        max_length=6,
        required=False,
        help_text=gettext_lazy("Four to six digits. Leave it empty to take the PIN away."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
