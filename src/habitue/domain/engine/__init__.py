"""The engine: decisions, returns, lots, limits, tiers and their explanation."""
