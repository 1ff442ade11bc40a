"""Where async and sync differ: a hand-written pair of modules with the same names, and what both share."""
