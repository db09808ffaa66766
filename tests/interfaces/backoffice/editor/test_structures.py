"""Several structures of tiers in the editor: each tier is found and changed in its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from habitue.domain.programme.canonical import plain_document
from habitue.domain.programme.document import parse_document
from habitue.integrations.documents import load_document
from habitue.interfaces.backoffice.editor.forms.tiers import TierForm
from habitue.interfaces.backoffice.editor.places import PLACES, WHOLES
from habitue.interfaces.backoffice.editor.structures import around

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"
TIERS = PLACES["tiers"]


def roasters() -> dict[str, Any]:
    """The worked document of two structures."""
    return plain_document(load_document((EXAMPLES / "coffee-roasters.yaml").read_bytes()))


def test_the_tiers_of_all_structures_are_entries_of_their_own() -> None:
    document = roasters()
    assert set(TIERS.entries(document)) == {"silver", "gold", "regular", "insider", "friend"}
    assert TIERS.path(document, "insider") == "tiers.structures.at-the-bar.insider"
    assert TIERS.path({"tiers": {"by": {}, "gold": {}}}, "gold") == "tiers.gold"


def test_a_tier_is_changed_and_taken_out_where_it_stands() -> None:
    document = roasters()
    insider = {**TIERS.entry(document, "insider"), "multiply": "1.3"}
    changed = TIERS.put(document, "insider", insider)
    assert changed["tiers"]["structures"]["at-the-bar"]["insider"]["multiply"] == "1.3"
    changed["tiers"]["structures"]["at-the-bar"]["insider"] = TIERS.entry(document, "insider")
    assert changed == document
    less = TIERS.without(document, "friend")
    assert "friend" not in less["tiers"]["structures"]["at-the-bar"]
    assert set(less["tiers"]["structures"]["status"]) == set(
        document["tiers"]["structures"]["status"]
    )
    # The new one goes into the main structure, under a code that no structure has.
    assert TIERS.fresh_code(document, "Insider") == "insider-2"
    more = TIERS.put(document, "platinum", {"enter": "900.00", "multiply": "2"})
    programme = parse_document(more)
    assert programme.tiers is not None
    assert [tier.code for tier in programme.tiers.tiers] == ["silver", "gold", "platinum"]


def test_the_settings_are_those_of_the_main_structure_and_nothing_else_changes() -> None:
    document, ladder = roasters(), WHOLES["ladder"]
    settings = ladder.read(document)
    assert settings["grace"] == "30 days"
    assert ladder.put(document, settings) == document
    changed = ladder.put(document, {**settings, "grace": "60 days"})
    status = changed["tiers"]["structures"]["status"]
    assert (status["grace"], status["name"]) == ("60 days", settings["name"])
    assert changed["tiers"]["main"] == "status"


def test_the_form_of_a_tier_asks_for_what_leads_there_in_its_structure() -> None:
    document = roasters()
    for code, metric in (("gold", "spend"), ("insider", "visits")):
        part = TIERS.entry(document, code)
        found = around(document, part)
        assert found is not None
        assert list(found["by"]) == [metric]
        form = TierForm(document=document, part=part, revision=1, language="en")
        assert "enter" in form.fields
    assert around({}, {}) is None
