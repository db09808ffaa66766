"""The demonstration: a simulated business, recorded through the real intake."""
