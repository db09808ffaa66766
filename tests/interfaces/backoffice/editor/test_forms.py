"""The forms of the editor: what they cannot say stays, and what nobody touched is not rewritten."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.forms import Form

from habitue.domain.programme.conditions import parse_tree
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.trees import Branch, Node, describe
from habitue.interfaces.backoffice.editor.forms.base import PartForm
from habitue.interfaces.backoffice.editor.forms.limits import read_limits, write_limits
from habitue.interfaces.backoffice.editor.forms.phrases import put_together, take_apart
from habitue.interfaces.backoffice.editor.forms.things import read_things, write_things
from habitue.interfaces.backoffice.editor.places import PLACES, WHOLES
from habitue.services.documents import read_programme_document
from habitue.services.drafting.starting import STARTING_POINTS, read_starting_point

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"


def documents() -> dict[str, dict[str, Any]]:
    """The starting points, and the documents of the documentation."""
    found = {key: read_starting_point(key) for key in STARTING_POINTS}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        found[path.stem] = read_programme_document(path.read_bytes())
    return found


def sent(form: Form) -> dict[str, Any]:
    """What a browser sends where nobody touched anything."""
    data: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value is None or value is False:
            continue
        data[name] = "on" if value is True else value
        if isinstance(value, date):
            data[name] = value.isoformat()
    return data


def untouched(form_of: type[PartForm], document: Any, part: Any) -> tuple[PartForm, Any]:
    """The form as it was shown, sent back, and what it writes."""
    options: dict[str, Any] = {
        "document": document,
        "part": part,
        "revision": 1,
        "language": "en",
    }
    form = form_of(sent(form_of(**options)), **options)
    assert form.is_valid(), form.errors
    return form, form.written()


@pytest.mark.parametrize("name", documents())
def test_a_form_that_nobody_touched_writes_what_stood_there(name: str) -> None:
    document = documents()[name]
    for place in PLACES.values():
        for code, part in place.entries(document).items():
            if kind := place.kind_of(part):
                form, written = untouched(place.form(kind), document, part)
                assert written == part, (place.key, code, form.changed_data)
    for whole in WHOLES.values():
        part = whole.read(document)
        if part:
            form, written = untouched(whole.form, document, part)
            assert whole.put(document, written) == document, (whole.key, form.changed_data)


@pytest.mark.parametrize("key", STARTING_POINTS)
def test_every_part_of_a_starting_point_has_a_form(key: str) -> None:
    document = read_starting_point(key)
    without = [
        f"{place.key}/{code}"
        for place in PLACES.values()
        for code, part in place.entries(document).items()
        if not place.kind_of(part)
    ]
    assert without == []


CONDITIONS: dict[str, Any] = {
    "a day": {"weekday": "fri"},
    "days": {"weekday": ["sat", "sun"]},
    "all of a list": {"all": [{"weekday": ["fri"]}, {"line.category": "beer"}]},
    "two lines": {"all": [{"line.category": "coffee"}, {"line.category": "cake"}]},
    "one line": {"line.category": "coffee", "line.brand": "house"},
    "happy hour": {"weekday": ["mon"], "time": {"from": "16:00", "until": "19:00"}},
    "a bound and a bound": {"basket.amount": {"at_least": "10.00", "below": "50.00"}},
    "tier": {"member.tier": {"at_least": "silver"}},
    "first": {"member.purchases": 0, "basket.amount": {"at_least": "30.00"}},
    "tenth": {"member.purchases": {"every": 10}},
    "any": {"any": [{"weekday": "mon"}, {"event.rain": "yes"}], "store": "quai"},
    "not": {"not": {"store": "quai"}, "channel": ["web", "app"]},
    "nested": {"all": [{"all": [{"weekday": "mon"}]}, {"weekday": {"not_in": ["sun"]}}]},
    "counted": {"count_lines": {"match": {"category": "cake"}, "at_least": 2}},
}
WORDS = Vocabulary(tiers=("silver", "gold"), points={"points": 0}, attributes={"rain": "yes_no"})


def parts_of(raw: Any) -> set[str]:
    """What a condition asks, piece by piece, whatever way it is written."""
    faults = Faults()
    node = parse_tree(raw, path="when", vocabulary=WORDS, faults=faults)
    assert node is not None, list(faults)
    return {describe(one) for part in together(node) for one in together(part)}


def together(node: Node) -> tuple[Node, ...]:
    """What must hold together."""
    return node.parts if isinstance(node, Branch) and node.word == "all" else (node,)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_put_together_again_asks_the_same(name: str) -> None:
    raw = CONDITIONS[name]
    again = put_together(take_apart(raw))
    same = {text.replace("any_line: line.category", "line.category") for text in parts_of(again)}
    assert same == parts_of(raw)


def test_lines_that_stood_apart_do_not_come_to_stand_together() -> None:
    found = take_apart(CONDITIONS["two lines"])
    assert found.values == {"contains": ("coffee",)}
    assert found.rest == ({"line.category": "cake"},)
    assert put_together(found) == {"any_line": {"category": "coffee"}, "line.category": "cake"}
    apart = take_apart({"all": [{"line.brand": "a"}, {"line.product": "b"}]})
    assert put_together(apart) == {"all": [{"line.brand": "a"}, {"line.product": "b"}]}


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {"per_member": 1},
        {"per_member": 1, "every": "day"},
        {"per_member_units": 500, "every": "rolling 30 days"},
        {"per_purchase": 5000},
        [{"per_member": 1, "every": "day"}, {"per_member_units": 100, "every": "month"}],
    ],
    ids=["none", "once", "a day", "rolling", "a purchase", "two"],
)
def test_limits_go_through_a_form_unchanged(raw: Any) -> None:
    found = read_limits(raw)
    assert found is not None
    assert write_limits(found) == raw


@pytest.mark.parametrize(
    "raw",
    [
        [{"per_member": 1}, {"per_member": 5, "every": "month"}],
        {"per_purchase": 5000, "overflow": "refuse"},
        {"per_member": "many"},
        "once",
    ],
    ids=["two of a kind", "overflow", "no number", "a text"],
)
def test_limits_that_no_form_asks_are_left_alone(raw: Any) -> None:
    assert read_limits(raw) is None


@pytest.mark.parametrize(
    ("raw", "mode", "codes"),
    [
        (None, "all", ()),
        ({"category": "beer"}, "only", ("beer",)),
        ({"line.brand": ["a", "b"]}, "only", ("a", "b")),
        ({"category": {"is_not": "other"}}, "but", ("other",)),
        ({"product": {"not_in": ["a", "b"]}}, "but", ("a", "b")),
    ],
)
def test_things_are_read_and_written(raw: Any, mode: str, codes: tuple[str, ...]) -> None:
    found = read_things(raw)
    assert found is not None
    assert (found.mode, found.codes) == (mode, codes)
    again = read_things(write_things(found))
    assert again == found


def test_a_new_stamp_card_brings_its_rule_and_its_reward() -> None:
    document = read_starting_point("cafe-points") | {"languages": ["en"]}
    place = PLACES["points"]
    assert place.new_form is not None
    form = place.new_form("stamps")(
        {
            "revision": 1,
            "name_en": "Cake card",
            "card": 6,
            "things": "cake, pie",
            "free": "A slice",
            "expires": "after",
            "expires_after": "12 months",
            "pending": "none",
            "negative": "allow_negative",
        },
        document=document,
        part={},
        revision=1,
        language="en",
    )
    assert form.is_valid(), form.errors
    code = place.fresh_code(document, "Cake card")
    changed = form.with_rest(place.put(document, code, form.written()), code)
    programme = parse_document(changed)
    assert programme.points["cake-card"].card == 6
    assert [str(rule.rule) for rule in programme.rules if rule.each is not None] == ["cake-card"]
    (price,) = programme.rewards["a-slice"].prices
    assert (price.currency, price.units) == ("cake-card", 6)


def test_codes_of_new_entries_never_take_the_place_of_others() -> None:
    document: dict[str, Any] = {"earn": {"welcome": {}, "welcome-2": {}}, "tiers": {"by": {}}}
    assert PLACES["rules"].fresh_code(document, "Welcome!") == "welcome-3"
    assert PLACES["rules"].fresh_code(document, "咖啡") == "rule"
    assert PLACES["tiers"].fresh_code(document, "Valid") == "valid-2"
    assert PLACES["rules"].fresh_code(document, "New") == "new-2"
