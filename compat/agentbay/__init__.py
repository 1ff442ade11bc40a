"""Checks with AgentBay's official client, sync and async."""
