"""A programme in words: its rules, and why each ledger line is there, in the reader's language."""
