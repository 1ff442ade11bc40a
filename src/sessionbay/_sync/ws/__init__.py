# Generated from src/sessionbay/_async/ws/__init__.py by scripts/generate_sync.py. Do not edit.
"""The session's WebSocket: one connection for all calls, streams and pushes of a session."""
