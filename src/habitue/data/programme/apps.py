"""The Django application `programme`."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """Registers the programme models under the label `programme`."""

    name = "habitue.data.programme"
    label = "programme"
    verbose_name = "Programme"
