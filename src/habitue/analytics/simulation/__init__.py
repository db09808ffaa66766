"""A model of how customers behave: who they are, when they come, what they take.

Pure and seeded: the same seed and the same day give the same business, line for line.
"""
