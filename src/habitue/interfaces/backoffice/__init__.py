"""The manager's door: designing, steering and measuring the programme."""
