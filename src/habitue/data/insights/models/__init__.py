"""Models of the application ``insights``: what can be made again from elsewhere."""

from habitue.data.insights.models.imports import ImportedFile, SetAside

__all__ = ["ImportedFile", "SetAside"]
