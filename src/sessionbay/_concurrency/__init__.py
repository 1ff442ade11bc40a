"""The differences between async and sync: a hand-written pair of modules with the same names, and their shared code."""
