"""The page itself."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.design.tokens import colours, pairs
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.texts import formats
from habitue.interfaces.web.charts import Series, chart
from habitue.interfaces.web.forms import DayInput, Form
from habitue.interfaces.web.listing import Column, Listing
from habitue.interfaces.web.visits import Visit

ICONS: Final = (
    "alert", "check", "close", "up", "down", "left", "right", "search", "inbox", "home", "people",
    "person", "chart", "sheet", "key", "till", "trail", "exit", "plus", "undo", "card", "gift",
    "cake", "star", "menu", "download", "settings", "lock", "merge", "info", "pencil", "mail",
    "store",
)  # fmt: skip
BUTTONS: Final = (
    ("button button-primary", _("The one next step")),
    ("button", _("Another step")),
    ("button button-quiet", _("A quiet step")),
    ("button button-danger", _("A step that hurts")),
)
BADGES: Final = (
    ("badge", pgettext_lazy("example of a badge", "Silver")),
    ("badge badge-accent", pgettext_lazy("example of a badge", "Gold")),
    ("badge badge-good", pgettext_lazy("example of a badge", "Active")),
    ("badge badge-warn", pgettext_lazy("example of a badge", "Expires soon")),
    ("badge badge-danger", pgettext_lazy("example of a badge", "Closed")),
)


class Example(Form):
    """A form with every kind of field."""

    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("For receipts only."))
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DayInput())
    store = forms.ChoiceField(
        label=pgettext_lazy("a shop or café", "Store"),
        choices=(("quai", "Café du Quai"), ("marche", "Café du Marché")),
    )
    channel = forms.ChoiceField(
        label=_("How may we write to you?"),
        widget=forms.RadioSelect,
        choices=(
            ("email", _("By e-mail")),
            ("sms", _("By text message")),
            ("none", _("Not at all")),
        ),
        initial="email",
    )
    news = forms.BooleanField(label=_("Send me news and offers"), required=False)
    note = forms.CharField(
        label=pgettext_lazy("a remark", "Note"), required=False, widget=forms.Textarea
    )


@require_safe
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def design(visit: Visit) -> HttpResponse:
    """Everything that pages are made of."""
    refused = Example({"name": "", "email": "camille@", "store": "quai", "channel": "email"})
    refused.is_valid()
    listing = Listing(visit.request.path, "", "name", "ascending", "", 25, {})
    columns = (
        Column("name", str(_("Name")), sort="name"),
        Column("tier", str(_("Tier")), sort="tier"),
        Column("balance", str(_("Balance")), sort="balance", first="descending", kind="number"),
    )
    values = [310, 295, 340, 420, 505, 480, 390]
    before = [280, 300, 310, 350, 460, 470, 360]
    days = [formats.weekday(place, language=visit.language) for place in range(7)]
    context = {
        "colours": list(colours().values()),
        "pairs": pairs(),
        "icons": ICONS,
        "buttons": BUTTONS,
        "badges": BADGES,
        "form": Example(),
        "refused": refused,
        "headings": listing.headings(columns),
        "rows": (("Ana Popescu", _("Gold"), 1240), ("Jürgen Weiß", _("Silver"), 365)),
        "line": chart(
            str(_("Purchases")),
            days,
            [
                Series(str(_("This week")), values),
                Series(str(_("The week before")), before, dashed=True),
            ],
            shown=lambda value: formats.units(int(value), language=visit.language),
        ),
        "bars": chart(
            str(_("Purchases by weekday")),
            days,
            [Series(str(_("Purchases")), values)],
            shown=lambda value: formats.units(int(value), language=visit.language),
            shape="bars",
        ),
    }
    return render(visit, "design/design.html", context, here="design")


@require_POST
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def toast(visit: Visit) -> HttpResponse:
    """Show what a notice looks like after a step."""
    messages.success(visit.request, _("It was saved."))
    return HttpResponseRedirect(reverse("backoffice:design"))
