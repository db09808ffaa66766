"""The room of contributions: what waits, what was decided, and entering one for a member."""
