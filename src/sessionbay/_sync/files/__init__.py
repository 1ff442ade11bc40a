# Generated from src/sessionbay/_async/files/__init__.py by scripts/generate_sync.py. Do not edit.
"""The parts of the file module."""
