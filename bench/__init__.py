"""What the client costs beside others: ``nox -s bench`` prints it, ``docs/internals/performance.md`` shows it."""
