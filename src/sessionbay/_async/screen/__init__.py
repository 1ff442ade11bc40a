"""The parts of the computer module, some of which the phone has too."""
