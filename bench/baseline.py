"""The build to compare with: the wheel of a commit, in an environment of its own."""

import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

from .machinery import ROOT

COMMIT = "cdc01811fe74f0a22b61e0ee3172806f1b001a7b"  # the last one before the work on the cost of a call
FOLDER = ROOT / ".nox" / f"bench-{COMMIT[:7]}"
STAMP = FOLDER / "complete"


def baseline() -> str:
    """Return the Python that has the build; empty, with a line that says why, where it cannot be made."""
    python = FOLDER / "bin" / "python"
    if STAMP.exists():
        return str(python)
    if subprocess.run(["git", "cat-file", "-e", COMMIT], cwd=ROOT, capture_output=True, check=False).returncode:
        print(
            f"This clone has no commit {COMMIT[:7]}, the build to compare with, and leaves it out: a shallow clone "
            "gets it by 'git fetch --unshallow'.",
            file=sys.stderr,
        )
        return ""
    try:
        _install(python)
    except subprocess.CalledProcessError as exc:
        print(f"The build of {COMMIT[:7]} cannot be installed, and is left out:\n{exc.stderr}", file=sys.stderr)
        return ""
    STAMP.touch()
    return str(python)


def _install(python: Path) -> None:
    """Build the wheel, and install it with the versions that this environment has of what both require."""
    with tempfile.TemporaryDirectory() as place:
        tree, wheels, versions = (Path(place, name) for name in ("tree", "wheels", "versions.txt"))
        tree.mkdir()
        versions.write_text("".join(f"{one.name}=={one.version}\n" for one in distributions()), "utf-8")
        archive = Path(place, "tree.tar")
        _run("git", "-C", str(ROOT), "archive", "--output", str(archive), COMMIT)
        _run("tar", "-xf", str(archive), "-C", str(tree))
        _run(sys.executable, "-m", "venv", "--clear", str(FOLDER))
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        _run(*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(tree))
        _run(*pip, "install", "--constraint", str(versions), *map(str, wheels.glob("*.whl")))


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, text=True, check=True)
