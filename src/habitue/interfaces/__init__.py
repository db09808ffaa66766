"""Front doors, one per audience; none of them knows another."""
