"""What the API tells about itself: its health, its description, its documentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from habitue import __version__
from habitue.domain.errors import Code
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.documentation import (
    CONTENT_SECURITY_POLICY,
    render_documentation,
    style_sheet,
)
from habitue.interfaces.api.forms import Health
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.operations import ROOT, Operation

TAG: Final = "About"
_MAY_KEEP: Final = (b"cache-control", b"public, max-age=300")


class About:
    """The operations that are open to all."""

    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._document: Callable[[], dict[str, Any]] = dict
        self._pages: dict[str, bytes] = {}

    def describe(self, document: Callable[[], dict[str, Any]]) -> None:
        """Learn where the OpenAPI document is to be had, which describes these operations too."""
        self._document = document

    async def health(self, call: Call) -> Answer:
        """Answer whether the database can be reached."""
        del call
        await self._database.run(_ask)
        return answer_json(200, {"status": "ok", "version": __version__})

    async def openapi(self, call: Call) -> Answer:
        """Send the OpenAPI document."""
        del call
        return Answer(200, orjson.dumps(self._document()))

    async def documentation(self, call: Call) -> Answer:
        """Send the documentation page."""
        language = call.language
        if language not in self._pages:
            page = render_documentation(self._document(), language=language)
            self._pages[language] = page.encode()
        headers = (
            (b"content-security-policy", CONTENT_SECURITY_POLICY),
            (b"content-language", language.encode()),
            (b"vary", b"Accept-Language"),
            (b"referrer-policy", b"same-origin"),
        )
        return Answer(200, self._pages[language], b"text/html; charset=utf-8", headers)

    async def style(self, call: Call) -> Answer:
        """Send the style sheet of the documentation page."""
        del call
        return Answer(200, style_sheet(), b"text/css; charset=utf-8")


def _ask(connection: Connection) -> None:
    connection.execute("SELECT 1")


def operations(about: About) -> list[Operation]:
    """The table of these operations."""
    return [
        Operation(
            name="health",
            method="GET",
            path=f"{ROOT}/health",
            tag=TAG,
            summary="Ask whether the server can record",
            description="Answers 200 while the database can be reached.",
            permission=None,
            handler=about.health,
            answers={200: ("It can.", Health)},
            codes=(Code.BUSY,),
        ),
        Operation(
            name="openapi",
            method="GET",
            path=f"{ROOT}/openapi.json",
            tag=TAG,
            summary="Read this description",
            description="The OpenAPI 3.1 document.",
            permission=None,
            handler=about.openapi,
            answers={200: ("The document.", None)},
        ),
        Operation(
            name="documentation",
            method="GET",
            path=f"{ROOT}/docs",
            tag=TAG,
            summary="Read this description as a page",
            description="The same for people; headings in the language of Accept-Language.",
            permission=None,
            handler=about.documentation,
            answers={200: ("The page.", None)},
            media_type="text/html",
        ),
        Operation(
            name="documentation_style",
            method="GET",
            path=f"{ROOT}/docs/style.css",
            tag=TAG,
            summary="Read the style sheet of the page",
            description="The style sheet of the documentation page.",
            permission=None,
            handler=about.style,
            answers={200: ("The style sheet.", None)},
            media_type="text/css",
        ),
    ]
