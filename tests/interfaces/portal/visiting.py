"""Short ways about the members' pages."""

from __future__ import annotations

import re
from typing import Any, Final

from django.test import Client

from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead, read_page

HOME: Final = "/portal/"
CARD, HISTORY, RULES, ME, SIGN_IN, JOIN, CODE, SIGN_OUT = (
    f"{HOME}{place}/"
    for place in ("card", "history", "rules", "me", "sign-in", "join", "code", "sign-out")
)
CONSENTS, OTHERS, DATA = f"{ME}consents/", f"{ME}sessions/end/", f"{ME}data/"
VADIM: Final = "vadim@example.org"
NEW: Final = "zoe@example.org"

SCRIPT: Final = "<script>alert(1)</script>"
RIGHT_TO_LEFT: Final = "\u202egnirts\u202c"
ARABIC: Final = "زوي"


def opened(browser: Client, path: str = HOME, *, status: int = 200) -> PageRead:
    """The page at an address."""
    response = browser.get(path)
    assert response.status_code == status, (response.status_code, response.headers)
    return read_page(response)


def sent(browser: Client, path: str, *, button: str, **fields: Any) -> Any:
    """The answer to a form of a page, filled in as given; the rest stays as it is."""
    form = opened(browser, path).form(button=button)
    return browser.post(form.action or path, {**form.fields, **fields})


def led(browser: Client, response: Any) -> PageRead:
    """The page to which an answer leads."""
    assert response.status_code == 302, read_page(response).words
    return opened(browser, response.headers["Location"])


def asked(browser: Client, email: str = VADIM) -> Any:
    """The answer to the wish for a code."""
    return sent(browser, SIGN_IN, button="Send me a code", email=email)


def joining(browser: Client, **fields: Any) -> Any:
    """The answer to the wish to join."""
    return sent(browser, JOIN, button="Join", **{"given_name": "Zoé", "email": NEW, **fields})


def typed(browser: Client, code: str) -> Any:
    """The answer to a code."""
    return sent(browser, CODE, button="Continue", code=code)


def mailed(world: World, to: str = VADIM) -> str:
    """The code of the latest message, which went to this address alone."""
    address, subject, text = world.mails.sent[-1]
    assert address == to
    (code,) = set(re.findall(r"\b[0-9]{6}\b", f"{subject} {text}"))
    return str(code)


def wrong(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_in(browser: Client) -> bool:
    """Whether a member is signed in there."""
    return browser.get(CARD).status_code == 200


def trail(world: World) -> list[tuple[str, str, str]]:
    """Who did what to whom, of late."""
    found = world.rows("SELECT actor_name, action, subject_name FROM trail ORDER BY at, trail_id")
    return [(str(actor), str(action), str(subject)) for actor, action, subject in found]
