"""The browser of the local engine, really started."""
