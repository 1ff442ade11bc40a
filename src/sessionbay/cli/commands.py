"""The commands. Each imports what it runs, so that the help text needs neither the engine nor rich."""

import json
import sys
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from .._async.clouds import CLOUDS
from .._version import __version__
from ..core.engine_choices import DEFAULT_NETWORK, IsolationChoice, NetworkChoice
from .desktop_type import DesktopType
from .limit_type import LimitType

if TYPE_CHECKING:
    from ..engine.desktop.settings import Desktop

SHARED = 'programs of this user with endpoint="local" use it; endpoint="local:private" starts a private engine'
NOT_SERVING = 3  # the exit code of "status" for services that do not run, as in LSB

isolation_option = click.option(
    "--isolation",
    type=click.Choice(get_args(IsolationChoice)),
    default="namespaces",
    show_default=True,
    help="Isolation of sessions; anything weaker than namespaces must be chosen explicitly.",
)
network_option = click.option(
    "--network",
    type=click.Choice(get_args(NetworkChoice)),
    default=DEFAULT_NETWORK,
    show_default=True,
    help="Network access of sessions.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
@click.version_option(__version__)
def commands() -> None:
    """Run agent sessions (sandboxes) on this machine, and clean up sessions in the clouds."""


@commands.command()
@click.option(
    "--desktop", "kind", flag_value="desktop", help="Type into a program on a desktop, and save a picture of it here."
)
@click.option(
    "--browser", "kind", flag_value="browser", help="Fill in a page in a browser, and save a picture of it here."
)
def demo(kind: Literal["desktop", "browser"] | None) -> None:
    """Run a demo on a private engine of this machine."""
    from rich.console import Console

    from .demo import show

    _run(show(Console(), kind or ""))


@commands.command(short_help="Serve a shared engine until SIGTERM or Ctrl-C.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="any free one",
    help="The port of 127.0.0.1 to listen on.",
)
@isolation_option
@network_option
@click.option(
    "--limit", "limits", multiple=True, type=LimitType(), help="A limit of each session, such as memory=2G; repeatable."
)
@click.option(
    "--desktop", type=DesktopType(), default=None, help="The screen of desktops, such as 1280x800, or 2560x1600@2."
)
@click.option("--detach", is_flag=True, help="Run in the background, and return once it serves.")
@click.option("--json", "as_json", is_flag=True, help="Print the endpoint and the key as one line of JSON.")
@click.option("--log-to", type=click.Path(path_type=Path), hidden=True)
def serve(
    port: int,
    isolation: IsolationChoice,
    network: NetworkChoice,
    limits: tuple[tuple[str, float], ...],
    desktop: "Desktop | None",
    detach: bool,
    as_json: bool,
    log_to: Path | None,
) -> None:
    """Serve an engine that all programs of this user share, until SIGTERM or Ctrl-C."""
    from . import daemon
    from .limits import limits_of

    if detach:
        with _exit_on_error():
            options = [f"--port={port}", f"--isolation={isolation}", f"--network={network}"]
            options += [f"--limit={name}={value:f}" for name, value in limits]
            options += [f"--desktop={desktop}"] if desktop else []
            line = daemon.detach(options)
            _announce(json.loads(line), as_json)
        return

    from ..engine.config import EngineConfig
    from ..engine.desktop.settings import Desktop
    from .serve import log_to as redirect_to, serve_until_stopped

    def announce(endpoint: str, api_key: str) -> None:
        if log_to is not None:
            redirect_to(log_to)
        _announce({"endpoint": endpoint, "api_key": api_key}, as_json)

    config = EngineConfig(
        port=port, isolation=isolation, network=network, limits=limits_of(limits), desktop=desktop or Desktop()
    )
    _run(serve_until_stopped(config, announce), config.slow_turn)


@commands.command(short_help="Show the status of the shared engine.")
@json_option
def status(as_json: bool) -> None:
    """Show the status of the shared engine; exit with 3 when there is none, with 1 when it does not answer."""
    from . import daemon

    shared = _run(daemon.status())
    if shared is None:
        click.echo(json.dumps({"serving": False}) if as_json else "no engine is served: sessionbay serve --detach")
        sys.exit(NOT_SERVING)
    engine = shared.published
    fields = {
        "serving": shared.answers,
        "endpoint": engine.endpoint,
        "pid": engine.pid,
        "version": engine.version,
        "sessions": shared.sessions,
    }
    how = f"{shared.sessions} sessions; {SHARED}" if shared.answers else "it does not respond: sessionbay stop"
    text = f"{engine.endpoint}, process {engine.pid}, version {engine.version}: {how}"
    click.echo(json.dumps(fields) if as_json else text)
    sys.exit(0 if shared.answers else 1)


@commands.command(short_help="Stop the shared engine and its sessions.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait for the engine to exit.")
def stop(timeout: float) -> None:
    """Stop the shared engine and its sessions, and wait until they are gone."""
    from . import daemon

    with _exit_on_error():
        engine = daemon.stop(timeout)
    click.echo(f"{engine.endpoint} has stopped" if engine else "no engine is served")


@commands.command("doctor", short_help="Check what works on this machine, and how to fix the rest.")
@json_option
def doctor_(as_json: bool) -> None:
    """Check what works on this machine, and how to fix the rest; exit with 1 when namespaces do not work."""
    from dataclasses import asdict

    from . import doctor
    from .finding import Finding

    findings: list[Finding] = _run(doctor.examine())
    if as_json:
        click.echo(json.dumps([asdict(one) for one in findings]))
    else:
        from rich.console import Console

        doctor.show(findings, Console())
    sys.exit(0 if doctor.is_well(findings) else 1)


@commands.command(short_help="Remove leftovers of killed engines, and expired files.")
def gc() -> None:
    """Remove leftovers of killed engines, and expired files of contexts."""
    from . import maintenance

    removed: list[str] = _run(maintenance.collect())
    click.echo("\n".join(f"removed {item}" for item in removed) or "nothing to remove")


@commands.command()
@click.option("--contexts", is_flag=True, help="Also remove all stored contexts and their files.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def reset(contexts: bool, yes: bool) -> None:
    """End all sessions of the shared engine."""
    from . import maintenance

    if contexts and not yes:
        click.confirm("Remove all contexts that are stored on this machine?", abort=True)
    ended: int | None = _run(maintenance.end_all_sessions())
    click.echo("no engine is served" if ended is None else f"{ended} sessions ended")
    if contexts:
        click.echo(f"{_run(maintenance.remove_contexts())} contexts removed")


@commands.command(short_help="Delete orphaned sessions in a cloud.")
@click.option(
    "--cloud",
    type=click.Choice([*CLOUDS, "local"]),
    help="The cloud of the sessions, or local for the shared engine.  [default: agentbay; local if its key is not set"
    " and an engine is served]",
)
@click.option("--attempt", help="Only the session of this attempt, as the error of its lost answer names it.")
@click.option(
    "--label", "labels", multiple=True, metavar="NAME=VALUE", help="Only sessions with this label; repeatable."
)
@click.option("--older-than", type=float, metavar="SECONDS", help="Only sessions that are at least as old as this.")
@click.option("--dry-run", is_flag=True, help="List the sessions without deleting them.")
def reap(
    cloud: str | None, attempt: str | None, labels: tuple[str, ...], older_than: float | None, dry_run: bool
) -> None:
    """Delete orphaned sessions of programs that have ended; sessions made by other tools are left alone."""
    invalid = [label for label in labels if "=" not in label]
    if invalid:
        raise click.BadParameter(f"Invalid label {invalid[0]!r}: use NAME=VALUE.", param_hint="--label")
    required = dict(label.split("=", 1) for label in labels)
    if attempt is None and not labels and older_than is None:
        raise click.UsageError("Select the sessions with --older-than, --label or --attempt.")
    from rich.console import Console

    from .cleanup import delete_orphans

    filters = {"attempt": attempt, "labels": required, "older_than": older_than, "dry_run": dry_run}
    if not _run(delete_orphans(cloud, Console(), **filters)):
        sys.exit(1)


def _announce(address: dict[str, str], as_json: bool) -> None:
    click.echo(json.dumps(address) if as_json else f"serving {address['endpoint']}; {SHARED}")


def _run(work: Coroutine[Any, Any, Any], slow_turn: float = 0.0) -> Any:
    """Run a coroutine, and exit on errors."""
    import asyncio

    from ..engine.loop_meter import loop_factory

    with _exit_on_error(), asyncio.Runner(loop_factory=loop_factory(slow_turn)) as runner:
        return runner.run(work)


@contextmanager
def _exit_on_error() -> Generator[None]:
    """Exit with a one-line message, without a traceback, on expected errors."""
    from ..core.errors import AgentBayError
    from ..engine.api_errors import ApiError
    from ..engine.sandbox.sandbox import SandboxError
    from .daemon import DaemonError

    try:
        yield
    except (AgentBayError, ApiError, SandboxError, DaemonError, OSError) as exc:
        sys.exit(f"sessionbay: {exc}")
    except KeyboardInterrupt:
        sys.exit(130)
