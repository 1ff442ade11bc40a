"""The session's WebSocket: one connection for all calls, streams and pushes of a session."""
