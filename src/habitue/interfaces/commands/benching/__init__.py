"""Benchmarks: each measures something and its floor in one run, on a database of its own."""
