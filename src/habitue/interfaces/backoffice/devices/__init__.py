"""Tills: added, paired, revoked."""
