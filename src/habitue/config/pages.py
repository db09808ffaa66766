"""What the composition root gives to the people's pages of a process."""

from __future__ import annotations

from typing import Any

from django.db import connections

from habitue.config import environment
from habitue.config.addresses import conninfo
from habitue.config.composition import House
from habitue.config.mail import DjangoMailer
from habitue.interfaces.web.house import PagesHouse, make_pool, provide

# Django itself reads sessions and accounts: short statements, so a few connections serve many.
_DJANGO_POOL: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": 5}


def open_pages(house: House) -> PagesHouse:
    """Open the pages' connections and hand the installation over to them.

    Under ASGI each request has a thread of its own, so that connections kept by thread would be
    opened anew for each; a pool keeps them.
    """
    pool = make_pool(
        conninfo(house.database_url, application="habitue-pages"),
        size=environment.POOL_SIZE.value(),
    )
    pool.open()
    settings = connections["default"].settings_dict
    settings["CONN_MAX_AGE"] = 0
    settings["OPTIONS"] = {**settings["OPTIONS"], "pool": _DJANGO_POOL}
    made = PagesHouse(
        pool=pool,
        clock=house.clock,
        phones=house.phones,
        country=house.country,
        mailer=DjangoMailer(
            environment.MAIL_URL.value(),
            folder=house.home / "mail",
            sender=environment.MAIL_FROM.value(),
        ),
        origin=environment.ORIGIN.value(),
    )
    provide(made)
    return made
