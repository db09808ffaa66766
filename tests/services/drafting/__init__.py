"""Tests of `services/drafting` and `selectors/drafts`."""
