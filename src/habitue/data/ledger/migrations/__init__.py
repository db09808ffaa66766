"""Migrations of the ledger tables: linear, additive first, each with a lock timeout."""
