"""Nothing is parsed from command output that may be cut."""

import ast
import subprocess
from pathlib import Path

import pytest

import sessionbay
from sessionbay.operations.complete_output import MAX_INLINE, framed, parse_frame

TOP = Path(sessionbay.__file__).parent
READERS = {
    "_async/files/scratch_file.py": "parses the frame, whose size shows a cut",
    "_async/shell_staging.py": "refuses a cut answer",
    "operations/git.py": "passes failures on in error messages",
    "operations/command.py": "builds the result",
    "operations/code.py": "builds the result",
}
"""The modules that may look at the output of a command, and why a cut does no harm there."""


def test_only_these_modules_look_at_the_output_of_a_command() -> None:
    """Others run ``framed`` scripts and call ``read_output``."""
    paths = [path for folder in ("_async", "operations") for path in (TOP / folder).rglob("*.py")]
    readers = {
        path.relative_to(TOP).as_posix()
        for path in paths
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and node.attr == "stdout" and isinstance(node.ctx, ast.Load)
    }
    assert readers == set(READERS)


@pytest.mark.parametrize("output", ["", "a\n", "\0\1\n\n", "x" * MAX_INLINE])
def test_a_framed_output_comes_back_as_it_was(output: str) -> None:
    script = framed("cat")
    ran = subprocess.run(["sh", "-c", script], input=output, capture_output=True, text=True, timeout=30, check=True)
    assert parse_frame(ran.stdout).data.decode() == output


def test_a_long_output_stays_in_its_file() -> None:
    ran = subprocess.run(
        ["sh", "-c", framed(f"head -c {MAX_INLINE + 1} /dev/zero")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    frame = parse_frame(ran.stdout)
    path = Path(frame.path)
    assert (frame.size, path.read_bytes()) == (MAX_INLINE + 1, bytes(MAX_INLINE + 1))
    path.unlink()


def test_a_failed_script_keeps_its_exit_code_and_leaves_no_file(tmp_path: Path) -> None:
    script = framed("echo text; (exit 3)")
    ran = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, timeout=30, check=False, env={"TMPDIR": str(tmp_path)}
    )
    assert (ran.returncode, ran.stdout, list(tmp_path.iterdir())) == (3, "", [])


@pytest.mark.parametrize("text", ["", "3\n", "3\nYQ==", "1\nYQ", "1\nYQ== [... 2 bytes left out ...]", "main\n"])
def test_an_incomplete_frame_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_frame(text)
