"""The functional core: no framework, no input or output, no clock, no randomness of its own."""
