"""Health, the OpenAPI document, the documentation page, and addresses that do not exist."""

import re
from typing import Any

import psycopg
import pytest

from habitue.domain.errors import Code
from habitue.interfaces.api.app import Api
from habitue.interfaces.api.problems import Fault
from tests.interfaces.api.conftest import Shared


def test_health(shared: Shared) -> None:
    answer = shared.api.get("/health", key=None)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_health_without_a_database(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise psycopg.OperationalError("the server is gone")

    monkeypatch.setattr("habitue.interfaces.api.about._ask", fail)
    answer = shared.api.get("/health", key=None)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "1"


def test_a_failure_of_our_own_says_nothing_of_the_inside(
    shared: Shared, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("habitue.interfaces.api.about._ask", fail)
    answer = shared.api.get("/health", key=None)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


class TestDocument:
    """The OpenAPI document."""

    def document(self, shared: Shared) -> dict[str, Any]:
        """The document as it is sent."""
        found: dict[str, Any] = shared.api.get("/openapi.json", key=None).json()
        return found

    def test_it_describes_every_operation(self, shared: Shared) -> None:
        document = self.document(shared)
        assert document["openapi"].startswith("3.1")
        assert isinstance(shared.api.app, Api)
        described = {
            (method.upper(), path)
            for path, methods in document["paths"].items()
            for method in methods
        }
        assert described == {(one.method, one.path) for one in shared.api.app.operations}

    def test_every_reference_leads_somewhere(self, shared: Shared) -> None:
        document = self.document(shared)
        names = re.findall(r'"#/components/schemas/([^"]+)"', shared.api.get("/openapi.json").text)
        assert set(names) <= set(document["components"]["schemas"])

    def test_every_write_has_an_example_and_a_key_for_repetition(self, shared: Shared) -> None:
        for methods in self.document(shared)["paths"].values():
            for method, one in methods.items():
                if "requestBody" in one:
                    assert one["requestBody"]["content"]["application/json"]["example"]
                names = {parameter["name"] for parameter in one["parameters"]}
                if method in ("post", "patch") and one["operationId"] != "evaluate":
                    assert "Idempotency-Key" in names
                assert one["responses"]["500"]
                if one["security"]:
                    assert {"401", "403", "429", "503"} <= set(one["responses"])

    def test_problems_have_a_closed_list_of_codes(self, shared: Shared) -> None:
        problem = self.document(shared)["components"]["schemas"]["Problem"]
        assert set(problem["properties"]["code"]["enum"]) == set(Code) | set(Fault)


class TestPage:
    """The documentation page."""

    @pytest.mark.parametrize(
        ("language", "heading"),
        [("en", "Contents"), ("fr", "Sommaire"), ("de", "Inhalt"), ("ro", "Cuprins")],
    )
    def test_it_is_complete_and_brings_nothing_from_elsewhere(
        self, shared: Shared, language: str, heading: str
    ) -> None:
        answer = shared.api.get("/docs", key=None, headers={"accept-language": language})
        assert answer.status_code == 200
        page = answer.text
        assert f'<html lang="{language}">' in page
        assert heading in page
        assert "<script" not in page
        assert "style=" not in page
        assert not re.search(r'(?:src|href)="(?!/api/v1/|#)', page)
        assert len(answer.content) < 100_000
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert isinstance(shared.api.app, Api)
        for operation in shared.api.app.operations:
            assert f'id="{operation.name}"' in page
        for code in (*Code, *Fault):
            assert f'id="{code.value}"' in page
        anchors = set(re.findall(r'href="#([^"]+)"', page))
        assert anchors <= set(re.findall(r'id="([^"]+)"', page))

    def test_its_style_sheet_is_ours(self, shared: Shared) -> None:
        answer = shared.api.get("/docs/style.css", key=None)
        assert answer.headers["content-type"].startswith("text/css")
        assert "url(" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/", "", "/members/x/y/z", "/purchases/"])
def test_an_unknown_address_is_a_problem(shared: Shared, path: str) -> None:
    answer = shared.api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/purchases", "POST"),
        ("DELETE", "/members", "GET, HEAD, POST"),
        ("PUT", "/members/abc", "GET, HEAD, PATCH"),
        ("OPTIONS", "/health", "GET, HEAD"),
        ("BREW", "/evaluate", "POST"),
    ],
)
def test_another_method_is_told_which_there_are(
    shared: Shared, method: str, path: str, allowed: str
) -> None:
    answer = shared.api.call(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_only_the_head_where_only_the_head_is_asked_for(shared: Shared) -> None:
    answer = shared.api.call("HEAD", "/health", key=None)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0
