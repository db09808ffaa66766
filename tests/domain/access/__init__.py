"""Tests of roles, actors and PINs."""
