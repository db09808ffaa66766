"""Sizes are a ratchet: they may be made smaller here, never larger."""

import ast

from tests.architecture.sources import files, modules

FILE_LINES = 500
FUNCTION_LINES = 70
TEMPLATE_LINES = 200


def test_no_file_is_longer_than_it_may_be() -> None:
    """A file near the limit lacks a concept; find it and give it a file of its own."""
    long = {
        module.place: lines
        for module in modules()
        if (lines := module.text.count("\n")) > FILE_LINES and "/migrations/" not in module.place
    }
    assert not long


def test_no_function_is_longer_than_it_may_be() -> None:
    long = {
        f"{module.place}:{node.lineno} {node.name}": lines
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def test_no_template_is_longer_than_it_may_be() -> None:
    long = {
        path.name: lines
        for path in files()
        if "templates" in path.parts and (lines := path.read_text().count("\n")) > TEMPLATE_LINES
    }
    assert not long
