"""Races, crashes and retries, with real processes."""
