"""The Django application `insights`."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """Registers the insights models under the label `insights`."""

    name = "habitue.data.insights"
    label = "insights"
    verbose_name = "Insights"
