"""The Django application `ledger`."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the ledger models under the label `ledger`."""

    name = "habitue.data.ledger"
    label = "ledger"
    verbose_name = "Ledger"
