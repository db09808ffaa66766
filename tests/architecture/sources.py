"""The project's own text, read once: what the architecture tests look at."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "habitue"


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @property
    def place(self) -> str:
        """The path as it is shown in failures."""
        return str(self.path.relative_to(PROJECT))

    @property
    def room(self) -> str:
        """The room under src/habitue, with the app for `data`; empty for a test."""
        if not self.path.is_relative_to(SOURCE):
            return ""
        return self.path.relative_to(SOURCE).parts[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        """The file's text."""
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text, filename=str(self.path))

    def imported(self) -> list[tuple[int, str]]:
        """Return line and name of every module that is imported, anywhere in the file."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, name.name) for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names]
        return found


@lru_cache
def files() -> tuple[Path, ...]:
    """Return every file of the project that is, or would be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=False,
        capture_output=True,
        cwd=PROJECT,
    )
    if listed.returncode == 0:
        names = [PROJECT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        # Without git, as in an unpacked archive, the folders that git would ignore are left out.
        ignored = {".venv", ".git", "var", "build", "dist", "__pycache__"}
        names = [
            path
            for path in PROJECT.rglob("*")
            if not ignored.intersection(path.relative_to(PROJECT).parts)
        ]
    return tuple(sorted(path for path in names if path.is_file()))


@lru_cache
def modules() -> tuple[Module, ...]:
    """Return every Python file under src and tests."""
    return tuple(
        Module(path)
        for path in files()
        if path.suffix == ".py" and path.relative_to(PROJECT).parts[0] in ("src", "tests")
    )


def source_modules(*rooms: str) -> tuple[Module, ...]:
    """Return the Python files of some rooms; of all rooms where none is named."""
    found = (module for module in modules() if module.path.is_relative_to(SOURCE))
    return tuple(module for module in found if not rooms or module.room in rooms)
