"""A page asks the database as much for one purchase as for thirty."""

from __future__ import annotations

from typing import Final

from tests.interfaces.pages import HERE, World, counted
from tests.interfaces.portal.visiting import CARD, DATA, HISTORY, HOME, ME, RULES

# The most that a page may ask, sessions and the visitor's name included.
LIMITS: Final = {HOME: 20, CARD: 5, HISTORY: 12, RULES: 7, ME: 10, DATA: 14}


def asked(world: World, who: str) -> dict[str, int]:
    """How many statements each page takes, of a member who has been there before."""
    browser = world.browser(who)
    numbers = {}
    for path in LIMITS:
        browser.get(path).close()
        with counted() as statements:
            answer = browser.get(path)
        answer.close()
        assert answer.status_code == 200
        numbers[path] = len(statements)
    return numbers


def test_the_number_of_statements_is_that_of_the_page(world: World) -> None:
    purchases = [world.till.purchase("CARD0002", f"{n}.00", store=HERE) for n in range(5, 35)]
    assert all(answer.refusal is None for answer in world.till.send(*purchases))
    few, many = asked(world, "vadim"), asked(world, "ana")
    assert few == many
    assert {path: number for path, number in few.items() if number > LIMITS[path]} == {}
