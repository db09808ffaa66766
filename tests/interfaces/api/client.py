"""A client for the tests: the application's own life, in this process, without a network."""

import asyncio
import json
import re
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator

from habitue.interfaces.api.app import Api

T = TypeVar("T")
ROOT = "/api/v1"


class Contract:
    """Holds every answer against the OpenAPI document: its status, its kind, its form."""

    def __init__(self) -> None:
        self.known = False
        self._validators: dict[str, Draft202012Validator] = {}

    def learn(self, document: dict[str, Any]) -> None:
        """Take over what the document says."""
        self.known = True
        self._components = document["components"]
        self._operations = {
            (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")): one
            for path, methods in document["paths"].items()
            for method, one in sorted(methods.items())
        }

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        """Fail where the answer is not one that the document foresees."""
        found = self._operation(method, path)
        if found is None or method == "HEAD":
            return
        responses = found["responses"]
        status = str(answer.status_code)
        assert status in responses, f"{method} {path} does not foresee {status}: {answer.text}"
        kind = answer.headers["content-type"].partition(";")[0]
        content = responses[status]["content"]
        assert kind in content, f"{method} {path} {status} does not foresee {kind}"
        if not kind.endswith("json"):
            return
        errors = list(self._validator(content[kind]["schema"]).iter_errors(answer.json()))
        assert not errors, f"{method} {path} {status}: {[error.message for error in errors]}"
        if status >= "400":
            codes = re.findall(r"`(\w+)`", responses[status]["description"])
            code = answer.json()["code"]
            assert code in codes, f"{method} {path} does not foresee {code}: {answer.text}"

    def _operation(self, method: str, path: str) -> Any:
        fitting = [
            (pattern.pattern.count("[^/]"), one)
            for (known, pattern), one in self._operations.items()
            if known == method and pattern.match(path)
        ]
        return min(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        name = json.dumps(schema)
        if name not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[name] = Draft202012Validator(whole)
        return self._validators[name]


@lru_cache(maxsize=4)
def _contract(_names: tuple[str, ...]) -> Contract:
    """One for all applications with the same operations: validators are costly to make."""
    return Contract()


@dataclass
class Client:
    """Calls the API as one of the cast; ``tokens`` holds the text of each key by name."""

    app: FastAPI
    tokens: dict[str, str]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        assert isinstance(self.app, Api), "only our own application has a table of operations"
        self.contract = _contract(tuple(one.name for one in self.app.operations))
        if not self.contract.known:
            self.contract.learn(self.app.openapi())

    def start(self) -> None:
        """Begin the application's life in a thread of its own."""
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self._life: AbstractAsyncContextManager[Any] = self.app.router.lifespan_context(self.app)
        self.run(self._life.__aenter__())

    def stop(self) -> None:
        """End it, as a server that is told to stop would."""
        self.run(self._life.__aexit__(None, None, None))
        # Whoever was answered at the very end gets to hear it.
        self.run(asyncio.sleep(0.01))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the application's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def call(self, method: str, path: str, json_body: Any = None, **options: Any) -> httpx.Response:
        """Send one request.

        ``key`` names one of the cast (``full`` unless told; ``None`` sends none), ``headers`` are
        added, ``body`` is sent as it is.
        """
        return self.run(self._send(method, path, json_body, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, json_body: Any = None, **options: Any) -> httpx.Response:
        """Send a POST."""
        return self.call("POST", path, json_body, **options)

    def post_all(self, path: str, bodies: Sequence[Any], **options: Any) -> list[httpx.Response]:
        """Send many at the same time."""

        return self.run(self.send_all(path, bodies, **options))

    async def send_all(
        self, path: str, bodies: Sequence[Any], **options: Any
    ) -> list[httpx.Response]:
        """The same, for those who want to wait themselves."""
        return await asyncio.gather(*(self._send("POST", path, body, **options) for body in bodies))

    async def _send(
        self,
        method: str,
        path: str,
        json_body: Any = None,
        *,
        key: str | None = "full",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("authorization", f"Bearer {self.tokens[key]}")
        if json_body is not None:
            body = json.dumps(json_body).encode()
        if body is not None:
            sent.setdefault("content-type", "application/json")
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            answer = await client.request(method, ROOT + path, content=body, headers=sent)
        self.contract.check(method, ROOT + path.partition("?")[0], answer)
        return answer
