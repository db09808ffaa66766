"""Reads, each limited to what its actor may see."""
