"""Invitations into closed clubs."""
