"""The agent: a session's own process, doing inside the session what the engine asks for from outside.

It runs on whatever Python 3.9+ the session has, so these files need the standard library only; the engine copies them
into the session. Requests come over an inherited socket; when that ends, so does everything in the session.
"""
