"""Front doors, from the outside."""
