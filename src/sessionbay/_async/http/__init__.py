"""HTTP/1.1 over plain streams, as an httpx transport whose cost does not grow with the number of connections."""
