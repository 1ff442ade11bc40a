"""``sessionbay reap``: delete orphaned sessions."""

from typing import Any

from rich.console import Console
from rich.table import Table

from .._async.client import AsyncClient


async def delete_orphans(cloud: type[AsyncClient], console: Console, **filters: Any) -> bool:
    """Delete orphaned sessions and print them; return whether all were deleted."""
    async with cloud() as client:
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
