"""The client, written once. Its sync twin is generated from these files by scripts/generate_sync.py."""
