"""What the file module is made of."""
