"""Checks with AGB's official client."""
