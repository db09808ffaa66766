"""The terminal: the screen at the till, for staff in a hurry, by keyboard and by touch."""
