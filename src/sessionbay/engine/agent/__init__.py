"""The agent inside a session, and the engine's connection to it."""
