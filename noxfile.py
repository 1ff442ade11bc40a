"""The gate: ``nox`` runs what a change must pass; the sessions that are not default are asked for by name."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False  # the tests run on those that are there
nox.options.sessions = ["lint", "types", "tests", "docs", "compat", "build"]

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
OFFICIAL = "wuying-agentbay-sdk==0.22.3"  # AgentBay's own client, which the benchmark compares with
OFFICIAL_AGB = "agbcloud-sdk==0.12.0"  # AGB's own client
NODE_LIBRARIES = ["playwright-core@1.65.1", "puppeteer-core@25.16.0"]
WAYS = ["", "1"]  # of SESSIONBAY_HTTPX: a request goes to our core directly, or through httpx
WORKERS = str(2 * (os.cpu_count() or 1))  # tests wait more than they compute: for processes, for time-outs
PROJECT = nox.project.load_toml("pyproject.toml")

LINT = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["python", "scripts/generate_sync.py", "--check"],
    ["python", "scripts/generate_public.py", "--check"],
    ["lint-imports"],
]
TYPES = [["mypy"], ["pyright"]]
SMOKE = [
    "tests/core",
    "tests/models",
    "tests/dialects",
    "tests/cli",
    "tests/_sync/test_sessions.py",
    "tests/_sync/test_code.py",
]
WITH_ENGINE = ["docs", "engine", "attacks", "shutdown", "cli", "plugin"]  # folders of tests that need not be collected
WITHOUT_ENGINE = ["-m", "not engine and not faults and not attacks and not slow"]
WITHOUT_ENGINE += [f"--ignore=tests/{folder}" for folder in WITH_ENGINE]


def environment(session: nox.Session, name: str, python: str, *packages: str) -> Path:
    """Return the folder of programs of an environment that sessions share; it is made anew for other packages."""
    folder = Path(".nox", name).absolute()
    stamp, wanted = folder / "packages", "\n".join([python, *packages])
    if not stamp.exists() or stamp.read_text() != wanted:
        session.run(python, "-m", "venv", "--clear", str(folder), silent=True, external=True)
        session.run(str(folder / "bin" / "pip"), "install", "--quiet", *packages, external=True)
        stamp.write_text(wanted)
    return folder / "bin"


def is_usable(python: str) -> bool:
    """Return whether a Python runs: the shim of a version manager may stand for one that is not installed."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def development(session: nox.Session, version: str = THIS_PYTHON) -> Path:
    """Return the programs of the environment in which a clone is developed, and put them on the session's path."""
    python = sys.executable if version == THIS_PYTHON else shutil.which(f"python{version}")
    if python is None or not is_usable(python):
        session.skip(f"Python {version} is not there")
    wanted = [*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "lint", "types")]
    programs = environment(session, f"development-{version}", python, "-e", ".[local]", *wanted)
    session.env["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    session.env["PYTHONDONTWRITEBYTECODE"] = ""  # unset: what one process compiled, all others load
    return programs


def official(session: nox.Session, *packages: str) -> str:
    """Return the Python of an environment that has the official clients."""
    return str(environment(session, f"official-{len(packages)}", sys.executable, *packages) / "python")


def node_modules(session: nox.Session) -> str:
    """Return the folder with the libraries for Node that drive browsers; empty where npm is missing."""
    folder = Path(".nox", "node").absolute()
    if shutil.which("npm") is None:
        return ""
    if not all((folder / "node_modules" / one.rpartition("@")[0]).exists() for one in NODE_LIBRARIES):
        session.run("npm", "install", "--silent", "--no-fund", "--prefix", str(folder), *NODE_LIBRARIES, external=True)
    return str(folder / "node_modules")


def run_together(session: nox.Session, *commands: list[str]) -> None:
    """Run commands side by side, and print the output of each when it has ended."""

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **{name: value for name, value in session.env.items() if value is not None}}
        output = subprocess.STDOUT
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=output, text=True, check=False)

    failed = []
    with ThreadPoolExecutor(len(commands)) as threads:
        for command, ended in zip(commands, threads.map(run, commands), strict=True):
            session.log(" ".join(command))
            print(ended.stdout, end="", flush=True)
            if ended.returncode:
                failed.append(" ".join(command))
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session(venv_backend="none")
def quick(session: nox.Session) -> None:
    """Check style, layers, the generated twin and types, and run the tests that need no engine; about a minute."""
    development(session)
    tests = ["pytest", "-q", "-n", WORKERS, *WITHOUT_ENGINE, *session.posargs]
    run_together(session, *LINT, *TYPES, tests)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Check style, layers and the generated twin."""
    development(session)
    run_together(session, *LINT)


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Check the types: mypy on everything, pyright on the package."""
    development(session)
    run_together(session, *TYPES)


