"""Habitué: an open-source customer loyalty programme, end to end."""

__version__ = "0.1.0"
