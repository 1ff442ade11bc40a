"""What the command line offers."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console

from .._async.clouds import CLOUDS
from .._version import __version__
from ..core.errors import AgentBayError
from ..engine.config import EngineConfig
from ..engine.sandbox.backends import Wanted, WantedNetwork
from ..engine.sandbox.sandbox import SandboxError
from . import daemon, doctor, maintenance
from .cleanup import delete_orphans
from .demo import show
from .limits import LimitType, limits_of
from .serve import log_to as _log_to, serve_until_stopped

NOT_SERVING = 3  # what services answer to "status" when they do not run

isolation_option = click.option(
    "--isolation",
    type=click.Choice(get_args(Wanted)),
    default="namespaces",
    show_default=True,
    help="What keeps sessions in; anything weaker than namespaces must be asked for.",
)
network_option = click.option(
    "--network",
    type=click.Choice(get_args(WantedNetwork)),
    default=EngineConfig.network,
    show_default=True,
    help="What of the network sessions may use.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")


@click.group()
@click.version_option(__version__)
def commands() -> None:
    """Cloud agent sessions, on this machine too."""


@commands.command()
def demo() -> None:
    """Show the product working on a private engine of this machine."""
    _run(show(Console()))


@commands.command()
@click.option("--port", default=0, show_default="any free one", help="The port of 127.0.0.1 to listen on.")
@isolation_option
@network_option
@click.option(
    "--limit", "limits", multiple=True, type=LimitType(), help="What a session may use, e.g. memory=2G; repeatable."
)
@click.option("--detach", is_flag=True, help="Return once it serves, and leave it running.")
@click.option("--json", "as_json", is_flag=True, help="Say where the engine is, and its key, as one line of JSON.")
@click.option("--log-to", type=click.Path(path_type=Path), hidden=True)
def serve(
    port: int,
    isolation: Wanted,
    network: WantedNetwork,
    limits: tuple[tuple[str, float], ...],
    detach: bool,
    as_json: bool,
    log_to: Path | None,
) -> None:
    """Serve an engine that programs of this user share, until SIGTERM or Ctrl-C."""
    if detach:
        with _told():
            words = (f"--limit={name}={value:f}" for name, value in limits)
            line = daemon.detach([f"--port={port}", f"--isolation={isolation}", f"--network={network}", *words])
            _announce(json.loads(line), as_json)
        return

    def announce(endpoint: str, api_key: str) -> None:
        if log_to is not None:
            _log_to(log_to)
        _announce({"endpoint": endpoint, "api_key": api_key}, as_json)

    config = EngineConfig(port=port, isolation=isolation, network=network, limits=limits_of(limits))
    _run(serve_until_stopped(config, announce))


@commands.command()
@json_option
def status(as_json: bool) -> None:
    """Tell where the shared engine is, and whether it answers; fail with 3 when there is none."""
    found = _run(daemon.status())
    if found is None:
        click.echo(json.dumps({"serving": False}) if as_json else "no engine is served: sessionbay serve --detach")
        sys.exit(NOT_SERVING)
    engine = found.published
    said = {
        "serving": found.answers,
        "endpoint": engine.endpoint,
        "pid": engine.pid,
        "version": engine.version,
        "sessions": found.sessions,
    }
    how = f"{found.sessions} sessions" if found.answers else "it does not answer: sessionbay stop"
    told = f"{engine.endpoint}, process {engine.pid}, version {engine.version}: {how}"
    click.echo(json.dumps(said) if as_json else told)
    sys.exit(0 if found.answers else 1)


@commands.command()
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait for the end.")
def stop(timeout: float) -> None:
    """Stop the shared engine, and wait until it and its sessions are gone."""
    with _told():
        engine = daemon.stop(timeout)
    click.echo(f"{engine.endpoint} is gone" if engine else "no engine is served")


@commands.command("doctor")
@json_option
def doctor_(as_json: bool) -> None:
    """Tell what works here, and what would make the rest work; fail when sessions cannot be kept in namespaces."""
    findings: list[doctor.Finding] = _run(doctor.examine())
    if as_json:
        click.echo(json.dumps([asdict(one) for one in findings]))
    else:
        doctor.show(findings, Console())
    sys.exit(0 if doctor.is_well(findings) else 1)


@commands.command()
def gc() -> None:
    """Remove what engines left that were killed, and files that contexts are to forget by now."""
    gone: list[str] = _run(maintenance.collect())
    click.echo("\n".join(f"removed {one}" for one in gone) or "nothing was left over")


@commands.command()
@click.option("--contexts", is_flag=True, help="Remove all stored contexts too, with the files in them.")
@click.option("--yes", is_flag=True, help="Do not ask before contexts are removed.")
def reset(contexts: bool, yes: bool) -> None:
    """End all sessions of the shared engine."""
    if contexts and not yes:
        click.confirm("Remove all contexts that are stored on this machine?", abort=True)
    ended: int | None = _run(maintenance.end_all_sessions())
    click.echo("no engine is served" if ended is None else f"{ended} sessions ended")
    if contexts:
        click.echo(f"{_run(maintenance.remove_contexts())} contexts removed")


@commands.command()
@click.option("--cloud", type=click.Choice(list(CLOUDS)), default="agentbay", show_default=True, help="Whose sessions.")
@click.option("--attempt", help="Only the session of this attempt, as the error of its lost answer names it.")
@click.option(
    "--label", "labels", multiple=True, metavar="NAME=VALUE", help="Only sessions with this label; repeatable."
)
@click.option("--older-than", type=float, metavar="SECONDS", help="Only sessions that are at least as old as this.")
@click.option("--dry-run", is_flag=True, help="Tell what there is, and delete nothing.")
def reap(cloud: str, attempt: str | None, labels: tuple[str, ...], older_than: float | None, dry_run: bool) -> None:
    """Delete sessions that programs left over; only those that sessionbay made are touched."""
    wrong = [label for label in labels if "=" not in label]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE", param_hint="--label")
    wanted = dict(label.split("=", 1) for label in labels)
    work = delete_orphans(
        CLOUDS[cloud], Console(), attempt=attempt, labels=wanted, older_than=older_than, dry_run=dry_run
    )
    if not _run(work):
        sys.exit(1)


def _announce(said: dict[str, str], as_json: bool) -> None:
    click.echo(json.dumps(said) if as_json else f'serving {said["endpoint"]}; programs find it by endpoint="local"')


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a command that waits."""
    with _told():
        return asyncio.run(work)


@contextmanager
def _told() -> Generator[None]:
    """Make an error of ours one line, not a traceback."""
    try:
        yield
    except (AgentBayError, SandboxError, daemon.DaemonError, OSError) as exc:
        sys.exit(f"sessionbay: {exc}")
    except KeyboardInterrupt:
        sys.exit(130)
