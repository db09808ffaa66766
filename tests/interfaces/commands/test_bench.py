"""`habitue bench`: the parts that measure, and a small run from end to end."""

from collections.abc import Iterator

import pytest

from habitue.config.embedded import binary
from habitue.integrations.phones import Phones
from habitue.interfaces.commands.bench import BENCHES
from habitue.interfaces.commands.benching.browsing import Browser
from habitue.interfaces.commands.benching.load_generator import complete, recorded, render
from habitue.interfaces.commands.benching.processes import ProcessFailedError, run
from habitue.interfaces.commands.benching.profiling import functions_of, named
from habitue.interfaces.commands.benching.report import Result, percentile, shown
from habitue.interfaces.commands.benching.server import BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.interfaces.commands.benching.web import HOST, serving_process
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.kit.clock import SystemClock
from habitue.kit.instants import MINUTE, SECOND
from tests.support.command_line import habitue
from tests.support.database import DurableServer, started_server

ANSWER = (
    b'HTTP/1.1 201 Created\r\ncontent-length: 42\r\n\r\n{"recorded_at":"2026-03-14T15:09:26+01:00"}'
)
NOW = 1_760_000_000 * SECOND


def test_an_answer_is_complete_with_its_last_byte() -> None:
    whole = ANSWER.replace(b"42", str(len(ANSWER.partition(b"\r\n\r\n")[2])).encode())
    assert complete(whole)
    assert not any(complete(whole[:length]) for length in range(len(whole)))
    with pytest.raises(ConnectionError):
        complete(b"HTTP/1.1 200 OK\r\n\r\n")


def test_only_a_new_record_counts() -> None:
    assert recorded(ANSWER)
    assert not recorded(ANSWER.replace(b"201 Created", b"429 Too Many Requests"))
    assert not recorded(ANSWER.replace(b"recorded_at", b"evaluated_at"))
    assert not recorded(ANSWER.replace(b"content-", b"Idempotent-Replayed: true\r\ncontent-"))


def test_requests_are_rendered_with_their_length() -> None:
    order = {
        "cards": ["1", "2"], "count": 3, "seed": 1, "source": "s", "begin": NOW,
        "end": NOW + MINUTE, "host": "127.0.0.1", "port": 1, "key": "k", "programme": "p",
    }  # fmt: skip
    for request in render(order):
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /api/v1/purchases HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")
        assert head.endswith(f"Content-Length: {len(body)}".encode())


def test_a_budget_is_met_or_missed() -> None:
    result = Result("name", "what", {})
    result.add("fast", 0.6, "×", at_least=0.5)
    result.add("slow", 1.3, "×", at_most=1.2)
    result.add("free", 12_345.6, "/s")
    figures = result.as_json()["figures"]
    assert [figures[name].get("met") for name in ("fast", "slow", "free")] == [True, False, None]
    assert figures["slow"]["budget"] == "≤ 1.2"
    assert [shown(value) for value in (12_345.6, 1.234, 0.1234)] == ["12,346", "1.23", "0.123"]


def test_percentiles_of_few_values_are_among_them() -> None:
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([float(value) for value in range(100)], 0.99) == 99.0
    assert percentile([float(value) for value in range(100)], 0.5) == 50.0


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("\nINSERT INTO entry (a) SELECT 1", "INSERT entry"),
        ("UPDATE member_state m SET", "UPDATE member_state"),
        ("SELECT a, b FROM budget b JOIN", "SELECT budget"),
        ("SELECT set_config('a', 'b', true)", "SELECT settings"),
    ],
)
def test_statements_are_named_by_verb_and_table(statement: str, name: str) -> None:
    assert named(statement) == name


def test_a_profile_tells_rooms_functions_and_calls() -> None:
    profile = functions_of(lambda: [percentile([1.0], 0.5) for _ in range(50)], events=50)
    assert "interfaces.commands" in profile["rooms"]
    assert any("percentile" in found["function"] for found in profile["functions"])
    assert profile["calls_per_event"] >= 3


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(ProcessFailedError, match="no such file"):
        run(["sh", "-c", "echo no such file >&2; exit 3"])
    ended = run(["cat"], given=b"through")
    assert ended.output == "through"
    assert ended.peak_memory_mb > 0


def test_an_unknown_benchmark_is_a_wrong_usage() -> None:
    said = habitue("bench", "warp")
    assert said.code == ExitCode.USAGE
    assert "choose engine, rules, http, import" in " ".join(said.err.split())


@pytest.fixture(scope="module")
def measured_server() -> Iterator[DurableServer]:
    """A durable server; each measurement makes databases of its own on it."""
    with started_server() as found:
        yield found


def test_a_page_that_is_not_there_ends_the_run(measured_server: DurableServer) -> None:
    server = BenchServer(measured_server.home, measured_server.url)
    with (
        server.database("pages") as database,
        serving_process(database, workers=1) as (process, port),
    ):
        browser = Browser(HOST, port)
        assert browser.seconds("/healthz") > 0
        with pytest.raises(ProcessFailedError, match="/nowhere/ answered 404"):
            browser.seconds("/nowhere/")
        with pytest.raises(ProcessFailedError, match=r"/enter/no-such-link/ answered 4\d\d"):
            browser.enter("no-such-link")
        browser.close()
        assert process.poll() is None
    assert process.poll() is not None


@pytest.mark.parametrize(
    "name",
    [
        "lookup",
        "rules",
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in ("http", "import", "pages", "growth")
        ),
    ],
)
def test_a_small_run_measures(measured_server: DurableServer, name: str) -> None:
    """On a durable server, with sizes that show that it works, and no more."""
    clock = SystemClock()
    conditions = Conditions(
        clock=clock,
        phones=Phones("FR"),
        pgbench=binary("pgbench"),
        now=clock.now(),
        quick=True,
    )
    server = BenchServer(measured_server.home, measured_server.url)
    assert server.settings()["fsync"] == "on"
    found = BENCHES[name](server, conditions).as_json()
    assert all(figure["value"] > 0 for figure in found["figures"].values())
    if name == "pages":
        assert {each["budget"] for each in found["figures"].values()} == {"≤ 40", "≤ 100"}
        assert all(each["kilobytes"] < 100 for each in found["details"].values())
    if name in ("http", "import"):
        assert found["figures"]["ratio"]["budget"].startswith("≥")
    if name == "growth":
        assert found["details"]["audit"]["ok"]
