"""What the client costs, beside others. ``nox -s bench`` runs it; ``docs/performance.md`` carries what it prints."""
