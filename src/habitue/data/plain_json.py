"""JSON that is kept as the text it was written as."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class PlainJson(models.JSONField):
    """A column of type ``json``: checked when it is written, kept verbatim.

    Nobody searches inside these columns, and taking texts apart for searching (``jsonb``) costs
    three times as much, with every event.  What was answered comes back byte for byte.
    """

    def db_type(self, connection: Any) -> str:
        """The type of the column."""
        assert connection.vendor == "postgresql", "PostgreSQL is the only database"
        return "json"

    def from_db_value(
        self,
        value: Any,
        expression: Any,  # noqa: ARG002  # Django's signature
        connection: Any,  # noqa: ARG002  # Django's signature
    ) -> Any:
        """The data; some drivers have read the text already."""
        if isinstance(value, str):
            return json.loads(value)
        return value
