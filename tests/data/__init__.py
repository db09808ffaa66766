"""Models, constraints and SQL on PostgreSQL."""
