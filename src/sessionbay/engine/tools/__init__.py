"""The tools of a session's machine, done by its agent."""
