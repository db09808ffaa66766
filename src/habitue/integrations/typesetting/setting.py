"""Sets a rule sheet or a poster as PDF.

The same data give the same bytes: nothing is read but the forms in this folder and the fonts within
the library, and the document bears no date but the one in its data.  Texts arrive as data and are
never read as markup, so that nothing in a programme's document can change the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, TypeAlias

from habitue.domain.errors import Code, Refusal

Form: TypeAlias = Literal["sheet", "poster"]

EXTRA: Final = "print"
_HERE: Final = Path(__file__).parent
# One compiler serves the process, and it serves one page at a time.
_turn = Lock()


@cache
def _compiler() -> Any:
    try:
        # 40 MB of fonts and machine code, for whoever prints alone.
        typst = import_module("typst")
    except ModuleNotFoundError:
        raise Refusal(Code.NOT_INSTALLED, part=EXTRA) from None
    return typst.Compiler(root=_HERE, ignore_system_fonts=True)


def typeset(form: Form, data: Mapping[str, Any]) -> bytes:
    """The PDF of a form filled with ``data`` (texts, numbers, lists and mappings of them), tagged
    for readers who listen (PDF/UA-1).  It takes a few tenths of a second.

    Refuses (``NOT_INSTALLED``) where the extra ``print`` is not installed.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    with _turn:
        made = _compiler().compile(
            _HERE / f"{form}.typ", format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"]
        )
    assert isinstance(made, bytes), "a PDF is one file"
    return made
