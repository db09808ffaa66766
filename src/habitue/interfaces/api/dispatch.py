"""From a request to its operation and back: who asks, may they, how often, with what.

The order of the checks is part of the contract: address, method, key, rate, permission, form of
the body, and then what the operation itself asks.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.http import (
    Answer,
    Call,
    GoneError,
    Receive,
    Scope,
    Send,
    answer_problem,
    language_of,
    read_body,
    send_answer,
)
from habitue.interfaces.api.keyring import Keyring
from habitue.interfaces.api.limits import Limiter
from habitue.interfaces.api.operations import Operation
from habitue.interfaces.api.problems import (
    Fault,
    FaultError,
    Refusals,
    expanded,
    problem,
    problem_of_fault,
    problem_of_several,
)
from habitue.interfaces.texts.catalogue import Language

_CHALLENGE: Final = (b"www-authenticate", b'Bearer realm="habitue"')

_log = logging.getLogger(__name__)


class Guard:
    """Lets requests through to their operations."""

    def __init__(self, *, keyring: Keyring, limiter: Limiter) -> None:
        self._keyring = keyring
        self._limiter = limiter

    async def serve(
        self,
        operation: Operation,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        parameters: dict[str, str],
    ) -> None:
        """Answer one request to an operation."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        call = Call(
            None, headers, parameters, scope["query_string"], scope["method"], scope["path"]
        )
        try:
            answer = await self._answer(operation, call, receive)
        except GoneError:
            return
        except Exception as error:  # noqa: BLE001  # the edge: what nobody expected is logged there
            answer = answer_of_error(error, language=call.language)
        await send_answer(send, answer, extra=call.extra, body_too=scope["method"] != "HEAD")

    async def _answer(self, operation: Operation, call: Call, receive: Receive) -> Answer:
        headers = call.headers
        if operation.permission is not None:
            call.key = key = await self._keyring.authenticate(headers.get(b"authorization"))
            allowance = self._limiter.take(key.key_id, limit=key.requests_per_minute)
            if allowance is not None:
                call.extra = allowance.headers()
                if not allowance.allowed:
                    raise Refusal(Code.RATE_LIMITED, seconds=allowance.retry_after)
            key.require(operation.permission)
        if operation.request is not None:
            if call.query_string:
                call.query()  # No operation with a body takes parameters: refuses any.
            call.body = await read_body(receive, headers, limit=operation.body_limit)
        if operation.repeatable and b"idempotency-key" in headers:
            call.idempotency_key = headers[b"idempotency-key"].decode("latin-1")
        return await operation.handler(call)


class Address:
    """An address and the operations that it takes, by method; an ASGI application."""

    def __init__(self, guard: Guard, operations: Sequence[Operation]) -> None:
        self._guard = guard
        self._operations = {operation.method: operation for operation in operations}
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        operation = self._operations.get(scope["method"])
        if operation is None:
            allowed = ", ".join(sorted(self._operations))
            error = FaultError(
                Fault.METHOD_NOT_ALLOWED,
                headers=((b"allow", allowed.encode()),),
                method=scope["method"][:32],
                allowed=allowed,
            )
            await _send_fault(error, scope, send)
            return
        parameters = scope.get("path_params", {})
        await self._guard.serve(operation, scope, receive, send, parameters=parameters)


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request to an address that does not exist."""
    del receive
    await _send_fault(FaultError(Fault.NOT_FOUND, address=scope["path"][:200]), scope, send)


async def _send_fault(error: FaultError, scope: Scope, send: Send) -> None:
    language = language_of(dict(scope["headers"]))
    answer = answer_of_error(error, language=language)
    await send_answer(send, answer, extra=[], body_too=scope["method"] != "HEAD")


def answer_of_error(error: Exception, *, language: Language) -> Answer:
    """The answer to what was raised; only what nobody expected is logged as an error."""
    if isinstance(error, Refusal):
        error = expanded(error)
    if isinstance(error, Refusals):
        return answer_problem(problem_of_several(error, language=language))
    if isinstance(error, Refusal):
        return answer_problem(problem(error, language=language), headers=_headers_of(error))
    if isinstance(error, FaultError):
        return answer_problem(problem_of_fault(error, language=language), headers=error.headers)
    _log.error("a request failed", exc_info=error)
    return answer_problem(problem_of_fault(FaultError(Fault.INTERNAL_ERROR), language=language))


def _headers_of(refusal: Refusal) -> tuple[tuple[bytes, bytes], ...]:
    if refusal.code is Code.NOT_AUTHENTICATED:
        return (_CHALLENGE,)
    if refusal.code is Code.BUSY:
        return ((b"retry-after", str(refusal.parameters.get("seconds", 1)).encode()),)
    return ()
