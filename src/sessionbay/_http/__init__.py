"""HTTP building blocks that the async and the sync code share."""
