"""``sessionbay reap``: delete orphaned sessions."""

from typing import Any

from rich.console import Console
from rich.table import Table

from .._async.client import AsyncClient
from .._async.clouds import CLOUDS, AsyncAgentBay
from ..core.errors import AgentBayUsageError
from ..engine.discovery import find
from .daemon import DaemonError


async def delete_orphans(cloud: str | None, console: Console, **filters: Any) -> bool:
    """Delete orphaned sessions and print them; return whether all were deleted."""
    async with _client(cloud) as client:
        result = await client.reap(**filters)
    if not result.sessions:
        console.print("no orphaned sessions")
        return True
    table = Table("session", "attempt", "age", "result")
    for orphan in result.sessions:
        age = "" if orphan.age is None else f"{orphan.age:.0f} s"
        outcome = "deleted" if orphan.deleted else orphan.error or "found"
        table.add_row(orphan.session_id, orphan.attempt, age, outcome)
    console.print(table)
    return result.success


def _client(cloud: str | None) -> AsyncClient:
    """Return a client of a cloud, or of the shared engine; without a choice, of AgentBay if its key is set."""
    if cloud and cloud in CLOUDS:
        return CLOUDS[cloud]()
    try:
        if cloud is None:
            return AsyncAgentBay()
    except AgentBayUsageError:
        if find() is None:
            raise
    if (engine := find()) is None:
        raise DaemonError("no engine is served: sessionbay serve --detach")
    return AsyncAgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
