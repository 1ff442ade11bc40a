"""The process tools, which only the engine has."""

import json

from ...operations.processes import MAX_KEPT_OUTPUT, KillArgs, ReadArgs, StartArgs, WaitArgs, WriteArgs
from ..session import EngineSession
from . import DONE
from .shell import decode_stdin

MAX_WAIT = 20.0  # seconds


async def start(session: EngineSession, args: StartArgs) -> str:
    """Start a command."""
    envs = {**session.envs, **(args.envs or {})}
    pid = await session.running_agent().request(
        "start_process",
        decode_stdin(args.stdin),
        open_stdin=args.stdin is None,
        key=args.key or "",
        command=args.command,
        max_output=min(args.max_output, MAX_KEPT_OUTPUT),
        keep=args.keep,
        cwd=args.cwd,
        envs=envs,
    )
    return json.dumps({"pid": pid})


async def read(session: EngineSession, args: ReadArgs) -> str:
    """Return the output of a process."""
    wait = min(args.wait_ms / 1000, MAX_WAIT)
    return json.dumps(await session.running_agent().request("read_process", pid=args.pid, after=args.after, wait=wait))


async def wait(session: EngineSession, args: WaitArgs) -> str:
    """Wait for the exit of a process."""
    wait = min(args.wait_ms / 1000, MAX_WAIT)
    return json.dumps(await session.running_agent().request("wait_process", pid=args.pid, wait=wait))


async def write(session: EngineSession, args: WriteArgs) -> str:
    """Write to a process."""
    await session.running_agent().request("write_process", pid=args.pid, data=args.data, close=args.close)
    return DONE


async def kill(session: EngineSession, args: KillArgs) -> str:
    """End a process, or cancel its start."""
    if args.key:
        await session.running_agent().request("cancel_start", key=args.key)
    else:
        await session.running_agent().request("kill_process", pid=args.pid)
    return DONE
