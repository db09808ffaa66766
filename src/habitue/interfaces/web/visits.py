"""One visit of a page: who comes, what is at hand, and how a page answers.

A door wraps its views with a decorator made by `door`: it finds out who visits, sends strangers to
sign in, refuses what the visitor may not do, turns refusals into pages, and gives the borrowed
connection back.  The view itself is `view(visit, ...) -> HttpResponse`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from habitue.domain.access import NOBODY, Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.texts.catalogue import DEFAULT_LANGUAGE, LANGUAGES
from habitue.interfaces.web.house import Connection, PagesHouse, pages_house
from habitue.interfaces.web.refusals import status_of, words_of
from habitue.kit.instants import Instant

P = ParamSpec("P")
V = TypeVar("V", bound="Visit")

_FRAGMENT = "HX-Request"


@dataclass
class Visit:
    """A request with everything that its page needs.

    ``now`` is read once, so that all of a page speaks of the same moment.  The connection is
    borrowed when it is first asked for.
    """

    request: HttpRequest
    house: PagesHouse
    actor: Actor
    door: str
    now: Instant
    _stack: ExitStack = field(default_factory=ExitStack)
    _connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The database, until the page is made."""
        if self._connection is None:
            self._connection = self._stack.enter_context(self.house.connection())
        return self._connection

    @property
    def language(self) -> str:
        """The language of this page: one of ours."""
        language = (get_language() or DEFAULT_LANGUAGE).split("-")[0]
        return language if language in LANGUAGES else DEFAULT_LANGUAGE

    @property
    def wants_part(self) -> bool:
        """Whether a part of the page is asked for, to be put into the page that is open.

        A page that htmx restores from the history, or reaches by a boosted link, is whole.
        """
        headers = self.request.headers
        return (
            headers.get(_FRAGMENT) == "true"
            and headers.get("HX-Boosted") != "true"
            and headers.get("HX-History-Restore-Request") != "true"
        )

    def may(self, permission: Permission, store: str | None = None) -> bool:
        """Whether the visitor may do it (in this store, or in any)."""
        return self.actor.may(permission, store)

    def require(self, permission: Permission, store: str | None = None) -> None:
        """Refuse (``NOT_PERMITTED``) what the visitor may not do."""
        if not self.may(permission, store):
            raise Refusal(Code.NOT_PERMITTED, scope=permission.value)

    def render(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        part: str | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The page, or its part ``part`` where htmx asks for one."""
        name = part if part is not None and self.wants_part else template
        values = {"visit": self, "actor": self.actor, **(context or {})}
        text = render_to_string(name, values, request=self.request)
        response = HttpResponse(text, status=status)
        # The same address gives a page or a part of it.
        patch_vary_headers(response, [_FRAGMENT])
        # What one visitor sees is for nobody else's cache.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def close(self) -> None:
        """Give back what was borrowed."""
        self._connection = None
        self._stack.close()


View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Door:
    """One front door: its name, how it knows its visitors, and where strangers go.

    ``who`` answers the actor of a request (``NOBODY`` for a stranger) and may use the connection of
    the visit; ``stranger`` answers those who are not known.  ``opens`` is the permission without
    which nothing behind the door is shown, whatever a page itself takes.
    """

    name: str
    who: Callable[[Visit], Actor]
    stranger: Callable[[Visit], HttpResponseBase]
    refused: str
    opens: Permission | None = None

    def page(
        self, permission: Permission | None = None, *, public: bool = False
    ) -> Callable[[Callable[Concatenate[Visit, P], HttpResponseBase]], View[P]]:
        """Make a view of this door; ``permission`` is what it takes, ``public`` lets all in."""

        def decorate(view: Callable[Concatenate[Visit, P], HttpResponseBase]) -> View[P]:
            def enter(
                request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
            ) -> HttpResponseBase:
                return self._enter(
                    request, permission, lambda visit: view(visit, *args, **kwargs), public=public
                )

            update_wrapper(enter, view)
            vars(enter)["takes"] = Taken(self.name, permission, public, self.opens)
            return enter

        return decorate

    def _enter(
        self,
        request: HttpRequest,
        permission: Permission | None,
        view: Callable[[Visit], HttpResponseBase],
        *,
        public: bool,
    ) -> HttpResponseBase:
        house = pages_house()
        visit = Visit(request, house, NOBODY, self.name, house.clock.now())
        try:
            visit.actor = self.who(visit)
            vars(request)["visit"] = visit
            if visit.actor is NOBODY and not public:
                return self.stranger(visit)
            if self.opens is not None and not public:
                visit.require(self.opens)
            if permission is not None:
                visit.require(permission)
            return view(visit)
        except Refusal as refusal:
            return self.refuse(visit, refusal)
        finally:
            visit.close()

    def refuse(self, visit: Visit, refusal: Refusal) -> HttpResponse:
        """The page that says why something was refused."""
        context = {"words": words_of(refusal, language=visit.language), "code": refusal.code.value}
        status = status_of(refusal)
        response = visit.render(self.refused, context, part="web/_refused.html", status=status)
        if refusal.code is Code.RATE_LIMITED:
            response.headers["Retry-After"] = str(refusal.parameters.get("seconds") or 60)
        return response


@dataclass(frozen=True, slots=True)
class Taken:
    """What a view takes: its door, its permission and the door's, or nothing at all; the matrix
    test reads it."""

    door: str
    permission: Permission | None
    public: bool
    opens: Permission | None = None


def member_id_of(text: str) -> UUID:
    """The id in an address; refuses (``UNKNOWN_MEMBER``) what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(Code.UNKNOWN_MEMBER, "member", value=text[:64]) from None
