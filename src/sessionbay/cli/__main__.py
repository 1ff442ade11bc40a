"""``python -m sessionbay.cli``."""

from . import main

main()
