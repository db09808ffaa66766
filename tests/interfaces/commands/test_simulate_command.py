"""`habitue programme simulate`: figures for people and for machines, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from habitue.interfaces.commands.exit_codes import ExitCode
from tests.interfaces.commands.test_programme_commands import Stub, run
from tests.services.test_rewards import OFFERING, take
from tests.services.till import CORNER, Till
from tests.services.till import till as till  # noqa: PLC0414  # a fixture is re-exported by name
from tests.support.database import DatabaseForTests

DRAFT = {
    **OFFERING,
    "earn": {"base": {"on": "purchase", "give": {"points": 1, "per": "2.00"}}},
    "tiers": {"by": {"spend": "rolling 12 months"}, "gold": {"enter": "20.00"}},
}


@pytest.fixture
def shop(till: Till) -> Till:
    """A till that sold two baskets of 20.00 and handed two cakes over."""
    till.programme = "treats"
    till.publish(OFFERING)
    for card in ("CARD000A", "CARD000B"):
        till.enrol(card)
        till.ok(till.purchase(card, "20.00"))
    till.ok(take(till, "CARD000A", "cake"))
    till.ok(take(till, "CARD000A", "cake"))
    return till


@pytest.fixture
def house(shop: Till, database: DatabaseForTests) -> Stub:
    """The installation of that till."""
    return Stub(database.url, shop.clock)


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """Half the points, and a tier."""
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump(DRAFT), encoding="utf-8")
    return path


def test_people_see_what_would_be_different(house: Stub, draft: Path) -> None:
    result = run("simulate", str(draft), house=house)
    assert (result.exit_code, result.stdout) == (ExitCode.FINE, "")
    said = " ".join(result.stderr.split())
    assert "treats, until 2026-06-01: 2 members, 4 events decided." in said
    assert "Earned 40 20 −20" in said
    assert "Redeemed 20 10 −10" in said
    assert "2026-06 €40.00 40 20 20 10 0 0 20 10" in said
    assert "cake 2 1 1 not said" in said
    assert "2 members higher, 0 lower, 0 where they were." in said
    assert "points: 0 members earn more, 2 less, 0 the same." in said
    assert "Would not have been accepted: 1 of kind redemption of cake (not_enough_points)." in said


def test_machines_get_all_of_it(house: Stub, draft: Path) -> None:
    result = run("simulate", str(draft), "--json", house=house)
    assert result.exit_code == ExitCode.FINE
    found = json.loads(result.stdout)
    assert (found["since"], found["members"], found["sample"]) == (None, 2, None)
    assert found["takings"] == [{"month": "2026-06", "purchases": 2, "turnover": "40.00"}]
    assert found["live"]["points"]["points"]["earned"] == "40"
    assert found["draft"]["points"]["points"]["outstanding"] == "10"
    assert found["draft"]["tiers"] == {"gold": 2}
    assert found["tiers"]["moves"] == [{"live": "", "draft": "gold", "members": 2}]
    assert found["draft"]["without_cost"] == ["cake"]
    assert found["refused"] == [
        {"kind": "redemption", "code": "not_enough_points", "reward": "cake", "times": 1}
    ]
    [changes] = [one for one in found["changes"] if one["currency"] == "points"]
    assert [(one["live"], one["draft"]) for one in changes["lose_most"]] == [("20", "10")] * 2


def test_a_period_and_a_sample(house: Stub, draft: Path) -> None:
    options = ("--since", "2026-06-01", "--until", "2026-06-30", "--sample", "1", "--json")
    result = run("simulate", str(draft), *options, house=house)
    found = json.loads(result.stdout)
    assert found["sample"] == {"members": 2, "everybody": 2}
    assert found["since"] == "2026-06-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "options",
    [("--since", "June"), ("--until", "2026-02-30"), ("--sample", "0"), ("--sample", "all")],
    ids=" ".join,
)
def test_what_cannot_be_meant(house: Stub, draft: Path, options: tuple[str, str]) -> None:
    result = run("simulate", str(draft), *options, house=house)
    assert result.exit_code == ExitCode.USAGE
    assert options[1] in result.stderr


def test_what_cannot_be_simulated_is_bad_input(house: Stub, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump({**CORNER, "zone": "Mars"}), encoding="utf-8")
    result = run("simulate", str(path), house=house)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "unknown_zone" in result.stderr
    path.write_text(yaml.safe_dump({**CORNER, "programme": "nowhere"}), encoding="utf-8")
    assert run("simulate", str(path), house=house).exit_code == ExitCode.BAD_INPUT
    assert run("simulate", str(path), "--against", "corner", house=house).exit_code == ExitCode.FINE


def test_the_check_asks_history_only_where_it_is_told_to(house: Stub, tmp_path: Path) -> None:
    path = tmp_path / "dear.yaml"
    dear = {"cake": {"cost": {"points": 500}, "gives": {"free_product": "cake"}}}
    path.write_text(yaml.safe_dump(OFFERING | {"rewards": dear}), encoding="utf-8")
    assert "beyond_a_year" not in run("check", str(path), house=house).stderr
    result = run("check", "--history", str(path), house=house)
    assert result.exit_code == ExitCode.FINE
    assert "warning at rewards.cake.cost (500 points): beyond_a_year." in " ".join(
        result.stderr.split()
    )
    path.write_text(yaml.safe_dump(OFFERING | {"zone": "Mars"}), encoding="utf-8")
    assert run("check", "--history", str(path), house=house).exit_code == ExitCode.FOUND_WRONG
