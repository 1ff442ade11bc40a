"""What the client costs, beside others. ``nox -s bench`` runs it; ``docs/internals/performance.md`` carries what it prints."""
