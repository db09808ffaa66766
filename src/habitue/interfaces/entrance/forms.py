"""The first password of an invited colleague."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from habitue.interfaces.web.forms import Form


class FirstPasswordForm(Form):
    """A password, twice."""

    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. A sentence is easy to remember and hard to guess."),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same, and it is not a password that everybody tries."""
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if password and "again" in cleaned:
            if password != cleaned["again"]:
                self.add_error("again", _("The two passwords differ. Type the second one anew."))
            else:
                try:
                    password_validation.validate_password(password)
                except forms.ValidationError as error:
                    self.add_error("password", error)
        return cleaned
