# Generated from src/sessionbay/_async/agent/__init__.py by scripts/generate_sync.py. Do not edit.
"""The agents of a session, and their tasks."""
