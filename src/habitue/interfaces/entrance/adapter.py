"""How allauth behaves here: by invitation only, by our own mail, with everything in the trail."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from habitue.domain.access import Actor, Kind
from habitue.domain.access.trail import Action
from habitue.domain.errors import Refusal
from habitue.interfaces.entrance.failures import refused
from habitue.interfaces.texts.catalogue import LANGUAGES
from habitue.interfaces.web.actors import caller_of, note_browser
from habitue.interfaces.web.house import pages_house
from habitue.interfaces.web.middleware import chosen_language, speak
from habitue.services.access.staff import set_password
from habitue.services.trail import note_in_trail

# Everybody sees that they are in or out; a notice would only be in the way.
_SILENT: Final = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Staff accounts; members have their own way in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Colleagues are invited."""
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request comes from, for throttling."""
        return caller_of(request) or "unknown"

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session, in the colleague's language, and write the trail."""
        super().login(request, user)
        note_browser(request)
        speak(request, getattr(user, "language", ""))
        _note(user, Action.SIGNED_IN)

    def logout(self, request: HttpRequest) -> None:
        """End the session and write the trail."""
        user: Any = request.user
        if user.is_authenticated:
            _note(user, Action.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the trail; the address as it was typed is all that is known."""
        del request
        house = pages_house()
        with house.connection() as connection:
            note_in_trail(
                connection,
                actor=Actor(kind=Kind.NOBODY),
                action=Action.SIGN_IN_FAILED,
                now=house.clock.now(),
                subject_kind="staff",
                subject_name=str(credentials.get("email", ""))[:100],
            )

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Give a colleague another password: every session ends, but for the one that is here."""
        house = pages_house()
        with house.connection() as connection:
            set_password(connection, staff_id=user.pk, password=password, now=house.clock.now())
        # The session that stays is sealed with the password as it is stored now.
        user.refresh_from_db()

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of a message: under the public address, where the house has one."""
        url = super().get_reset_password_from_key_url(key)
        origin = pages_house().origin
        return f"{origin}{urlsplit(url).path}" if origin else str(url)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of allauth's messages in our words, in the language of who reads it."""
        words = {**context, "email": email}
        language = getattr(context.get("user"), "language", "")
        spoken = language if language in LANGUAGES else chosen_language(self.request)
        with translation.override(spoken):
            subject = render_to_string(f"{template_prefix}_subject.txt", words)
            text = render_to_string(f"{template_prefix}_message.txt", words)
        try:
            pages_house().mailer.send(to=email, subject=" ".join(subject.split()), text=text)
        except Refusal as refusal:
            raise ImmediateHttpResponse(refused(self.request, refusal)) from None

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what was done, but for what everybody sees anyway."""
        if message_template not in _SILENT:
            super().add_message(
                request, level, message_template, message_context, extra_tags, message
            )


def _note(user: Any, action: Action) -> None:
    house = pages_house()
    actor = Actor(kind=Kind.STAFF, id=user.pk, name=user.name)
    with house.connection() as connection:
        note_in_trail(
            connection,
            actor=actor,
            action=action,
            now=house.clock.now(),
            subject_kind="staff",
            subject_id=user.pk,
            subject_name=user.name,
        )