def run_tests(session: nox.Session, *options: str, version: str = THIS_PYTHON) -> None:
    """Run tests in the environment in which a clone is developed."""
    pytest = development(session, version) / "pytest"
    session.run(str(pytest), "-q", "-n", WORKERS, *options, external=True)


@nox.session(venv_backend="none")
@nox.parametrize("version", [nox.param(version, id=version) for version in PYTHONS])
def tests(session: nox.Session, version: str) -> None:
    """Run the tests, but for the slow ones and those of the documents."""
    run_tests(session, *(session.posargs or ["--ignore", "tests/docs"]), version=version)


@nox.session(venv_backend="none")
def faults(session: nox.Session) -> None:
    """Run the whole fault matrix on asyncio, on trio and in the sync client: on our core, and through httpx."""
    for way in WAYS:
        session.env["SESSIONBAY_HTTPX"] = way
        run_tests(session, "-m", "faults", *session.posargs)


@nox.session(venv_backend="none")
def slow(session: nox.Session) -> None:
    """Run the tests that the gate leaves out: large files, many examples, and more drivers."""
    run_tests(session, "-m", "slow and not faults", *session.posargs)


@nox.session(venv_backend="none")
def through_httpx(session: nox.Session) -> None:
    """Run the tests that need no engine with all requests through httpx, as if something wanted to see them."""
    session.env["SESSIONBAY_HTTPX"] = "1"
    run_tests(session, *WITHOUT_ENGINE, *session.posargs)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Check that the generated pages are up to date, and that the links and examples of all pages hold."""
    run_tests(session, "tests/docs", *session.posargs)


@nox.session(venv_backend="none")
def compat(session: nox.Session) -> None:
    """Run the clouds' own clients against the engine (``-- --write`` updates the page); two minutes."""
    command = development(session) / "sessionbay"
    python = official(session, OFFICIAL, OFFICIAL_AGB, "pytest>=9", "pytest-timeout>=2.3.1", "pytest-xdist>=3.6")
    checks, modules = Path("compat").absolute(), node_modules(session)
    session.cd(session.create_tmp())  # the official clients write a log where they are, and look for a .env
    options = ["-q", "-n", WORKERS, "--dist", "loadgroup", "-c", f"{checks}/pytest.ini"]
    options += ["--rootdir", str(checks), "--sessionbay", str(command), "--node-modules", modules]
    session.run(python, "-m", "pytest", *options, str(checks), *session.posargs, external=True)


def requirements(*groups: str) -> list[str]:
    """Return what the package, its extras and dependency groups require."""
    extras = PROJECT["project"]["optional-dependencies"]
    direct = [*PROJECT["project"]["dependencies"], *extras["local"], *extras["code"]]
    return [*direct, *nox.project.dependency_groups(PROJECT, *groups)]


