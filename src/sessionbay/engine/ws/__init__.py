"""The session's WebSocket: terminals, file events and streamed code."""
