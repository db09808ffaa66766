"""Pages of the terminal: who serves, where, for which programme, and the bar around the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.identifying import Method
from habitue.interfaces.terminal.door import IDLE, STORE_KEY, TERMINAL, is_waiting
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.visits import View, Visit
from habitue.kit.instants import SECOND
from habitue.selectors.programmes import ProgrammeRecord, get_one_compiled, list_programmes
from habitue.selectors.stores import StoreRecord, list_stores
from habitue.services.counter.counter import Counter

P = ParamSpec("P")


@dataclass
class Shift:
    """A colleague who serves; what a page asks for is looked up once."""

    visit: Visit

    @cached_property
    def stores(self) -> tuple[StoreRecord, ...]:
        """The stores in which the colleague may serve from here; at a till, its own."""
        return list_stores(self.visit.connection, actor=self.visit.actor)

    @cached_property
    def store(self) -> StoreRecord | None:
        """The till's store, else the one that was chosen; ``None`` where there is none at all."""
        chosen = self.visit.request.session.get(STORE_KEY, "")
        fitting = [store for store in self.stores if store.code == chosen]
        return next(iter((*fitting, *self.stores)), None)

    @property
    def store_code(self) -> str:
        """The store's code; empty without a store."""
        return self.store.code if self.store else ""

    @property
    def zone(self) -> str:
        """The zone of the clock on the wall."""
        return self.store.zone if self.store else "UTC"

    @cached_property
    def programme(self) -> ProgrammeRecord:
        """The programme that is served; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
        for programme in list_programmes(self.visit.connection):
            if programme.latest_number and self.visit.actor.in_programme(programme.code):
                return programme
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value="")

    @cached_property
    def words(self) -> Lexicons:
        """The words of the programme, in the language of the page."""
        return lexicons(
            self.visit.connection,
            code=self.programme.code,
            language=self.visit.language,
            now=self.visit.now,
        )

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """What customers are recognised by now; empty where the programme does not say."""
        compiled = get_one_compiled(self.visit.connection, code=self.programme.code)
        return compiled.methods_at(self.visit.now)

    @cached_property
    def counter(self) -> Counter:
        """Where what is done is recorded."""
        house = self.visit.house
        return Counter(
            connection=self.visit.connection,
            actor=self.visit.actor,
            clock=house.clock,
            phones=house.phones,
            source="terminal",
            country=house.country,
            store=self.store_code,
        )

    def render(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        part: str | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The page with the bar of the till around it, or its part alone."""
        at_till = self.visit.actor.at_till
        around = {
            "store": self.store,
            "stores": () if at_till else self.stores,
            "zone": self.zone,
            "idle_seconds": IDLE // SECOND if at_till else 0,
        }
        return self.visit.render(
            f"terminal/{template}",
            {**around, **(context or {})},
            part=None if part is None else f"terminal/{part}",
            status=status,
        )


Serving: TypeAlias = Callable[Concatenate[Shift, P], HttpResponseBase]


def serving_page(
    permission: Permission = Permission.TERMINAL_USE,
) -> Callable[[Serving[P]], View[P]]:
    """A page for whoever serves; a till that nobody uses asks for a PIN first."""

    def decorate(view: Serving[P]) -> View[P]:
        @wraps(view)
        def serve(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if is_waiting(visit.actor):
                return _to_pin(visit)
            visit.require(permission)
            return view(Shift(visit), *args, **kwargs)

        return TERMINAL.page(Permission.TERMINAL_USE)(
            cast("Callable[Concatenate[Visit, P], HttpResponseBase]", serve)
        )

    return decorate


def _to_pin(visit: Visit) -> HttpResponse:
    there = reverse("terminal:who")
    if visit.wants_part:
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


def to_member(member_id: Any, *, done: str = "") -> HttpResponseRedirect:
    """Go to the page of a member, which says what was ``done`` (the number of an event)."""
    there = reverse("terminal:member", args=[member_id])
    return HttpResponseRedirect(f"{there}?done={done}" if done else there)
