"""The tests, one level per kind of promise."""
