"""Checks that the clouds' own clients, unmodified, get right answers from the engine: ``nox -s compat``.

They run in an environment that has the official clients and not sessionbay; the engine is another process.
"""
