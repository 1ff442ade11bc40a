"""The browser of a session: Chromium, its options, and its debugging interface."""
