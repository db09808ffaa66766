"""Draws and contests in the back office."""
