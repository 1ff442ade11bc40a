"""``sessionbay gc`` and ``sessionbay reset``: remove leftovers, sessions and contexts."""

import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from .._async.clouds import AsyncAgentBay
from .._async.session import AsyncSession
from .._concurrency._async import run_for_each
from ..engine.contexts.store import Store
from ..engine.discovery import FILE, claim, find, folder, withdraw
from ..engine.workdir import PREFIX, remove_tree, sweep


async def collect() -> list[str]:
    """Remove leftovers of killed engines, and expired files of contexts.

    Returns a description of each leftover.
    """
    before = _folders()
    await sweep()
    removed = [f"the folder {name} of an engine that was killed" for name in sorted(before - _folders())]
    async with _contexts() as store:
        if store.exists:
            store.sweep(time.time())
    with contextlib.suppress(FileExistsError):  # an engine is running, so its file is valid
        claim()
        try:
            if (folder() / FILE).exists():
                removed.append(f"the {FILE} of an engine that was killed")
        finally:
            withdraw()
    return removed


async def end_all_sessions() -> int | None:
    """Delete all sessions of the shared engine; return how many there were, None when there is no engine."""
    if (engine := find()) is None:
        return None
    async with AsyncAgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal(), strict=True) as bay:
        ids = [entry.session_id async for entry in bay.iter_sessions()]

        async def end(session_id: str) -> None:
            await AsyncSession(bay, session_id).delete()

        await run_for_each(end, ids)
    return len(ids)


async def remove_contexts() -> int:
    """Remove all contexts that are stored on this machine; return how many there were."""
    count = 0
    async with _contexts() as store:
        while store.exists and (page := store.page(0, 100)[0]):
            for record in page:
                store.delete(record.id)
            count += len(page)
    return count


@contextlib.asynccontextmanager
async def _contexts() -> AsyncGenerator[Store]:
    """Open the store of contexts, and remove deleted files at the end."""
    store = Store(folder() / "contexts")
    try:
        yield store
        for path in store.trash() if store.exists else ():
            await remove_tree(path)
    finally:
        store.close()


def _folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if path.is_dir()}
