"""Where a session's processes live, and what keeps them in."""
