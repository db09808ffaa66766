"""Use cases on PostgreSQL."""
