"""Write ``_public_names.py``: the module of each public name, read off ``_public.py``. ``--check`` only compares."""

import argparse
import ast
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "sessionbay"
SOURCE, TARGET = PACKAGE / "_public.py", PACKAGE / "_public_names.py"
HEADER = '''# Generated from src/sessionbay/_public.py by scripts/generate_public.py. Do not edit.
"""The module of each public name."""

MODULES = {
'''


def main() -> None:
    """Write the map, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the map is out of date")
    text = generate()
    if not parser.parse_args().check:
        TARGET.write_text(text, "utf-8")
    elif TARGET.read_text("utf-8") != text:
        sys.exit("src/sessionbay/_public_names.py is out of date, run scripts/generate_public.py")


def generate() -> str:
    """Return the source of the map."""
    imports = [node for node in ast.parse(SOURCE.read_text("utf-8")).body if isinstance(node, ast.ImportFrom)]
    modules = {alias.name: node.module for node in imports for alias in node.names}
    return HEADER + "".join(f'    "{name}": "{modules[name]}",\n' for name in sorted(modules)) + "}\n"


if __name__ == "__main__":
    main()
