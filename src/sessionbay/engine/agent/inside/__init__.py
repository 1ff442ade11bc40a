"""The agent: a process inside the session that serves the requests of the engine.

It runs on any Python 3.9 or later, with the standard library only. The engine copies these files into the session.
Requests arrive on an inherited socket; when it closes, the agent kills the session's processes and exits.
"""
