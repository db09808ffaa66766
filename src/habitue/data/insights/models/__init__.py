"""Models of the application ``insights``: what can be made again from elsewhere."""

from habitue.data.insights.models.figures import (
    Activity,
    DailyFigure,
    FigureWatermark,
    MemberChange,
    MemberFigure,
    ProgrammeFigure,
)
from habitue.data.insights.models.imports import ImportedFile, SetAside

__all__ = [
    "Activity",
    "DailyFigure",
    "FigureWatermark",
    "ImportedFile",
    "MemberChange",
    "MemberFigure",
    "ProgrammeFigure",
    "SetAside",
]
