"""Tests of what may be received."""
