"""The keys of machines: listed, made, revoked.  The text of a key is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.keys.forms import KeyForm
from habitue.interfaces.backoffice.keys.words import SCOPES
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.lexicons import titles_of
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import Instant, datetime_of, day_start
from habitue.selectors.keys import Key, get_key_for, list_keys_for
from habitue.selectors.keys import Permission as Scope
from habitue.selectors.programmes import list_programmes
from habitue.selectors.stores import list_stores
from habitue.services.access.keys import issue_key, withdraw_key

_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as the list shows it."""

    key: Key
    scopes: tuple[Promise, ...]
    places: str
    expired: bool


@require_safe
@BACKOFFICE.page(Permission.KEYS_READ)
def list_page(visit: Visit) -> HttpResponse:
    """All keys in force, and how to begin."""
    everything = visit.request.GET.get("revoked") == "too"
    titles = dict(_titles(visit))
    stores = {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)}
    keys = [
        Shown(
            key,
            tuple(SCOPES[scope] for scope in SCOPES if scope in key.scopes),
            ", ".join(
                [
                    *(titles.get(code, code) for code in sorted(key.programmes)),
                    *(stores.get(code, code) for code in sorted(key.stores)),
                ]
            ),
            key.revoked_at is None and not key.in_force(visit.now),
        )
        for key in list_keys_for(visit.connection, actor=visit.actor, revoked_too=everything)
    ]
    context = {
        "keys": keys,
        "everything": everything,
        "zone": _ZONE,
        "may_write": visit.may(Permission.KEYS_WRITE),
    }
    return render(visit, "keys/list.html", context, here="keys")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.KEYS_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Make a key, and show its text for the only time."""
    form = KeyForm(
        visit.request.POST or None,
        programmes=_titles(visit),
        stores=[(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)],
        today=datetime_of(visit.now).date(),
    )
    if visit.request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            key, token = issue_key(
                visit.connection,
                actor=visit.actor,
                name=chosen["name"],
                scopes=chosen["scopes"],
                programmes=chosen["programmes"],
                stores=chosen["stores"],
                requests_per_minute=chosen["requests_per_minute"],
                expires_at=_end_of(chosen["expires_date"]),
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return _made(visit, key, token)
    status = 422 if form.errors else 200
    return render(visit, "keys/new.html", {"form": form}, here="keys", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.KEYS_WRITE)
def revoke(visit: Visit, key_id: str) -> HttpResponse:
    """Ask once more, then revoke for ever."""
    key = get_key_for(visit.connection, actor=visit.actor, key_id=key_id)
    if visit.request.method != "POST":
        return render(visit, "keys/revoke.html", {"key": key}, here="keys")
    withdraw_key(visit.connection, actor=visit.actor, key_id=key_id, now=visit.now)
    messages.success(
        visit.request, _("The key is revoked. Whoever uses it is refused from now on.")
    )
    return HttpResponseRedirect(reverse("backoffice:keys"))


def _made(visit: Visit, key: Key, token: str) -> HttpResponse:
    """The page with the text of the key, and a command that this very key may send."""
    first = next(
        (
            one
            for one in list_programmes(visit.connection)
            if one.latest_number and key.sees_programme(one.code)
        ),
        None,
    )
    context = {
        "key": key,
        "token": token,
        "origin": visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/"),
        "may_try": first is not None and Scope.PURCHASES_WRITE in key.scopes,
        "programme": first,
        "store": min(key.stores, default=""),
        "occurred_at": datetime_of(visit.now).isoformat(timespec="seconds"),
    }
    return render(visit, "keys/made.html", context, here="keys")


def _end_of(day: date | None) -> Instant | None:
    return None if day is None else day_start(day.toordinal() + 1, _ZONE)


def _titles(visit: Visit) -> list[tuple[str, str]]:
    """The programmes that the visitor may see, each with what it is called."""
    codes = [
        one.code for one in list_programmes(visit.connection) if visit.actor.in_programme(one.code)
    ]
    return titles_of(visit.connection, codes=codes, language=visit.language)
