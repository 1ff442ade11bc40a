"""Doing several things at once, in tests of both twins: a hand-written pair with the same names."""
