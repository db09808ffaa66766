"""Migrations of the programme tables: linear, additive first, each with a lock timeout."""
