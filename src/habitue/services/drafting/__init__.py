"""Drafts of programmes: written, reviewed, and made versions."""
