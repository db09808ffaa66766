"""The machines' door: the HTTP API for tills, shops and other systems."""
