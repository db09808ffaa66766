"""API keys: how a till or a shop is connected."""
