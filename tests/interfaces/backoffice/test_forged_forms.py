"""Forms that another site sends in somebody's name, in every room of the back office."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.services.access.devices import add_device
from habitue.services.keys import create_key
from tests.interfaces.backoffice.rooms import ROOM
from tests.interfaces.pages import HERE, World


def forms_of(world: World) -> dict[str, dict[str, object]]:
    """Where each form goes, and what would make it do its work."""
    now = world.clock.now()
    till, _ = add_device(world.connection, actor=SYSTEM, name="Bar", store=HERE, now=now)
    key, _ = create_key(world.connection, name="Shop", scopes=["members:read"], now=now)
    staff = f"staff/{world.staff['staff']}/"
    person = {"name": "Odile", "email": "odile@habitue.example", "roles": ["owner"]}
    place: dict[str, object] = {"name": "Gara", "code": "gara", "zone": "Europe/Bucharest"}
    return {
        "staff/new/": {**person, "language": "en"},
        staff: {**person, "language": "en"},
        f"{staff}pin/": {"pin": "2580"},
        f"{staff}invite/": {},
        f"{staff}activity/": {},
        f"{staff}sessions/": {},
        "stores/new/": place,
        f"stores/{HERE}/": place,
        "devices/new/": {"name": "Terrasse", "store": HERE},
        f"devices/{till}/renew/": {},
        f"devices/{till}/revoke/": {},
        "keys/new/": {"name": "K", "scopes": ["members:read"], "requests_per_minute": "1"},
        f"keys/{key.key_id}/revoke/": {},
        "programme/invitations/new/": {"people": "1", "once": uuid4()},
        "design/toast/": {},
    }


def test_a_form_without_the_token_of_its_page_does_nothing(world: World) -> None:
    forms = forms_of(world)
    browser, theirs = world.browser("owner"), world.browser("staff")
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = browser.cookies
    before = world.everything()
    for token in ({}, {"csrfmiddlewaretoken": ""}, {"csrfmiddlewaretoken": "x" * 64}):
        found = {path: strict.post(f"{ROOM}{path}", {**f, **token}) for path, f in forms.items()}
        assert {answer.status_code for answer in found.values()} == {403}
        assert not [path for path, answer in found.items() if b"Traceback" in answer.content]
    assert world.everything() == before
    assert not world.mails.sent
    # Nor was anybody signed out.
    assert theirs.get("/backoffice/account/").status_code in (200, 403)


def test_what_is_no_form_at_all_breaks_nothing(world: World) -> None:
    """Bodies of other kinds are read as a form in which nothing stands."""
    browser = world.browser("owner")
    # An empty PIN takes the old one away; none at all does not.
    browser.post(f"{ROOM}staff/{world.staff['staff']}/pin/", {"pin": "2580"})
    forms = [path for path, fields in forms_of(world).items() if fields]
    before = world.everything()
    bodies = {
        "application/json": '{"name": "Odile"}',
        "multipart/form-data; boundary=x": "--y\r\n\r\n",
        "application/x-www-form-urlencoded": f"name=%ff%fe&{uuid4()}&roles=%00&code[]=x&pin=%ff",
        "application/x-www-form-urlencoded; charset=utf-7": "name=+ADw-script+AD4-",
    }
    for kind, body in bodies.items():
        for path in forms:
            answer = browser.post(f"{ROOM}{path}", body, content_type=kind)
            # A form in which nothing stands is shown again, as if it were opened.
            assert answer.status_code in (200, 400, 422), (path, kind)
    assert world.everything() == before
