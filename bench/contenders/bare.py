"""The requests of the wire as one writes them by hand, for the clients that know HTTP and nothing more."""

import json
import uuid
from abc import ABC, abstractmethod
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from . import KEY

Answer = dict[str, Any]
VERSION = "2025-05-06"
GONE = "InvalidMcpSession.NotFound"
# Bytes of a file in one request: what the clouds carry, and so what sessionbay sends.
WRITTEN = 51200
READ = 46080


def params(action: str) -> dict[str, str]:
    """Return what stands in the URL."""
    return {
        "Action": action,
        "Format": "json",
        "Version": VERSION,
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SignatureNonce": uuid.uuid4().hex,
    }


def form(fields: dict[str, str]) -> dict[str, str]:
    """Return what stands in the body."""
    return {"Authorization": f"Bearer {KEY}", **fields}


def headers(action: str) -> dict[str, str]:
    """Return what stands in the head."""
    return {"x-acs-version": VERSION, "x-acs-action": action}


def tool(session: str, name: str, args: Answer) -> dict[str, str]:
    """Return the fields of a tool call."""
    return {"Args": json.dumps(args), "AutoGenSession": "False", "Name": name, "Server": "", "SessionId": session}


def granted(answer: Answer) -> Any:
    """Return what a service that said yes sent along."""
    if not answer["Success"]:
        raise RuntimeError(f"{answer['Code']}: {answer['Message']}")
    return answer.get("Data")


class AsyncBare(ABC):
    """What an async client of HTTP does; ``ask`` is its own."""

    @abstractmethod
    async def ask(self, action: str, **fields: str) -> Answer:
        """Send one request and return the JSON of its answer."""

    async def create(self) -> str:
        session: str = granted(await self.ask("CreateMcpSession"))["SessionId"]
        return session

    async def call(self, session: str) -> None:
        json.loads(granted(await self.ask("GetLabel", SessionId=session))["Labels"])

    async def run(self, session: str) -> None:
        said = json.loads(await self.use(session, "shell", {"command": "echo hello", "timeout_ms": 50000}))
        if said["exit_code"]:
            raise RuntimeError(said["stderr"])

    async def delete(self, session: str) -> None:
        granted(await self.ask("DeleteSessionAsync", SessionId=session))
        if (await self.ask("GetSessionDetail", SessionId=session))["Code"] != GONE:
            raise RuntimeError("the session is still there")

    async def write(self, session: str, path: str, text: str) -> None:
        for begin in range(0, len(text), WRITTEN):
            mode = "append" if begin else "overwrite"
            piece = text[begin : begin + WRITTEN]
            await self.use(session, "write_file", {"path": path, "content": piece, "mode": mode})

    async def read(self, session: str, path: str) -> str:
        size = int((await self.use(session, "get_file_info", {"path": path})).split()[1])
        content = bytearray()
        for begin in range(0, size, READ):
            args = {"path": path, "offset": begin, "length": min(READ, size - begin), "format": "binary"}
            content += b64decode(await self.use(session, "read_file", args))
        return content.decode()

    async def use(self, session: str, name: str, args: Answer) -> str:
        """Call a tool and return its text."""
        text: str = granted(await self.ask("CallMcpTool", **tool(session, name, args)))["content"][0]["text"]
        return text
