"""Record the answers of a real ipykernel and a real node REPL to the inputs in ``tests/data/kernels``.

Needs an environment with ipykernel, IPython and matplotlib, and node; none of them is needed to run the tests::

    python -m venv kernels && kernels/bin/pip install ipykernel matplotlib
    kernels/bin/python scripts/generate_kernel_table.py
"""

import json
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from queue import Empty
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "tests/data/kernels"
EXITS = {"exit call", "quit call", "exit with a code", "exit inside a function"}  # each ends the kernel it runs in
QUIET = 0.3  # seconds without output after which the REPL is taken to be done
CELL = re.compile(r" \(\S+, line \d+\)$")  # the place of a syntax error
STACK = re.compile(r"\n    at .*", re.DOTALL)
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def inputs(language: str) -> dict[str, str]:
    """Return the inputs of a language by name."""
    parts = re.split(r"^### (.*)\n", (FOLDER / f"{language}.txt").read_text(), flags=re.MULTILINE)
    return {name: code.removesuffix("\n") for name, code in zip(parts[1::2], parts[2::2], strict=True)}


def run_python(client: Any, code: str) -> dict[str, Any]:
    """Run code on a Jupyter kernel, and return its output."""
    answer: dict[str, Any] = {"stdout": "", "stderr": "", "results": [], "error": None}

    def take(message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            answer[content["name"]] += COLOR.sub("", content["text"])
        elif kind in ("execute_result", "display_data", "update_display_data"):
            data = {name: "..." if name == "image/png" else form for name, form in content["data"].items()}
            answer["results"].append({"main": kind == "execute_result", **data})

    reply = client.execute_interactive(code, timeout=20, allow_stdin=False, output_hook=take)["content"]
    if reply["status"] == "error":
        answer["error"] = [reply["ename"], CELL.sub("", reply["evalue"])]
        answer["stderr"] = ""  # of errors, IPython prints some, and publishes the others
    if "Traceback" in answer["stderr"]:
        answer["stderr"] = ""  # a failure of the kernel's own
    return answer


def record_python() -> dict[str, Any]:
    """Run every input of Python on ipykernel."""
    start = import_module("jupyter_client.manager").start_new_kernel
    answers: dict[str, Any] = {}

    shared = manager, client = start()
    for name, code in inputs("python").items():
        manager, client = start() if name in EXITS else shared
        try:
            answers[name] = run_python(client, code)
        except (Empty, TimeoutError, RuntimeError) as exc:
            answers[name] = {"lost": type(exc).__name__}
            shared = (manager, client) if name in EXITS else start()
        if name in EXITS:
            manager.shutdown_kernel(now=True)
    shared[0].shutdown_kernel(now=True)
    versions = {name: version(name) for name in ("ipykernel", "ipython", "matplotlib")}
    return {"versions": {"python": platform.python_version(), **versions}, "answers": answers}


def record_javascript() -> dict[str, Any]:
    """Run every input of JavaScript on node's REPL."""
    with (
        tempfile.TemporaryFile("w+") as stdout,
        tempfile.TemporaryFile("w+") as stderr,
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            ["node", "-i"], stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, text=True, cwd=folder
        ) as node,
    ):
        stdin = node.stdin or sys.stdin

        def settle() -> list[str]:
            before, changed = [""], time.monotonic()
            while time.monotonic() - changed < QUIET:
                time.sleep(0.02)
                for file in (stdout, stderr):
                    file.seek(0)
                if (now := [file.read() for file in (stdout, stderr)]) != before:
                    before, changed = now, time.monotonic()
            return before

        place = [len(text) for text in settle()]
        answers = {}
        for name, code in inputs("javascript").items():
            stdin.write(code + "\n.break\n")
            stdin.flush()
            texts = settle()
            parts = [text[start:] for text, start in zip(texts, place, strict=True)]
            place = [len(text) for text in texts]
            output = re.sub(r"(^|\n)((> )+|\| |\.\.\. )+", r"\1", parts[0]).replace(folder, "HOME")
            output, _, error = output.partition("Uncaught")
            error = STACK.sub("", error.lstrip(":\n ")).removesuffix("\n")
            output = "" if error.startswith("SyntaxError") else output  # the excerpt with a mark below it
            answers[name] = {"output": output, "stderr": parts[1], "error": error}
        stdin.close()
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"versions": {"node": found}, "answers": answers}


if __name__ == "__main__":
    for language, record in (("python", record_python), ("javascript", record_javascript)):
        if language in (sys.argv[1:] or ["python", "javascript"]):
            text = json.dumps(record(), indent=1, sort_keys=True, ensure_ascii=True)
            (FOLDER / f"{language}.json").write_text(text + "\n")
