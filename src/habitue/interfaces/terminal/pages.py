"""How a page of the terminal is made, and the counter at which somebody serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.terminal.door import STORE_KEY, TERMINAL, is_waiting
from habitue.interfaces.web.visits import View, Visit
from habitue.selectors.programmes import list_programmes
from habitue.selectors.stores import StoreRecord, list_stores
from habitue.services.counter.counter import Counter

P = ParamSpec("P")


def serving_page(
    permission: Permission = Permission.TERMINAL_USE,
) -> Callable[[Callable[Concatenate[Visit, P], HttpResponseBase]], View[P]]:
    """A page for whoever serves; a till that nobody uses asks for a PIN first."""

    def decorate(view: Callable[Concatenate[Visit, P], HttpResponseBase]) -> View[P]:
        @wraps(view)
        def serve(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if is_waiting(visit.actor):
                return _to_pin(visit)
            visit.require(permission)
            return view(visit, *args, **kwargs)

        return TERMINAL.page(Permission.TERMINAL_USE)(
            cast("Callable[Concatenate[Visit, P], HttpResponseBase]", serve)
        )

    return decorate


def _to_pin(visit: Visit) -> HttpResponse:
    there = reverse("terminal:who")
    if visit.wants_part:
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


def store_of(visit: Visit) -> StoreRecord | None:
    """The store in which the visitor serves: the till's, else the one chosen; ``None`` where there
    is no store at all."""
    stores = list_stores(visit.connection, actor=visit.actor)
    chosen = visit.request.session.get(STORE_KEY, "")
    for store in stores:
        if store.code == chosen:
            return store
    return stores[0] if stores else None


def counter_of(visit: Visit) -> Counter:
    """The counter of this visit."""
    store = store_of(visit)
    return Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="terminal",
        country=visit.house.country,
        store=store.code if store else "",
    )


def programme_of(visit: Visit) -> tuple[str, str]:
    """The code and the currency of the programme that this till serves; refuses
    (``UNKNOWN_PROGRAMME``) where there is none."""
    for programme in list_programmes(visit.connection):
        if programme.latest_number and visit.actor.in_programme(programme.code):
            return programme.code, programme.currency
    raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value="")


def render(
    visit: Visit,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with the bar of the till around it."""
    store = store_of(visit)
    around = {
        "store": store,
        "stores": () if visit.actor.at_till else list_stores(visit.connection, actor=visit.actor),
        "zone": store.zone if store else "UTC",
    }
    return visit.render(
        f"terminal/{template}",
        {**around, **(context or {})},
        part=None if part is None else f"terminal/{part}",
        status=status,
    )
