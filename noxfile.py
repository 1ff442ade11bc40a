"""The gate: ``nox`` runs what a change must pass; the sessions that are not default are asked for by name."""

import os
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False  # the tests run on those that are there
nox.options.sessions = ["lint", "types", "tests", "docs", "compat", "build"]

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
OFFICIAL = "wuying-agentbay-sdk==0.22.3"  # AgentBay's own client, which the benchmark compares with
OFFICIAL_AGB = "agbcloud-sdk==0.12.0"  # AGB's own client
WORKERS = str(2 * (os.cpu_count() or 1))  # tests wait more than they compute: for processes, for time-outs
PROJECT = nox.project.load_toml("pyproject.toml")


def install(session: nox.Session, *groups: str) -> None:
    """Install the package with its engine, and what ``groups`` name."""
    wanted = nox.project.dependency_groups(PROJECT, *groups)
    session.install("--quiet", "-e", ".[local]", *wanted)


def official_python(session: nox.Session, *wanted: str) -> str:
    """Return the Python of an environment of its own that has the official clients."""
    folder = Path(session.create_tmp()) / "official"
    session.run("python", "-m", "venv", str(folder), silent=True)
    python = str((folder / "bin" / "python").absolute())
    session.run(python, "-m", "pip", "install", "--quiet", *wanted, external=True)
    return python


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layers and the generated twin."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "scripts/generate_sync.py", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types: mypy on everything, pyright on the package."""
    install(session, "types")
    session.run("mypy")
    session.run("pyright")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests, but for those of the documents."""
    install(session, "test")
    session.run("pytest", "-q", "-n", WORKERS, *(session.posargs or ["--ignore", "tests/docs"]))


@nox.session
def docs(session: nox.Session) -> None:
    """Check that the API pages are up to date, and that the links and examples of all pages hold."""
    install(session, "docs")
    session.run("pytest", "-q", "-n", WORKERS, "tests/docs", *session.posargs)


@nox.session
def compat(session: nox.Session) -> None:
    """Let the clouds' own clients drive the engine (``-- --write`` for docs/compatibility.md); two minutes."""
    install(session)
    python = official_python(session, OFFICIAL, OFFICIAL_AGB, "pytest>=9", "pytest-timeout>=2.3", "pytest-xdist>=3.6")
    checks, command = Path("compat").absolute(), Path(session.bin, "sessionbay").absolute()
    session.cd(session.create_tmp())  # the official clients write a log where they are, and look for a .env
    options = ["-q", "-n", WORKERS, "-c", f"{checks}/pytest.ini"]
    options += ["--rootdir", str(checks), "--sessionbay", str(command)]
    session.run(python, "-m", "pytest", *options, str(checks), *session.posargs, external=True)


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel, and use it from an environment of its own."""
    session.install("--quiet", "build")
    dist = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    session.install("--quiet", *map(str, dist.glob("*.whl")))
    session.cd(session.create_tmp())
    session.run("python", "-c", "import sessionbay; print(sessionbay.__version__, sessionbay.AgentBay)")


@nox.session
def soak(session: nox.Session) -> None:
    """Make ten thousand calls under faults, and fail if anything is left over; three minutes."""
    install(session, "bench")
    session.run("python", "-W", "ignore::sessionbay.engine.IsolationWarning", "-m", "bench.soak", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure (``-- --quick`` for one round, ``-- --write`` for docs/performance.md); the official SDK is optional."""
    install(session, "bench")
    try:
        python = official_python(session, OFFICIAL)
    except CommandFailed:
        session.warn(f"{OFFICIAL} cannot be installed: it is left out")
        python = ""
    session.run("python", "-m", "bench", "--official", python, *session.posargs)
    session.run("python", "-m", "bench.engine")


@nox.session
def crashes(session: nox.Session) -> None:
    """Kill the engine at two hundred random points, and fail if anything is left over; five minutes."""
    install(session, "bench")
    session.run("python", "-m", "bench.crashes", *session.posargs)
