"""The process inside a session, and the engine's line to it."""
