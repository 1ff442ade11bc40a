"""Contexts: persistent folders that all engines of a user share, and their synchronization with sessions."""
