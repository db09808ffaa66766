"""The texts of the pages: found in templates and modules, and kept in catalogues for translators.

`script/texts` brings the catalogues up to date: new texts come in untranslated, texts that are no
longer used go.  `tests/architecture/test_texts.py` fails on what is missing or unmarked.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.template import Engine, engines
from django.template.base import Lexer, Node, Template, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "habitue"
LOCALES = SOURCE / "interfaces" / "locale"
LANGUAGES = ("fr", "de", "ro")

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Text(NamedTuple):
    """A text that is to be translated, and where it stands."""

    singular: str
    plural: str
    context: str
    place: str
    comments: tuple[str, ...] = ()


def templates() -> list[Path]:
    """Every template of ours."""
    return sorted(
        path
        for path in (SOURCE / "interfaces").glob("*/templates/**/*")
        if path.suffix in {".html", ".txt"} and "api" not in path.parts
    )


def modules() -> list[Path]:
    """Every module that may hold texts of pages."""
    return sorted((SOURCE / "interfaces").glob("**/*.py"))


def texts() -> Iterator[Text]:
    """Every marked text."""
    for path in templates():
        yield from template_texts(path)
    for path in modules():
        yield from module_texts(path)


def module_texts(path: Path) -> Iterator[Text]:
    """The marked texts of a module."""
    place = str(path.relative_to(PROJECT))
    with path.open("rb") as file:
        for _, message, comments, context in extract(
            "python", file, KEYWORDS, comment_tags=("Translators:",)
        ):
            parts = (message,) if isinstance(message, str) else tuple(message)
            plural = parts[1] if len(parts) > 1 else ""
            yield Text(parts[0], plural, context or "", place, tuple(comments))


def engine() -> Engine:
    """Django's own engine, with our tags."""
    found: Engine = vars(engines["django"])["engine"]
    return found


def template_texts(path: Path) -> Iterator[Text]:
    """The marked texts of a template."""
    place = str(path.relative_to(PROJECT))
    template = Template(path.read_text(encoding="utf-8"), engine=engine())
    nodes: Iterable[Node] = template.nodelist.get_nodes_by_type(TranslateNode)
    for node in nodes:
        assert isinstance(node, TranslateNode)
        text = node.filter_expression.var.literal
        assert isinstance(text, str), f"{place}: translate takes a text, not a variable"
        yield Text(text.replace("%", "%%"), "", _context(node), place)
    for block in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        assert isinstance(block, BlockTranslateNode)
        singular, _ = block.render_token_list(block.singular)
        plural = block.render_token_list(block.plural)[0] if block.plural else ""
        yield Text(singular, plural, _context(block), place)


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    if not node.message_context:
        return ""
    context = node.message_context.var
    return str(getattr(context, "literal", None) or context)


def template() -> Catalog:
    """A catalogue of every text, untranslated."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for text in texts():
        message = (text.singular, text.plural) if text.plural else text.singular
        catalogue.add(
            message,
            locations=[(text.place, None)],  # type: ignore[list-item]  # without line numbers
            context=text.context or None,
            auto_comments=list(text.comments),
        )
    return catalogue


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> tuple[int, int]:
    """Bring a catalogue up to date; answers how many texts it has, and how many lack words."""
    catalogue = read(language)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# Words of the pages. See CONTRIBUTING.md for how to translate."
    catalogue.fuzzy = False
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(
        written, catalogue, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    lines = written.getvalue().decode().splitlines()
    # Dates and tools in the header would change with every run and say nothing.
    kept = [line for line in lines if not re.match(r'"(POT-|PO-Rev|Generated|Report|Last-T)', line)]
    path.write_text("\n".join(kept).strip() + "\n", encoding="utf-8")
    lacking = [message for message in catalogue if message.id and not is_complete(message.string)]
    return len(catalogue), len(lacking)


def is_complete(words: str | Sequence[str] | None) -> bool:
    """Whether every form has words."""
    return words is not None and bool(words) and (isinstance(words, str) or all(words))


# What is called the same in every language.
NAMES = re.compile(r"&\w+;|\b(Habitué|CSV|XLSX|YAML|PIN|F2|F4|Esc)\b")


class _Visible(HTMLParser):
    """What a reader sees or hears of a template: texts, and attributes that hold texts."""

    ATTRIBUTES = frozenset({"alt", "title", "placeholder", "aria-label", "aria-description"})
    SILENT = frozenset({"script", "style", "code", "pre", "svg"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes; what is inside some elements is not prose."""
        self._silent += tag in self.SILENT
        self.found += [value for name, value in attrs if name in self.ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        """Come out of what is not prose."""
        self._silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not self._silent:
            self.found.append(data)


def unmarked(path: Path) -> list[str]:
    """The words of a template that no translator would see."""
    source = path.read_text(encoding="utf-8")
    # The name of a door is a class of its pages, not a word.
    source = re.sub(r"{% block door %}\w+{% endblock %}", " ", source)
    for name in ("comment", "blocktranslate", "blocktrans", "setvar"):
        source = re.sub(rf"{{%\s*{name}\b.*?{{%\s*end{name}\s*%}}", " ", source, flags=re.DOTALL)
    plain = "".join(
        token.contents if token.token_type is TokenType.TEXT else " "
        for token in Lexer(source).tokenize()
    )
    if path.suffix == ".txt":
        visible = [plain]
    else:
        reader = _Visible()
        reader.feed(plain)
        visible = reader.found
    words = [NAMES.sub(" ", text).strip() for text in visible]
    return [text for text in words if re.search(r"[^\W\d_]{2,}", text)]


SHOWN_ARGUMENTS = frozenset({"label", "help_text", "empty_label", "heading", "title", "summary"})


def unmarked_arguments(path: Path) -> list[str]:
    """Literal texts that a module hands to what shows them, without a mark."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        shown = [word.value for word in node.keywords if word.arg in SHOWN_ARGUMENTS]
        if ast.unparse(node.func).startswith("messages."):
            shown += node.args[1:2]
        found += [
            f"{path.relative_to(PROJECT)}:{node.lineno} {value.value!r}"
            for value in shown
            if isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and re.search(r"[^\W\d_]{2,}", value.value)
        ]
    return found


def main() -> int:
    """`script/texts`: bring all catalogues up to date and say what they lack."""
    from habitue.config.composition import House

    House().set_up_django()
    for language in LANGUAGES:
        count, lacking = update(language)
        sys.stdout.write(f"{language}: {count} texts, {lacking} without words\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
