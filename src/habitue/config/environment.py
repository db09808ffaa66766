"""Every setting, declared once: its name, default, meaning and check.

Settings come from environment variables. A test proves that each one stands in
`docs/operator/settings.md`; a value that fails its check is refused with a sentence that names
the variable, the value and what is accepted.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit

Value_co = TypeVar("Value_co", covariant=True)

PROJECT: Final = Path(__file__).resolve().parents[3]


class BadSettingError(ValueError):
    """A setting has a value that cannot be used; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value_co]):
    """One setting: how it is called, what it means, and how its text becomes a value."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Value_co]
    accepts: str
    secret: bool = False

    def value(self, environment: Mapping[str, str] | None = None) -> Value_co:
        """Return the checked value; raises `BadSettingError` for one that cannot be used."""
        source = os.environ if environment is None else environment
        text = source.get(self.name, "").strip() or self.default
        try:
            return self.read(text)
        except ValueError:
            shown = "the value given" if self.secret else repr(text)
            raise BadSettingError(
                f"{self.name}: {shown} cannot be used; it must be {self.accepts}"
            ) from None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return read


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _switch(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _origins(text: str) -> tuple[str, ...]:
    origins = _names(text)
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise ValueError(origin)
    return origins


def _origin(text: str) -> str:
    origins = _origins(text)
    if len(origins) > 1:
        raise ValueError(text)
    return origins[0] if origins else ""


def _mail_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname):
        raise ValueError(text)
    return text


def _sender(text: str) -> str:
    _, address = parseaddr(text)
    if address.count("@") != 1 or not text.isprintable():
        raise ValueError(text)
    return text


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    return path if path.is_absolute() else PROJECT / path


def _database_url(text: str) -> str:
    if text and urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError(text)
    return text


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError(text)
    return text


def _country(text: str) -> str:
    if text and not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise ValueError(text)
    return text.upper()


def _text(text: str) -> str:
    return text


HOME = Setting(
    "HABITUE_HOME",
    "var",
    "Folder for everything the installation keeps: the embedded database, the secret key, "
    "the lake and reject files. A relative path is taken from the project's folder.",
    _folder,
    "a path",
)
DATABASE_URL = Setting(
    "DATABASE_URL",
    "",
    "Address of a PostgreSQL 15 or newer. Empty: the embedded server under HABITUE_HOME.",
    _database_url,
    "empty or an address that begins with postgresql://",
    secret=True,
)
SECRET_KEY = Setting(
    "HABITUE_SECRET_KEY",
    "",
    "Signs sessions and links, and keys the PINs of tills: with another key they are chosen anew. "
    "Empty: made once and kept in HABITUE_HOME/secret-key.",
    _secret,
    "empty or at least 32 characters",
    secret=True,
)
HOST = Setting(
    "HABITUE_HOST",
    "127.0.0.1",
    "Address on which `habitue serve` listens. Use 0.0.0.0 only behind a proxy that adds TLS.",
    _text,
    "an address of this machine",
)
PORT = Setting(
    "HABITUE_PORT",
    "8000",
    "Port on which `habitue serve` listens.",
    _whole(1, 65535),
    "a whole number from 1 to 65535",
)
WORKERS = Setting(
    "HABITUE_WORKERS",
    "1",
    "Server processes. The micro-batch writer fills one core well; add one per further core.",
    _whole(1, 64),
    "a whole number from 1 to 64",
)
ALLOWED_HOSTS = Setting(
    "HABITUE_ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    "Host names under which people reach the pages, separated by commas.",
    _names,
    "host names separated by commas",
)
TRUSTED_ORIGINS = Setting(
    "HABITUE_TRUSTED_ORIGINS",
    "",
    "Origins (https://shop.example) that may post forms, separated by commas.",
    _origins,
    "origins with scheme and host and no path, separated by commas",
)
ORIGIN = Setting(
    "HABITUE_ORIGIN",
    "",
    "Public address of the pages (https://club.example), for links in messages; with https, "
    "cookies are for TLS alone. Empty: links begin with the address under which the visitor came.",
    _origin,
    "empty or an address with scheme and host and no path",
)
MAIL_URL = Setting(
    "HABITUE_MAIL_URL",
    "",
    "Mail server: smtp://user:password@host:587 (STARTTLS), smtps://user:password@host:465 (TLS), "
    "smtp+plain://host:25 (neither). Empty: messages are put into HABITUE_HOME/mail.",
    _mail_url,
    "empty or an address that begins with smtp://, smtps:// or smtp+plain://",
    secret=True,
)
MAIL_FROM = Setting(
    "HABITUE_MAIL_FROM",
    "Habitué <habitue@localhost>",
    "From whom messages come.",
    _sender,
    "an e-mail address, with or without a name before it",
)
DEBUG = Setting(
    "HABITUE_DEBUG",
    "no",
    "Shows details of failures in pages. Never on a machine that others reach.",
    _switch,
    "yes or no",
)
LOG_LEVEL = Setting(
    "HABITUE_LOG_LEVEL",
    "info",
    "How much is written to standard error.",
    _choice("debug", "info", "warning", "error"),
    "debug, info, warning or error",
)
POOL_SIZE = Setting(
    "HABITUE_POOL_SIZE",
    "8",
    "Most database connections that one server process holds.",
    _whole(1, 200),
    "a whole number from 1 to 200",
)
LOCK_TIMEOUT_MS = Setting(
    "HABITUE_LOCK_TIMEOUT_MS",
    "5000",
    "How long a transaction waits for a lock before it is given up and tried again, "
    "in milliseconds.",
    _whole(10, 600_000),
    "a whole number from 10 to 600000",
)
STATEMENT_TIMEOUT_MS = Setting(
    "HABITUE_STATEMENT_TIMEOUT_MS",
    "60000",
    "How long one statement of the server may run, in milliseconds. Imports and audits have "
    "no such limit.",
    _whole(100, 3_600_000),
    "a whole number from 100 to 3600000",
)
COUNTRY = Setting(
    "HABITUE_COUNTRY",
    "",
    "Country in whose form telephone numbers and plates are read where they name none, in two "
    "letters (FR). Empty: such numbers must begin with + and the country's code.",
    _country,
    "empty or two letters of ISO 3166",
)
SHARED_BUFFERS_MB = Setting(
    "HABITUE_DATABASE_MEMORY_MB",
    "0",
    "Memory of the embedded database for its page cache, in megabytes. 0: an eighth of the "
    "machine's memory, at least 128 and at most 1024.",
    _whole(0, 65_536),
    "a whole number from 0 to 65536",
)

SETTINGS: Final[tuple[Setting[object], ...]] = (
    HOME,
    DATABASE_URL,
    SECRET_KEY,
    HOST,
    PORT,
    WORKERS,
    ALLOWED_HOSTS,
    TRUSTED_ORIGINS,
    ORIGIN,
    MAIL_URL,
    MAIL_FROM,
    DEBUG,
    LOG_LEVEL,
    POOL_SIZE,
    LOCK_TIMEOUT_MS,
    STATEMENT_TIMEOUT_MS,
    COUNTRY,
    SHARED_BUFFERS_MB,
)


def check_all(environment: Mapping[str, str] | None = None) -> list[str]:
    """Return one sentence for each setting that cannot be used, and for unknown names."""
    source = os.environ if environment is None else environment
    known = {setting.name for setting in SETTINGS} | SCRIPT_SETTINGS.keys()
    problems = [
        f"{name}: there is no such setting; see docs/operator/settings.md"
        for name in sorted(source)
        if name.startswith("HABITUE_") and name not in known
    ]
    for setting in SETTINGS:
        try:
            setting.value(source)
        except BadSettingError as error:
            problems.append(str(error))
    return problems


# Read by the scripts and the tests, never by the running programme.
SCRIPT_SETTINGS: Final[Mapping[str, str]] = {
    "HABITUE_PYTHON": "The Python with which script/* makes the environment.",
    "HABITUE_TEST_WORKERS": "Parallel test processes of script/test; 2 unless told.",
    "HABITUE_SCREENSHOTS": "A folder: the journeys put a picture of every page there.",
    "HABITUE_SHARED_DATA": "Where the real data files lie; ../shared/data unless told.",
    "HABITUE_SHARED": "Where the shared documents lie; ../shared unless told.",
}
