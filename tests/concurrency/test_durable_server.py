"""The server on which crashes are tried must itself keep what it has acknowledged."""

from tests.support.database import DurableServer


def test_a_killed_server_keeps_what_it_acknowledged(durable_server: DurableServer) -> None:
    with durable_server.connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (line int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        first = durable_server.pid
        durable_server.kill9()
    durable_server.start()
    assert durable_server.pid != first
    with durable_server.connect() as connection:
        assert connection.execute("SELECT line FROM kept").fetchall() == [(1,)]
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
