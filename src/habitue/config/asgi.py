"""The ASGI entry: one process serves the machines' API and the people's pages."""

import importlib
import logging.config
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from habitue.config import environment
from habitue.config.addresses import conninfo
from habitue.config.collector import calm_garbage_collector
from habitue.config.composition import House
from habitue.config.pages import open_pages
from habitue.config.serving import end_with_parent
from habitue.config.static_files import static_files

API = "/api"
STATIC = "/static/"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Dispatcher:
    """Hands requests under /api, and the lifespan, to the API; files that never change to who sends
    files; everything else to Django."""

    def __init__(self, api: Application, pages: Application, files: Application) -> None:
        self.api = api
        self.pages = pages
        self.files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or accompany the life of the process."""
        await self._door(scope)(scope, receive, send)

    def _door(self, scope: Scope) -> Application:
        if scope["type"] == "lifespan" or f"{scope['path']}/".startswith(f"{API}/"):
            return self.api
        if scope["type"] == "http" and scope["path"].startswith(STATIC):
            return self.files
        return self.pages


def build() -> Dispatcher:
    """Prepare this process and return its application."""
    house = House()
    house.set_up_django()
    logging.config.dictConfig(settings.LOGGING)
    # The API imports services and these import models, which Django must know by then.
    api = importlib.import_module("habitue.interfaces.api.app")
    application: Application = api.create_app(
        database_url=conninfo(house.database_url, application="habitue-api"),
        clock=house.clock,
        pool_size=environment.POOL_SIZE.value(),
        phones=house.phones,
        country=house.country,
    )
    open_pages(house)
    dispatcher = Dispatcher(application, get_asgi_application(), static_files(STATIC))
    calm_garbage_collector()
    return dispatcher


end_with_parent()
application = build()
