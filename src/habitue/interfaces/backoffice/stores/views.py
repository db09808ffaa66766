"""The pages of the stores."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.stores import get_store, list_stores
from habitue.services.access.stores import LONGEST_NAME, add_store, change_store

# Names of what a server's own clock is set to say something else on every server.
_NO_ZONES: Final = {"Factory", "localtime", "posixrules"}
_ZONES: Final = tuple(
    (zone, zone.replace("_", " ")) for zone in sorted(available_timezones() - _NO_ZONES)
)


class StoreForm(Form):
    """A store, and whose clock counts there."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Tills know the store by it. It never changes."),
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9_-]*$",
                gettext_lazy("Use small letters, digits, dashes and underscores."),
            )
        ],
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=_ZONES, initial="Europe/Paris"
    )

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            field = self.fields["code"]
            field.disabled = True
            # Whoever made the store may have had other ideas of a code.
            field.validators = []

    def clean_code(self) -> str:
        """The address of the form for new stores is no store's."""
        code: str = self.cleaned_data["code"]
        if code == "new" and not self.fields["code"].disabled:
            raise forms.ValidationError(_("This word is taken. Choose another code."))
        return code


@require_safe
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def list_page(visit: Visit) -> HttpResponse:
    """The stores in which the visitor works."""
    context = {
        "stores": list_stores(visit.connection, actor=visit.actor),
        "may_write": visit.may(Permission.STORES_WRITE),
        # A new store is nobody's yet: who works in some stores only has no right to it.
        "may_add": visit.may(Permission.STORES_WRITE) and not visit.actor.stores,
    }
    return render(visit, "stores/list.html", context, here="stores")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.STORES_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Add a store."""
    if visit.actor.stores:
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.STORES_WRITE.value)
    form = StoreForm(visit.request.POST or None, fixed=False)
    return _form(visit, form, _("New store"), is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.STORES_WRITE)
def edit(visit: Visit, code: str) -> HttpResponse:
    """Change what a store is called, and its clock."""
    store = get_store(visit.connection, actor=visit.actor, code=code)
    initial = {"name": store.name, "code": store.code, "zone": store.zone}
    form = StoreForm(visit.request.POST or None, initial=initial, fixed=True)
    return _form(visit, form, store.name)


def _form(visit: Visit, form: StoreForm, heading: str, *, is_new: bool = False) -> HttpResponse:
    if visit.request.method == "POST" and form.is_valid():
        try:
            _save(visit, form, is_new=is_new)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        if not form.errors:
            messages.success(visit.request, _("It was saved."))
            return HttpResponseRedirect(reverse("backoffice:stores"))
    context = {
        "form": form,
        "heading": heading,
        "action": _("Save"),
        "cancel": reverse("backoffice:stores"),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="stores", status=status)


def _save(visit: Visit, form: StoreForm, *, is_new: bool) -> None:
    chosen = form.cleaned_data
    if not is_new:
        change_store(visit.connection, actor=visit.actor, now=visit.now, **chosen)
    elif not add_store(visit.connection, actor=visit.actor, now=visit.now, **chosen):
        form.add_error("code", _("Another store has this code already."))
