"""Texts that every front door shares: refusals in each language, as one catalogue per language."""
