"""Port forwarding: a port of the loopback that leads to a port inside a session."""
