"""The session's WebSocket: terminals, news of files, and whatever else is pushed."""
