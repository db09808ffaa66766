"""The matrix: every address of the pages for everybody, with and without the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver, reverse

from habitue.domain.access import PERMISSIONS, SYSTEM, Permission, Role
from habitue.interfaces.web.visits import Taken
from habitue.selectors.keys import Permission as Scope
from habitue.services.access.devices import add_device
from habitue.services.drafting.writing import start_draft_of
from habitue.services.keys import create_key
from tests.interfaces.pages import CAST, HERE, World

WHO: Final = (*CAST, "till", "vadim", "stranger")
SIGN_IN: Final = ("/account/sign-in/", "/portal/sign-in/")

# Views that ask nobody who they are, and why none need.
OPEN: Final = {
    "alive": "a supervisor asks whether the process lives",
    "entrance:language": "a choice that is kept in the browser alone",
    "entrance:theme": "a choice that is kept in the browser alone",
    "terminal:manifest": "what a browser installs: a name and pictures",
}
# allauth's own pages: those for whoever is signed out; every other one leads to the sign-in.
ACCOUNT_OPEN: Final = {
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
}
# Addresses of somebody or something at home in the first store: a manager of another one is
# refused there, although the role has the right.
AT_HOME: Final = {"member_id", "staff_id", "device_id", "code"}
# What is nobody's yet takes the right in all stores: who works in some of them is refused.
EVERYWHERE: Final = {"backoffice:store_new"}

# What each address takes, agreed on here: whoever opens one to more people must say so twice.
RIGHTS: Final = {
    "": "root entrance:enter terminal:pair portal:sign_in portal:join portal:code portal:sign_out",
    "backoffice:use": "home account own_pin end_others end_session stores design design_toast",
    "members:read": "members member referrals",
    "members:write": "member_new lookalikes member_edit member_consents identifier_new"
    " identifier_revoke invitations invitation_new invitation_revoke",
    "members:merge": "member_merge merge merge_undo member_close referral_review",
    "ledger:read": "member_timeline member_ledger",
    "ledger:adjust": "member_adjust member_tier",
    "contributions:decide": "contributions contributions_export contribution contribution_picture"
    " contribution_approve contribution_refuse contribution_withdraw contribute",
    "exports:read": "members_export member_ledger_export",
    "reports:read": "overview",
    "programme:write": "drafts draft_begin draft_points draft_start draft draft_name draft_sheet"
    " draft_history draft_restore draft_text draft_cost draft_schedule draft_act draft_settings"
    " draft_settings_preview draft_entry draft_preview draft_remove version_call_off"
    " draw_judge",
    "programme:govern": "draft_review_rule",
    "programme:read": "programme programme_sheet programme_poster programme_versions"
    " programme_document draws draw_proof",
    "staff:read": "staff colleague programme_readers",
    "staff:write": "staff_new colleague_pin colleague_invite colleague_activity",
    "sessions:end": "colleague_sessions",
    "stores:write": "store_new store",
    "devices:read": "devices",
    "devices:write": "device_new device_renew device_revoke",
    "keys:read": "keys",
    "keys:write": "key_new key_revoke",
    "trail:read": "trail trail_export member_trail",
    "terminal:use": "home who lock store enrol similar sale_of_nobody member sale foresee came"
    " redeem take undo rules rules_confirm",
    "portal": "home card history rules rules_file chances friends draws draw_proof profile"
    " consents end_others end_session my_data contributions contribute contribution_picture"
    " contribution_back enter_club",
}


@dataclass(frozen=True)
class Address:
    """One address of the pages."""

    name: str
    parameters: tuple[str, ...]
    takes: Taken | None


def addresses() -> tuple[Address, ...]:
    """Every address that the pages have."""
    return tuple(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[Any], space: str, around: tuple[str, ...]) -> Iterator[Address]:
    for found in patterns:
        parameters = (*around, *found.pattern.regex.groupindex)
        if isinstance(found, URLPattern):
            takes = vars(found.callback).get("takes")
            assert found.name, f"an address has no name: {found.pattern}"
            yield Address(f"{space}{found.name}", parameters, takes)
        else:
            inner = f"{found.namespace}:" if found.namespace else ""
            yield from _walk(found.url_patterns, space + inner, parameters)


def permissions_of(who: str, door: str) -> frozenset[Permission] | None:
    """What somebody may do at a door by the roles they have; ``None`` for a stranger to it."""
    if door == "portal":
        return frozenset() if who == "vadim" else None
    if who in CAST:
        return frozenset(one for role in CAST[who][0] for one in PERMISSIONS[Role(role)])
    return frozenset({Permission.TERMINAL_USE}) if (who, door) == ("till", "terminal") else None


def expected(who: str, address: Address) -> set[str]:
    """What becomes of a visit: let in, refused, or led to sign in."""
    takes = address.takes
    assert takes is not None
    if takes.public:
        # A code that nobody asked for, or a link that nobody made, leads back to the beginning.
        return {"let in", "sent back", "sign in"}
    granted = permissions_of(who, takes.door)
    if granted is None:
        return {"sign in"}
    if not {takes.permission, takes.opens} - {None} <= granted:
        return {"refused"}
    if address.name in EVERYWHERE and CAST[who][1]:
        return {"refused"}
    if who == "elsewhere" and takes.door == "backoffice" and AT_HOME & {*address.parameters}:
        # A form that lacks everything may be sent back before anything is looked up.
        return {"refused", "not found", "sent back"}
    return {"let in", "not found", "sent back"}


def outcome(answer: Any) -> str:
    """What became of a visit."""
    place = answer.headers.get("Location", "")
    assert answer.status_code not in (401, 405), answer.request["PATH_INFO"]
    assert answer.status_code < 500, answer.request["PATH_INFO"]
    if place.split("?")[0] in SIGN_IN:
        return "sign in"
    return {403: "refused", 404: "not found", 422: "sent back"}.get(answer.status_code, "let in")


@pytest.fixture
def values(world: World) -> dict[str, object]:
    """What stands for each parameter of an address: things that are really there."""
    now = world.clock.now()
    till, _ = add_device(world.connection, actor=SYSTEM, name="Terrasse", store=HERE, now=now)
    key, _ = create_key(world.connection, name="Shop", scopes=[one.value for one in Scope], now=now)
    draft = start_draft_of(world.connection, actor=SYSTEM, code="corner", name="Draft", now=now)
    ((identifier,),) = world.rows("SELECT identifier_id FROM identifier WHERE value = 'CARD0001'")
    return {
        "member_id": world.members["vadim"],
        "duplicate_id": world.members["ana"],
        "staff_id": world.staff["staff"],
        "device_id": till,
        "key_id": key.key_id,
        "identifier_id": identifier,
        "merge_id": uuid4(),
        "contribution_id": uuid4(),
        "referral_id": uuid4(),
        "invitation_id": uuid4(),
        "external_id": uuid4().hex,
        "code": HERE,
        "draw": "none",
        "draft_id": draft.draft_id,
        "place": "rules",
        "entry": "base",
        "deed": "offer",
        "point": "cafe-points",
        "handle": "h" * 20,
        "token": "t" * 40,
    }


def path_of(address: Address, values: dict[str, object]) -> str:
    """The address with something real in it."""
    known = dict(values)
    if address.name.startswith("backoffice:draft_settings"):
        known["place"] = "books"
    known["kind"] = "purchase" if address.name == "terminal:undo" else "csv"
    return reverse(address.name, kwargs={name: known[name] for name in address.parameters})


@pytest.mark.parametrize("who", WHO)
def test_everybody_opens_what_they_may_and_nothing_else(
    world: World, values: dict[str, object], who: str
) -> None:
    wrong = {}
    browser = world.browser(who)
    taking = [one for one in addresses() if one.takes is not None]
    found = {one: browser.get(path_of(one, values)) for one in taking}
    for address, answer in found.items():
        if answer.status_code == 405:
            # In a browser of its own: it may lock the till, or end every session of somebody.
            found[address] = world.browser(who).post(path_of(address, values))
        found[address].close()
        if outcome(found[address]) not in expected(who, address):
            wrong[address.name] = (answer.status_code, answer.headers.get("Location"))
    assert not wrong


@pytest.mark.parametrize("who", WHO)
def test_whoever_lacks_the_right_changes_nothing(
    world: World, values: dict[str, object], who: str
) -> None:
    without = [
        address
        for address in addresses()
        if address.takes is not None and not expected(who, address) & {"let in"}
    ]
    assert without or who == "owner"
    browser = world.browser(who)
    before = world.everything()
    for address in without:
        answer = browser.post(path_of(address, values), {"once": uuid4(), "reason": "x"})
        assert answer.status_code == 405 or outcome(answer) in expected(who, address)
    assert world.everything() == before


def test_every_right_is_asked_for_somewhere() -> None:
    """A right that no page asks for stands in the table of roles for nothing; what is asked for
    within a page is named here."""
    within = {Permission.PURCHASES_WRITE}
    asked = {one.takes.permission for one in addresses() if one.takes is not None}
    assert asked - {None} == set(Permission) - within


def test_what_each_address_takes_is_what_was_agreed() -> None:
    found: dict[str, set[str]] = {}
    for address in addresses():
        if (takes := address.takes) is None:
            continue
        right = "" if takes.public else (takes.permission or takes.door)
        name = address.name if takes.public else address.name.partition(":")[2]
        found.setdefault(right, set()).add(name)
    assert found == {right: set(names.split()) for right, names in RIGHTS.items()}


def test_every_view_says_what_it_takes_or_why_it_takes_nothing() -> None:
    silent = {one.name for one in addresses() if one.takes is None}
    account = {one for one in silent if one.startswith(("account_", "mfa_"))}
    assert silent - account == OPEN.keys()
    assert account >= ACCOUNT_OPEN


def test_pages_of_ones_account_are_for_whoever_is_signed_in(world: World) -> None:
    for address in addresses():
        if address.takes is not None or address.name in {*OPEN, *ACCOUNT_OPEN}:
            continue
        path = reverse(address.name, kwargs=dict.fromkeys(address.parameters, 1))
        for who in ("stranger", "vadim", "till"):
            answer = world.browser(who).get(path)
            # Whoever is signed out already is led on.
            led = answer.headers.get("Location", "").split("?")[0]
            assert answer.status_code == 302, path
            assert led in ("/account/sign-in/", "/"), path
