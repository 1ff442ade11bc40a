"""Sandboxes: the isolation of sessions."""
