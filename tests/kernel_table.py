"""The recorded answers of ipykernel and node's REPL, and the places where the engine's kernels differ on purpose."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from sessionbay import EnhancedCodeExecutionResult
from sessionbay.models.code import FORMATS_BY_MIME

FOLDER = Path(__file__).parent / "data/kernels"
CELL = re.compile(r" \(.+, line \d+\)$")  # the place of a syntax error
JUPYTER_EXITS = "exit() of Jupyter ends the kernel; as in a script, the code ends, and the variables stay"
UNSENDABLE = "ipykernel cannot send a lone surrogate"
REPORTED = "the error itself, which ipykernel publishes, but for its reply"

DEVIATIONS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "python": {
        "exit call": (JUPYTER_EXITS, {"error": ["SystemExit", ""]}),
        "quit call": (JUPYTER_EXITS, {"error": ["SystemExit", ""]}),
        "exit with a code": (JUPYTER_EXITS, {"error": ["SystemExit", "3"]}),
        "exit inside a function": (JUPYTER_EXITS, {"error": ["SystemExit", ""]}),
        "str raises": ("as CPython shows it", {"error": ["Mute", "<exception str() failed>"]}),
        "surrogate in an error": (UNSENDABLE, {"error": ["ValueError", "\\ud800"]}),
        "surrogate on stdout": (
            UNSENDABLE + "; CPython refuses to print it",
            {
                "error": [
                    "UnicodeEncodeError",
                    "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
                ]
            },
        ),
        "task without await": (
            "code without await runs outside of the event loop, so that asyncio.run works",
            {"error": ["RuntimeError", "no running event loop"]},
        ),
        "asyncio.run": ("see there", {"error": None, "results": [{"main": True, "text": "5"}]}),
        "system command": ("a pipe, not a terminal", {"stdout": "hello\n"}),
        "help": ("Jupyter shows help in a pager, beside the output", {"stdout": "Signature: len(obj, /)"}),
        "repr raises": (REPORTED, {"error": ["ValueError", "no repr"]}),
        "html raises": (REPORTED, {"error": ["ValueError", "no html"]}),
        "input": (
            "there is no input, as in a script without one",
            {"error": ["EOFError", "EOF when reading a line"], "stdout": "name? "},
        ),
        "arguments": (
            "sys.argv has no arguments; Jupyter's has its own",
            {"error": None, "results": [{"main": True, "text": "Namespace()"}]},
        ),
        "closed stdout": ("each run has its descriptors again", {"error": None}),
    },
    "javascript": {
        "unfinished": ("the REPL waits for more", {"error": "SyntaxError: Unexpected end of input"}),
        "static import": ("worded by the REPL", {"error": "SyntaxError: Cannot use import statement outside a module"}),
        "late error": ("an error is the result of the run", {"error": "Error: late"}),
        "unhandled rejection": ("see there", {"error": "Error: lost"}),
        "promise": ("a promise is awaited: it belongs to the run", {"output": "5\n"}),
        "missing import": (
            "the code of the error is no part of its name",
            {"error": "Error: Cannot find module 'HOME/nosuch.mjs' imported from HOME/repl"},
        ),
        "closing stdout": ("process.stdout cannot be ended, so it works", {"error": "", "output": None}),
    },
}


def inputs(language: str) -> dict[str, str]:
    """Return the inputs of a language by name."""
    parts = re.split(r"^### (.*)\n", (FOLDER / f"{language}.txt").read_text(), flags=re.MULTILINE)
    return {name: code.removesuffix("\n") for name, code in zip(parts[1::2], parts[2::2], strict=True)}


def recorded(language: str) -> dict[str, str]:
    """Return the versions of the programs that gave the answers."""
    versions: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text())["versions"]
    return versions


def expected(language: str) -> dict[str, dict[str, Any]]:
    """Return the answer to each input."""
    answers: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{language}.json").read_text())["answers"]
    for answer in answers.values():
        if "results" in answer:
            answer["results"] = [
                {FORMATS_BY_MIME.get(name, name): form for name, form in result.items()} for result in answer["results"]
            ]
    for name, (_, fields) in DEVIATIONS[language].items():
        answers[name] = answers[name] | fields
    return answers


def picture(data: str | None) -> str:
    """Return the recorded form of a picture."""
    return "..." if base64.b64decode(data or "").startswith(b"\x89PNG") else "no picture"


def python_answer(result: EnhancedCodeExecutionResult) -> dict[str, Any]:
    """Return the answer of the engine's Python kernel in the recorded form."""
    forms = [
        {
            "main": one.is_main_result,
            **{name: (getattr(one, name) if name != "png" else picture(one.png)) for name in one.formats()},
        }
        for one in result.results
    ]
    error = [result.error.name, CELL.sub("", result.error.value)] if result.error else None
    written = "" if result.error else "".join(result.logs.stderr)
    return {"stdout": "".join(result.logs.stdout), "stderr": written, "results": forms, "error": error}


def javascript_answer(result: EnhancedCodeExecutionResult, home: str) -> dict[str, Any]:
    """Return the answer of the engine's JavaScript kernel in the recorded form."""
    output, error = "".join(result.logs.stdout), ""
    if result.error is None:
        output += (result.results[0].text or "" if result.results else "undefined") + "\n"
    elif result.error.traceback:
        error = f"{result.error.name}: {result.error.value}".replace(home, "HOME")
    else:  # not an Error
        error = result.error.value
    return {"output": output, "stderr": "" if result.error else "".join(result.logs.stderr), "error": error}
