"""Forms of all doors: one look, natural keys that make a second press harmless.

Fields are rendered by ``web/field.html``; errors stand beside their field, are announced, and are
named by ``aria-describedby``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from habitue.kit.ids import new_id
from habitue.kit.instants import Instant

LONGEST_TEXT = 200


class Renderer(TemplatesSetting):
    """Renders forms and fields with the templates of the design system."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


class Form(forms.Form):
    """A form of Habitué; the label has no colon, errors carry our classes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(field, forms.CharField) and field.max_length is None:
                field.max_length = LONGEST_TEXT
                widget.attrs.setdefault("maxlength", str(LONGEST_TEXT))
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "check")


class DayInput(forms.DateInput):
    """A field for a day. What browsers take and send is written the same way in every language;
    written in the reader's way it would stand empty, and saving would forget the day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class OnceForm(Form):
    """A form that may be sent twice and still does its work once: it carries the key of its event.

    The key is made when the form is first shown; ``initial_for`` gives it.
    """

    once = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("This form is out of date. Open the page again."),
            "invalid": _("This form is out of date. Open the page again."),
        },
    )

    @property
    def external_id(self) -> str:
        """The natural key of what the form asks for."""
        key: UUID = self.cleaned_data["once"]
        return key.hex


def once(now: Instant) -> dict[str, Any]:
    """The initial value of a fresh ``OnceForm``."""
    return {"once": new_id(now)}
