"""Public value types: what callers pass in and get out. Frozen, comparable, picklable."""
