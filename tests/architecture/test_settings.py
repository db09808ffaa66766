"""Every setting is declared once, documented, and refuses what it cannot use."""

import inspect
import re

import pytest

from habitue.config import environment
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.serve import serve
from tests.architecture.sources import PROJECT, source_modules

MANUAL = PROJECT / "docs" / "operator"


@pytest.mark.parametrize("setting", environment.SETTINGS, ids=lambda found: found.name)
def test_every_setting_is_documented(setting: environment.Setting[object]) -> None:
    rows = [
        line
        for line in (MANUAL / "settings.md").read_text().splitlines()
        if line.startswith(f"| `{setting.name}` |")
    ]
    assert len(rows) == 1, f"docs/operator/settings.md has no single row for {setting.name}"
    assert setting.meaning in rows[0]
    assert f"| `{setting.default or ' '}` |" in rows[0]


@pytest.mark.parametrize("name", environment.SCRIPT_SETTINGS)
def test_every_setting_of_the_scripts_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (MANUAL / "settings.md").read_text()


def test_the_registry_is_complete() -> None:
    declared = {
        value.name for value in vars(environment).values()
        if isinstance(value, environment.Setting)
    }  # fmt: skip
    assert declared == {setting.name for setting in environment.SETTINGS}


@pytest.mark.parametrize("setting", environment.SETTINGS, ids=lambda found: found.name)
def test_every_default_can_be_used(setting: environment.Setting[object]) -> None:
    setting.value({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://here/there"),
        ("HABITUE_SECRET_KEY", "short"),
        ("HABITUE_PORT", "0"),
        ("HABITUE_PORT", "many"),
        ("HABITUE_WORKERS", "-1"),
        ("HABITUE_TRUSTED_ORIGINS", "shop.example"),
        ("HABITUE_TRUSTED_ORIGINS", "https://shop.example/path"),
        ("HABITUE_DEBUG", "perhaps"),
        ("HABITUE_LOG_LEVEL", "loud"),
        ("HABITUE_LOCK_TIMEOUT_MS", "1"),
        ("HABITUE_NO_SUCH_THING", "1"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    problems = environment.check_all({name: value})
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["DATABASE_URL", "HABITUE_SECRET_KEY"])
def test_a_refusal_does_not_repeat_a_secret(name: str) -> None:
    assert "hunter2" not in "".join(environment.check_all({name: "hunter2"}))


@pytest.mark.parametrize("setting", [environment.HOST, environment.PORT, environment.WORKERS])
def test_the_command_line_has_the_same_defaults(setting: environment.Setting[object]) -> None:
    option = setting.name.removeprefix("HABITUE_").lower()
    assert inspect.signature(serve).parameters[option].default == setting.value({})


def test_the_environment_is_read_in_one_place() -> None:
    """A variable read elsewhere would be neither documented nor checked."""
    allowed = {"src/habitue/config/environment.py", "src/habitue/config/composition.py"}
    readers = [
        module.place
        for module in source_modules()
        if module.place not in allowed and re.search(r"os\.(environ|getenv)", module.text)
    ]
    assert not readers


@pytest.mark.parametrize("code", ExitCode, ids=lambda code: code.name)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    assert f"| {code.value} |" in (MANUAL / "exit-codes.md").read_text()
