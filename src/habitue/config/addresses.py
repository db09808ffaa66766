"""Database addresses, with the limits under which the programme works."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from habitue.config import environment


def conninfo(url: str, *, application: str) -> str:
    """Return libpq's form of an address: named, in UTC, never waiting for ever."""
    options = (
        f"-c lock_timeout={environment.LOCK_TIMEOUT_MS.value()}"
        f" -c statement_timeout={environment.STATEMENT_TIMEOUT_MS.value()}"
        " -c timezone=UTC"
    )
    given = str(conninfo_to_dict(url).get("options") or "")
    return make_conninfo(url, application_name=application, options=f"{options} {given}".strip())
