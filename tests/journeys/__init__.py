"""Whole stories through several doors."""
