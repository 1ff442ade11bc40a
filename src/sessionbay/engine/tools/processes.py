"""The process tools, which only the engine has."""

import json

from ...operations.processes import PidArgs, ReadArgs, StartArgs, WriteArgs
from ..session import EngineSession

DONE = "True"
MAX_WAIT = 20.0  # seconds


async def start(session: EngineSession, args: StartArgs) -> str:
    """Start a command."""
    envs = {**session.env, **(args.envs or {})}
    pid = await session.running_agent().request("start_process", command=args.command, cwd=args.cwd, envs=envs)
    return json.dumps({"pid": pid})


async def read(session: EngineSession, args: ReadArgs) -> str:
    """Return the output of a process."""
    wait = min(args.wait_ms / 1000, MAX_WAIT)
    return json.dumps(await session.running_agent().request("read_process", pid=args.pid, after=args.after, wait=wait))


async def write(session: EngineSession, args: WriteArgs) -> str:
    """Write to a process."""
    await session.running_agent().request("write_process", pid=args.pid, data=args.data, close=args.close)
    return DONE


async def kill(session: EngineSession, args: PidArgs) -> str:
    """End a process."""
    await session.running_agent().request("kill_process", pid=args.pid)
    return DONE
