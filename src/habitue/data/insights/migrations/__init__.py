"""Migrations of the insights tables: linear, additive first, each with a lock timeout."""
