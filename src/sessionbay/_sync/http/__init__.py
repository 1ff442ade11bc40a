# Generated from src/sessionbay/_async/http/__init__.py by scripts/generate_sync.py. Do not edit.
"""HTTP/1.1 over plain streams, as an httpx transport whose cost does not grow with the number of connections."""
