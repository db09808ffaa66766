"""The matrix: every operation with a key that has exactly its scope, and with one that has all
others."""

import pytest

from habitue.interfaces.api.app import Api
from habitue.interfaces.api.operations import Operation
from habitue.kit.instants import DAY
from habitue.selectors.keys import Permission
from habitue.services.keys import create_key
from tests.interfaces.api.cast import ALL, NOW
from tests.interfaces.api.client import ROOT
from tests.interfaces.api.conftest import Shared, Stage


@pytest.fixture(scope="module", autouse=True)
def _keys(stage: Stage) -> None:
    """For each scope a key with it alone, and one with everything else."""
    shared = stage.ready()
    with shared.database.connect() as connection:
        for scope in Permission:
            for name, scopes in (
                (f"only {scope}", [scope.value]),
                (f"all but {scope}", [one for one in ALL if one != scope]),
            ):
                _, token = create_key(connection, name=name, scopes=scopes, now=NOW - DAY)
                shared.api.tokens[name] = token


def _operations(shared: Shared) -> list[Operation]:
    assert isinstance(shared.api.app, Api)
    return list(shared.api.app.operations)


def _path(operation: Operation, shared: Shared) -> str:
    names = {"member_id": shared.world.ana, "identifier_id": "0" * 32, "code": "corner"}
    return operation.path.removeprefix(ROOT).format(**names, number="1")


def test_without_its_scope_nothing_is_done(shared: Shared) -> None:
    before = shared.counts()
    for operation in _operations(shared):
        if operation.permission is None:
            continue
        body = operation.example if operation.request is not None else None
        path = _path(operation, shared)
        key = f"all but {operation.permission}"
        answer = shared.api.call(operation.method, path, body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), path
        assert answer.json()["parameters"] == {"scope": operation.permission.value}
        nobody = shared.api.call(operation.method, path, body, key=None)
        assert nobody.status_code == 401
    assert shared.counts() == before


def test_with_its_scope_alone_it_is_let_in(shared: Shared) -> None:
    for operation in _operations(shared):
        key = None if operation.permission is None else f"only {operation.permission}"
        body: dict[str, object] | None = {} if operation.request is not None else None
        answer = shared.api.call(operation.method, _path(operation, shared), body, key=key)
        assert answer.status_code not in (401, 403, 404, 405, 500), operation.name


def test_every_scope_is_needed_by_something_and_reading_never_writes(shared: Shared) -> None:
    operations = _operations(shared)
    assert {one.permission for one in operations if one.permission} == set(Permission)
    for operation in operations:
        if operation.permission and operation.permission.value.endswith(":read"):
            assert operation.method == "GET" or operation.name == "evaluate"
            assert not operation.repeatable


def test_a_reader_reads_and_writes_nothing(shared: Shared) -> None:
    before = shared.counts()
    for operation in _operations(shared):
        if operation.permission is None:
            continue
        body: dict[str, object] | None = {} if operation.request is not None else None
        answer = shared.api.call(operation.method, _path(operation, shared), body, key="reader")
        writes = operation.permission.value.endswith(":write")
        assert (answer.status_code == 403) == writes, operation.name
    assert shared.counts() == before
