"""How programs end, and what they leave."""
