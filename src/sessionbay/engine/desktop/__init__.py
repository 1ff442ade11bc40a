"""The desktops of sessions: their settings, their requirements, and the connections to them."""
