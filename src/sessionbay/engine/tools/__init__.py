"""The tools, executed by a session's agent."""
