"""The programme document: its models, its static checks and its sentences."""
