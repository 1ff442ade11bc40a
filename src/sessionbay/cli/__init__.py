"""The command ``sessionbay``."""

import sys


def main() -> None:
    """Run the command line; say what to install where its parts are missing."""
    try:
        from .commands import commands

        commands(prog_name="sessionbay")
    except ModuleNotFoundError as exc:
        if exc.name and exc.name.startswith("sessionbay"):
            raise
        sys.exit(f'the command needs the extra "local" ({exc.name} is missing): pip install ".[local]" in its clone')
