"""The plainest browser: one connection that is kept, cookies, and nothing that a page asks for."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from habitue.interfaces.commands.benching.processes import ProcessFailedError

_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FORM: Final = "application/x-www-form-urlencoded"
_SHOWN: Final = 300


@dataclass
class Browser:
    """Asks for pages as somebody who is signed in, and tells how long each took."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def enter(self, token: str) -> None:
        """Sign in by a link; raises ``ProcessFailedError`` where it lets nobody in."""
        path = f"/enter/{token}/"
        found = _TOKEN.search(self.ask(path))
        if found is None:
            raise ProcessFailedError("the page of a link has no form")
        self.ask(path, HTTPStatus.FOUND, form={"csrfmiddlewaretoken": unescape(found.group(1))})

    def ask(
        self,
        path: str,
        expected: HTTPStatus = HTTPStatus.OK,
        *,
        form: dict[str, str] | None = None,
    ) -> str:
        """The page; raises ``ProcessFailedError`` for any other status than the expected one."""
        status, text = self._request(path, form)
        if status != expected:
            raise ProcessFailedError(f"{path} answered {status}: {text[:_SHOWN]}")
        return text

    def seconds(self, path: str) -> float:
        """How long it takes until a page is there, to its last byte."""
        began = time.perf_counter()
        self.ask(path)
        return time.perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _request(self, path: str, form: dict[str, str] | None) -> tuple[int, str]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"] = _FORM
            body = urlencode(form)
        self.connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
        return answer.status, text
