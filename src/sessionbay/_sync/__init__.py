# Generated from src/sessionbay/_async/__init__.py by scripts/generate_sync.py. Do not edit.
"""The client, written once. Its sync twin is generated from these files by scripts/generate_sync.py."""
