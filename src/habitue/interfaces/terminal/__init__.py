"""The staff's door: the till and the floor."""
