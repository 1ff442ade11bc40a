"""The parts of the file module."""
