"""Contexts: folders that outlive sessions, common to all engines of the user, and what copies them in and out."""
