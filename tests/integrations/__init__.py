"""Adapters, without a network and without a database."""