def at_lower_bounds(lines: list[str]) -> list[str]:
    """Return requirements pinned to the lowest versions that they allow; the last one of a name counts."""
    last = {re.split(r"[>=\[]", line)[0]: line for line in lines}
    return [re.sub(r">=([^,]+).*", r"==\1", line) for line in last.values()]


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel, and use it in an environment of its own, with each dependency at its lower bound."""
    session.install("--quiet", "build")
    dist = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    session.install("--quiet", *map(str, dist.glob("*.whl")), *at_lower_bounds(requirements()))
    session.cd(session.create_tmp())
    program = "from sessionbay import AgentBay\nwith AgentBay(endpoint='local') as bay, bay.session() as session:\n"
    program += "    print(session.command.run('echo fine').raise_for_error().output)"
    session.run("python", "-c", program, env={"SESSIONBAY_EAGER_IMPORT": "1"})
    session.run("sessionbay", "--version")


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the smoke tests with each dependency at its lower bound."""
    session.install("--quiet", "-e", ".", *at_lower_bounds(requirements("test")))
    session.run("pytest", "-q", "-n", WORKERS, *(session.posargs or SMOKE))


@nox.session
def newest(session: nox.Session) -> None:
    """Run the smoke tests with the newest release of each dependency, pre-releases included."""
    session.install("--quiet", "--pre", "--upgrade", "-e", ".", *requirements("test"))
    session.run("pytest", "-q", "-n", WORKERS, *(session.posargs or SMOKE))


@nox.session(venv_backend="none")
def soak(session: nox.Session) -> None:
    """Make ten thousand calls under faults on each way, and fail if anything is left over; six minutes."""
    python = str(development(session) / "python")
    command = [python, "-W", "ignore::sessionbay.engine.IsolationWarning", "-m", "bench.soak", *session.posargs]
    for way in WAYS:
        session.run(*command, env={"SESSIONBAY_HTTPX": way}, external=True)


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """Measure (``-- --quick``: two minutes, ``-- --write``: update the page); the official SDK is optional."""
    python = str(development(session) / "python")
    try:
        other = official(session, OFFICIAL)
    except CommandFailed:
        session.warn(f"{OFFICIAL} cannot be installed: it is left out")
        other = ""
    session.run(python, "-m", "bench", "--official", other, *session.posargs, external=True)
    if "--quick" in session.posargs:
        return
    session.run(python, "-m", "bench.engine", external=True)
    session.run(python, "-m", "bench.desktops", external=True)
    session.run(python, "-m", "bench.browsers", external=True)
    session.run(python, "-m", "bench.door", external=True)
    session.run(python, "-m", "bench.pings", external=True)


@nox.session(venv_backend="none")
def candidates(session: nox.Session) -> None:
    """Measure the transports that were weighed (``-- --write``: update the page on the decision); five minutes."""
    python = str(development(session) / "python")
    session.run(python, "-m", "bench.candidates", *session.posargs, external=True)


@nox.session(venv_backend="none")
def attacks(session: nox.Session) -> None:
    """Try all attacks and their controls, print how many succeed, and fail unless none does; five minutes."""
    run_tests(session, "-m", "attacks", "tests/attacks", *session.posargs)


@nox.session(venv_backend="none")
def crashes(session: nox.Session) -> None:
    """Kill engines, fill their disk and take their descriptors, and fail if anything is left; 15 minutes."""
    python = str(development(session) / "python")
    session.run(python, "-m", "bench.crashes", external=True)
    session.run(python, "-m", "bench.crashes", "--desktop", "--rounds", "80", external=True)
    session.run(python, "-m", "bench.crashes", "--browser", "--rounds", "40", external=True)
    session.run(python, "-m", "bench.breaking", *session.posargs, external=True)


@nox.session(venv_backend="none")
def signals(session: nox.Session) -> None:
    """Send a signal while each lock is held, and at random moments, and fail if a session is left; ten minutes."""
    python = str(development(session) / "python")
    session.run(python, "-m", "bench.interrupts", external=True)
    session.run(python, "-m", "bench.signals", *session.posargs, external=True)


@nox.session
def site(session: nox.Session) -> None:
    """Build the documents and the API reference into build/site, strictly."""
    session.install("--quiet", "-e", ".[local]", *nox.project.dependency_groups(PROJECT, "site"))
    session.run("python", "scripts/build_site.py")
