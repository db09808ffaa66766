"""Every public name of the lower rooms says what it is."""

import ast

import pytest

from tests.architecture.sources import Module, source_modules

ROOMS = ["kit", "domain", "data", "selectors", "services", "integrations", "analytics"]


def _undocumented(module: Module) -> list[str]:
    missing = [] if ast.get_docstring(module.tree) else [module.place]
    nodes: list[tuple[str, ast.stmt]] = [("", node) for node in module.tree.body]
    while nodes:
        owner, node = nodes.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        name = f"{owner}{node.name}"
        if node.name.startswith("_") or node.name == "Meta":
            continue
        if ast.get_docstring(node) is None and not _overloads_or_overrides(node):
            missing.append(f"{module.place}:{node.lineno} {name}")
        if isinstance(node, ast.ClassDef):
            nodes += [(f"{name}.", inner) for inner in node.body]
    return missing


def _overloads_or_overrides(node: ast.stmt) -> bool:
    """Tell whether the name is documented where it was first declared."""
    decorators = getattr(node, "decorator_list", [])
    return any(
        ast.unparse(found).split(".")[-1] in {"overload", "override", "setter"}
        for found in decorators
    )


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_documented(room: str) -> None:
    missing = [
        found
        for module in source_modules(room)
        if "/migrations/" not in module.place
        for found in _undocumented(module)
    ]
    assert not missing
