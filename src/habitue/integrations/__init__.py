"""Adapters to mail, messages, shops, tills and outgoing webhooks."""
