"""The two clouds' ways of saying the same things, as pure functions from values to values."""
