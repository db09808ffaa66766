"""Tests of the programme editor."""
