"""The demonstration put together: the café by the intake, the gift shop by the import."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from habitue.config.composition import House
from habitue.domain.errors import Refusal
from habitue.integrations.documents import load_document
from habitue.jobs.demo import gift_ware, lately, people
from habitue.jobs.demo.loading import Loader
from habitue.jobs.demo.programme import CODE
from habitue.jobs.demo.remembering import read_note, write_note
from habitue.kit.instants import parse_instant
from habitue.selectors.keys import Permission
from habitue.selectors.programmes import get_one_compiled, get_programme
from habitue.services.figures import settle_figures
from habitue.services.importing.importing import Import, Reject
from habitue.services.importing.mapping import load_mapping
from habitue.services.keys import create_key
from habitue.services.programmes import publish_version

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
_GIFT_WARE_STARTS_AT = parse_instant("2009-12-01T00:00:00+00:00")


class _Silence:
    """Watches an import that is too short to be watched."""

    def opened(self, path: Path, total: int) -> None:
        """Say nothing."""

    def read(self, lines: int, done: int) -> None:
        """Say nothing."""

    def rejected(self, path: Path, rejects: Iterable[Reject]) -> None:
        """Say nothing."""


def load(
    house: House, *, members: int, years: int, seed: int, watch: Callable[[int, int], None]
) -> dict[str, Any]:
    """Load what is not there yet; answers what the demonstration holds."""
    wanted = {"members": members, "years": years, "seed": seed}
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        known = _programme_id(connection)
        note = read_note(house.home, known) if known else None
        if note is not None and wanted.items() <= note.items():
            return {name: value for name, value in note.items() if name != "programme_id"}
        loader = Loader(connection, house.clock, house.phones, watch)
        report = loader.load(seed=seed, members=members, years=years)
        people.settle_people(connection, now=house.clock.now())
        lately.bring_friends(connection, clock=house.clock, phones=house.phones)
        lately.send_reviews(connection, clock=house.clock, phones=house.phones)
        lines = _load_gift_ware(house, connection, seed=seed)
        settle_figures(connection, now=house.clock.now())
        connection.execute("ANALYZE")
        loaded = {**report.as_json(), **wanted, "gift_ware_lines": lines}
        write_note(house.home, _programme_id(connection), loaded)
    return loaded


def open_doors(house: House) -> list[tuple[str, str, str]]:
    """A sign-in link for each person: who it is, their name, and the path of the link."""
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        doors = people.open_doors(connection, phones=house.phones, now=house.clock.now())
    return [(door.what, door.name, f"/enter/{door.token}/") for door in doors]


def make_key(house: House) -> str:
    """A key for whoever tries the API of the demonstration."""
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        _, token = create_key(
            connection,
            name="demonstration",
            scopes=[permission.value for permission in Permission],
            now=house.clock.now(),
        )
    return token


def _programme_id(connection: psycopg.Connection[Any]) -> str:
    try:
        return str(get_programme(connection, code=CODE).programme_id)
    except Refusal:
        return ""


def _load_gift_ware(house: House, connection: psycopg.Connection[Any], *, seed: int) -> int:
    publish_version(
        connection,
        document=load_document((EXAMPLES / "online-retail.yaml").read_bytes()),
        now=house.clock.now(),
        actor="demo",
        effective_at=_GIFT_WARE_STARTS_AT,
    )
    compiled = get_one_compiled(connection, code="online-retail")
    with TemporaryDirectory(prefix="habitue-demo-") as folder:
        path = Path(folder) / "gift-ware.csv"
        lines = gift_ware.write_gift_ware(path, seed=seed)
        Import(
            programme=compiled,
            mapping=load_mapping(
                "online-retail", zone=compiled.versions[compiled.latest_number].zone
            ),
            clock=house.clock,
            phones=house.phones,
            watcher=_Silence(),
            connection=connection,
        ).run([path])
    return lines
