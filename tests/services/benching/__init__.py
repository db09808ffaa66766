"""Data for benchmarks: repeatable, realistic, consistent."""
