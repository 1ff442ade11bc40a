"""``sessionbay reap``: delete orphaned sessions."""

from typing import Any

from rich.console import Console
from rich.table import Table

from .._async.client import AsyncClient


async def delete_orphans(cloud: type[AsyncClient], console: Console, **wanted: Any) -> bool:
    """Delete orphaned sessions and print them; return whether all were deleted."""
    async with cloud() as client:
        result = await client.reap(**wanted)
    if not result.sessions:
        console.print("nothing was left over")
        return True
    table = Table("session", "attempt", "age", "what became of it")
    for left in result.sessions:
        age = "" if left.age is None else f"{left.age:.0f} s"
        became = "deleted" if left.deleted else left.error or "found"
        table.add_row(left.session_id, left.attempt, age, became)
    console.print(table)
    return result.success
