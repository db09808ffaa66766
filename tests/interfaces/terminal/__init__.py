"""The terminal on a real database, visited by the cast of the pages."""
