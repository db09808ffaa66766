"""The mail server, from its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.mail import EmailMessage, get_connection

from habitue.domain.errors import Code, Refusal

TIMEOUT_SECONDS = 10
RETRY_SECONDS = 30
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def mail_backend(url: str, *, folder: Path) -> tuple[str, dict[str, Any]]:
    """Django's backend for a mail server, and the options that it takes.

    Without a server, messages are put into a folder, where whoever tries the programme finds them.
    """
    if not url:
        return "django.core.mail.backends.filebased.EmailBackend", {"file_path": str(folder)}
    parts = urlsplit(url)
    return "django.core.mail.backends.smtp.EmailBackend", {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp",
        "use_ssl": parts.scheme == "smtps",
        "timeout": TIMEOUT_SECONDS,
    }


class DjangoMailer:
    """Sends messages by Django's backends, one at a time, while the visitor waits."""

    def __init__(self, url: str, *, folder: Path, sender: str) -> None:
        self._backend, self._options = mail_backend(url, folder=folder)
        self._sender = sender

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Send one message; refuses (``BUSY``) where the server does not take it."""
        message = EmailMessage(
            subject=subject,
            body=text,
            from_email=self._sender,
            to=[to],
            headers={"Auto-Submitted": "auto-generated"},
            connection=get_connection(self._backend, **self._options),
        )
        try:
            message.send()
        except OSError:
            # Whoever waits for a code must know that none will come; smtplib's errors are OSErrors.
            raise Refusal(Code.BUSY, seconds=RETRY_SECONDS) from None
