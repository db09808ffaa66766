"""Passkeys whose answer was made up are refused like wrong ones.

The library reads an answer field by field and fails where one is missing or of another kind; to
whoever sent it, and to the log, that is a wrong answer and no fault of ours.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)

# What fido2 raises over JSON that no browser sends.
_MADE_UP: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class _Guarded:
    def clean_credential(self) -> Any:
        """The passkey of the answer; refuses what cannot be read."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form beside
        except _MADE_UP:
            raise get_adapter().validation_error("incorrect_code") from None


class Authenticate(_Guarded, AuthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """After the password."""


class Login(_Guarded, LoginWebAuthnForm):  # type: ignore[misc]  # no types
    """Instead of the password."""


class Reauthenticate(_Guarded, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """Once more, before something is changed."""


class Add(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A new one."""

    def clean(self) -> Any:
        """The form's fields; refuses what cannot be read."""
        try:
            return super().clean()
        except _MADE_UP:
            raise get_adapter().validation_error("incorrect_code") from None
