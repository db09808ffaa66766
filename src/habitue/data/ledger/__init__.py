"""The append-only part: accounts, lots, entries, holds and the events as received."""
