"""Sessions in a table of ours, with whose they are beside the data (Django's documented way)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from habitue.data.programme.models.people import WebSession

MEMBER_KEY: Final = "member_id"
DEVICE_KEY: Final = "device_id"
AGENT_KEY: Final = "user_agent"
ADDRESS_KEY: Final = "address"
CREATED_KEY: Final = "created_at"
_STAFF_KEY: Final = "_auth_user_id"


class SessionStore(DatabaseStore):
    """Django's database sessions, stored as ``WebSession``."""

    @classmethod
    def get_model_class(cls) -> type[WebSession]:
        """The table of the sessions."""
        return WebSession

    def create_model_instance(self, data: dict[str, Any]) -> WebSession:
        """The row of a session, with its owner copied out of the data."""
        now = timezone.now()
        begun = data.setdefault(CREATED_KEY, now.timestamp())
        row: WebSession = super().create_model_instance(data)  # type: ignore[assignment]  # of our model class
        row.staff_id = _id(data.get(_STAFF_KEY))
        row.member_id = _id(data.get(MEMBER_KEY))
        row.device_id = _id(data.get(DEVICE_KEY))
        row.created_at = now.fromtimestamp(float(begun), tz=now.tzinfo)
        row.seen_at = now
        row.user_agent = str(data.get(AGENT_KEY, ""))[:200]
        row.address = str(data.get(ADDRESS_KEY, ""))[:45]
        return row


def _id(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
