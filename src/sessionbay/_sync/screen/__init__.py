# Generated from src/sessionbay/_async/screen/__init__.py by scripts/generate_sync.py. Do not edit.
"""The parts of the computer module, some of which the phone has too."""
