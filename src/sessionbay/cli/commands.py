"""What the command line offers."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any

import click
from rich.console import Console

from .._version import __version__
from ..core.errors import AgentBayError
from ..engine.config import EngineConfig
from ..engine.sandbox.backends import Wanted
from ..engine.sandbox.base import Network, SandboxError
from .demo import show
from .doctor import examine
from .reap import CLOUDS, clean_up
from .serve import serve_until_stopped

isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "namespaces", "process"]),
    default="namespaces",
    show_default=True,
    help="What keeps sessions in; anything weaker than namespaces must be asked for.",
)
network_option = click.option(
    "--network",
    type=click.Choice(["none", "host"]),
    default="none",
    show_default=True,
    help="Whether sessions may use this machine's network.",
)


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
@click.option("--json", "as_json", is_flag=True, help="Say where the engine is as one line of JSON.")
def serve(port: int, isolation: Wanted, network: Network, as_json: bool) -> None:
    """Serve an engine that programs of this user share, until SIGTERM or Ctrl-C."""

    def announce(endpoint: str, api_key: str) -> None:
        said = {"endpoint": endpoint, "api_key": api_key}
        click.echo(json.dumps(said) if as_json else f'serving {endpoint}; programs find it by endpoint="local"')

    config = EngineConfig(port=port, isolation=isolation, network=network)
    _run(serve_until_stopped(config, announce))


@commands.command()
def doctor() -> None:
    """Tell which kinds of sandbox work here, and what would make the others work."""
    if not _run(examine(Console())):
        sys.exit(1)


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
    work = clean_up(CLOUDS[cloud], Console(), attempt=attempt, labels=wanted, older_than=older_than, dry_run=dry_run)
    if not _run(work):
        sys.exit(1)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a command; an error of ours is one line, not a traceback."""
    try:
        return asyncio.run(work)
    except (AgentBayError, SandboxError, OSError) as exc:
        sys.exit(f"sessionbay: {exc}")
    except KeyboardInterrupt:
        sys.exit(130)
