"""Stores: where members buy."""
