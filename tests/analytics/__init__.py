"""Decision support, without a database."""
