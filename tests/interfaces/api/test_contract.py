"""The API against its own description: whatever is sent, the answer is one that the document
foresees for that operation, in the form that it gives, and never a failure of the server."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from habitue.interfaces.api.app import create_app
from habitue.kit.clock import FixedClock
from tests.interfaces.api.cast import NOW, PHONES
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
DOCUMENT = create_app(database_url="", clock=FixedClock(NOW), pool_size=1, phones=PHONES).openapi()
NAMES = sorted(
    one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()
)


def _small(schema: Any) -> Any:
    """The same schema for less: what fits it fits the document too, and is made in less time."""
    if isinstance(schema, list):
        return [_small(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    limits = {"maxItems": 2, "maxProperties": 2, "maxLength": 20}
    return {
        name: min(one, limits[name]) if name in limits and isinstance(one, int) else _small(one)
        for name, one in schema.items()
    }


def _send(client: Client, case: schemathesis.Case[Any]) -> httpx.Response:
    plain = case.as_transport_kwargs(base_url="http://api")
    headers = {**plain["headers"], "authorization": f"Bearer {client.tokens['full']}"}
    # Bytes, for a header may hold what is not ASCII, and the client would refuse to send it.
    sent = {name: str(value).encode("utf-8", "replace") for name, value in headers.items()}

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport) as session:
            return await session.request(
                plain["method"],
                plain["url"],
                params=plain.get("params"),
                headers=sent,
                json=plain.get("json"),
                content=plain.get("data"),
            )

    return client.run(send())


SCHEMA: Any = schemathesis.openapi.from_dict(_small(DOCUMENT))


# The pool draws the age of a new connection by chance, now and then while a case is being made.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_foreseen(shared: Shared, name: str, mode: GenerationMode) -> None:
    operation = SCHEMA.find_operation_by_id(name)
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        return  # Nothing could be sent that does not fit.

    @settings(
        max_examples=3,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case[Any]) -> None:
        response = _send(shared.api, case)
        case.validate_response(response, checks=CHECKS)

    check()
