"""Persistence: models, constraints, migrations and SQL, cut by write discipline."""
