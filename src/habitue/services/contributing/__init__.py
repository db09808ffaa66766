"""Contributions on their way: sent in by members or entered by colleagues, looked at, approved or
refused, and withdrawn where that was a mistake."""
