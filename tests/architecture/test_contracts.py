"""Who may import whom: the contracts of pyproject.toml, and what they cannot say."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.sources import PROJECT, Module, source_modules

PURE_LIBRARIES = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions"}
# Whoever uses these looks at the world: the clock, chance, files, the network, other processes.
WORLDLY = {
    "asyncio", "glob", "io", "locale", "multiprocessing", "os", "pathlib", "platform", "random",
    "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "http", "logging", "importlib", "ctypes",
}  # fmt: skip
CLOCK_READERS = {"now", "utcnow", "today", "fromtimestamp"}
WORLDLY_CALLS = {"open", "print", "input", "eval", "exec", "__import__"}


def test_the_import_contracts_hold() -> None:
    """The same that `lint-imports` does; it prints the chain of imports that breaks one.

    In a process of its own, for it silences the loggers of the process that it runs in.
    """
    program = "from importlinter.cli import lint_imports_command as run; run()"
    cache = PROJECT / "var" / "cache" / "importlinter"
    ended = subprocess.run(
        [sys.executable, "-c", program, "--config", "pyproject.toml", "--cache-dir", str(cache)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _libraries(module: Module) -> list[str]:
    return [
        f"{module.place}:{line} {name}"
        for line, name in module.imported()
        if name.split(".")[0] not in {"habitue", "__future__"} | sys.stdlib_module_names
    ]


def test_kit_uses_the_standard_library_alone() -> None:
    foreign = [found for module in source_modules("kit") for found in _libraries(module)]
    assert not foreign


def test_domain_uses_pydantic_and_nothing_else() -> None:
    foreign = [
        found
        for module in source_modules("domain")
        for found in _libraries(module)
        if found.split(" ")[1].split(".")[0] not in PURE_LIBRARIES
    ]
    assert not foreign


def test_domain_looks_at_nothing_but_its_arguments() -> None:
    """No clock, no chance, no files: the same arguments always give the same answer."""
    worldly: list[str] = []
    for module in source_modules("domain"):
        worldly += [
            f"{module.place}:{line} imports {name}"
            for line, name in module.imported()
            if name.split(".")[0] in WORLDLY
        ]
        worldly += [
            f"{module.place}:{node.lineno} calls {name}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and (name := _worldly_call(node))
        ]
    assert not worldly


def _worldly_call(node: ast.Call) -> str:
    called = node.func
    if isinstance(called, ast.Name) and called.id in WORLDLY_CALLS:
        return called.id
    if (
        isinstance(called, ast.Attribute)
        and called.attr in CLOCK_READERS
        and isinstance(called.value, ast.Name | ast.Attribute)
        and ast.unparse(called.value).split(".")[-1] in {"datetime", "date"}
        and not node.args
    ):
        return ast.unparse(called)
    return ""


@pytest.mark.parametrize("room", ["services", "selectors"])
def test_nobody_but_the_root_and_the_doors_reads_the_clock(room: str) -> None:
    """Time is passed in; otherwise a replay could not be exact."""
    readers = [
        f"{module.place}:{node.lineno} {ast.unparse(node.func)}"
        for module in source_modules(room)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) in {"time.time", "time.time_ns", "timezone.now"}
            or (_worldly_call(node) and isinstance(node.func, ast.Attribute))
        )
    ]
    assert not readers


def test_services_know_no_http() -> None:
    known = [
        f"{module.place}:{line} {name}"
        for module in source_modules("services", "selectors", "data")
        for line, name in module.imported()
        if name.startswith(("django.http", "django.shortcuts", "django.views", "http."))
    ]
    assert not known


def test_models_are_queried_in_data_selectors_and_services_only() -> None:
    """A query elsewhere once showed one store's guests to another: only selectors filter."""
    queries = [
        f"{module.place}:{node.lineno} {ast.unparse(node)}"
        for module in source_modules("interfaces", "jobs", "integrations", "analytics")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    imports = [
        f"{module.place}:{line} {name}"
        for module in source_modules("interfaces", "jobs", "integrations", "analytics")
        for line, name in module.imported()
        if name.startswith(("django.db.models", "django.apps"))
    ]
    assert not queries + imports


def test_no_import_hides_in_a_function_of_the_programme() -> None:
    """An import inside a function is how a cycle is excused; break the cycle instead."""
    hidden = [
        f"{module.place}:{inner.lineno}"
        for module in source_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not hidden
