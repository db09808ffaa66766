"""The people of the demonstration: who runs the café, who serves, who counts, who connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.analytics.simulation.history import STORES
from habitue.domain.access import SYSTEM, Role
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.instants import DAY, Instant
from habitue.selectors.members import find_by_identifier
from habitue.selectors.staff import list_staff
from habitue.services.access.devices import add_device
from habitue.services.access.links import make_link
from habitue.services.access.pins import set_pin
from habitue.services.access.staff import StaffDetails, add_staff

Connection: TypeAlias = psycopg.Connection[Any]

DOMAIN: Final = "cafe-du-quai.example"
REGULAR: Final = "vadim.ivanovich@example.org"
LINK_VALID: Final[Instant] = DAY
_TILLS: Final = (("Bar", "quai"), ("Terrasse", "quai"), ("Comptoir", "marche"))


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast; ``what`` is a word by which whoever tries the programme chooses."""

    what: str
    name: str
    details: StaffDetails
    pin: str = ""

    @property
    def email(self) -> str:
        """The address with which the person would sign in."""
        plain = self.name.split()[0].lower().translate(_ASCII)
        return f"{plain}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Door:
    """A link that lets somebody of the cast in."""

    what: str
    name: str
    token: str


_ASCII: Final = str.maketrans("éèëêàâîïôûùç", "eeeeaaiiouuc")


def cast() -> tuple[Person, ...]:
    """Everybody who works at the café; each store's people serve in their own store alone."""
    leading = (
        _leader("owner", "Hélène Marchand", Role.OWNER, language="fr"),
        _leader("manager", "Camille Roux", Role.MANAGER, pin="2580"),
        _leader("second store", "Mihai Ionescu", Role.MANAGER, "marche", "ro", pin="7412"),
        _leader("analyst", "Greta Lindner", Role.ANALYST, language="de"),
        _leader("developer", "Tomasz Nowak", Role.DEVELOPER),
    )
    serving = tuple(
        Person(
            "staff at the till" if name == "Volodia" else "staff",
            name,
            StaffDetails(name, [Role.STAFF.value], [store]),
            f"{4061 + 613 * place}",
        )
        for place, (store, name) in enumerate(
            (store, name) for store, names in STORES.items() for name in names
        )
    )
    return leading + serving


def _leader(
    what: str, name: str, role: Role, store: str = "", language: str = "en", pin: str = ""
) -> Person:
    stores = [store] if store else []
    return Person(what, name, StaffDetails(name, [role.value], stores, (), language), pin)


def settle_people(connection: Connection, *, now: Instant) -> int:
    """Make whoever of the cast is not there yet, with their PINs; answers how many were made."""
    known = {colleague.email: colleague for colleague in list_staff(connection, actor=SYSTEM)}
    made = 0
    for person in cast():
        colleague = known.get(person.email)
        if colleague is None:
            colleague = add_staff(
                connection, actor=SYSTEM, email=person.email, details=person.details, now=now
            )
            made += 1
        if person.pin and colleague.is_active and not colleague.has_pin:
            set_pin(connection, actor=SYSTEM, staff_id=colleague.staff_id, pin=person.pin, now=now)
    if made:
        for name, store in _TILLS:
            add_device(connection, actor=SYSTEM, name=name, store=store, now=now)
    return made


def open_doors(connection: Connection, *, phones: PhoneReader, now: Instant) -> tuple[Door, ...]:
    """A link for each kind of person, valid for a day: the guest first."""
    by_email = {one.email: one for one in list_staff(connection, actor=SYSTEM)}
    guest = find_regular(connection, phones)
    doors = [_door(connection, "member", "Vadim Ivanovich", "guest", guest, now)]
    for person in cast():
        colleague = by_email.get(person.email)
        if colleague is not None and person.what != "staff":
            doors.append(
                _door(connection, "staff", person.name, person.what, colleague.staff_id, now)
            )
    return tuple(doors)


def _door(
    connection: Connection, kind: Any, name: str, what: str, subject: UUID, now: Instant
) -> Door:
    token = make_link(
        connection,
        kind=kind,
        subject_id=subject,
        purpose="demonstration",
        now=now,
        expires_at=now + LINK_VALID,
        single_use=False,
    )
    return Door(what, name, token)


def find_regular(connection: Connection, phones: PhoneReader) -> UUID:
    """The regular whose side of the counter the demonstration shows."""
    found = find_by_identifier(connection, text=REGULAR, phones=phones)
    if not found:
        raise Refusal(Code.UNKNOWN_MEMBER, "member", value=REGULAR)
    return found[0].member.member_id
