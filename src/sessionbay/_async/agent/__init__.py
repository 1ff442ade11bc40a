"""The agents of a session, and their tasks."""
