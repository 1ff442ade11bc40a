"""A server of both wires that is cheaper than any client: canned answers, one protocol object a connection.

It knows of a session no more than its state. ``GET /counts`` tells how many requests and connections there were, and
starts the counts anew.
"""

import argparse
import asyncio
import itertools
import json
import re
from typing import Any
from urllib.parse import parse_qs

ACTION = re.compile(rb"Action=(\w+)")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATHS = {
    b"/mcp/createSession": "CreateMcpSession",
    b"/mcp/releaseSessionAsync": "DeleteSessionAsync",
    b"/mcp/getSessionInfo": "GetSessionDetail",
    b"/mcp/getSession": "GetSession",
    b"/mcp": "CallMcpTool",
    b"/sdk/GetLabel": "GetLabel",
    b"/sdk/ListSession": "ListSession",
}
SHELL = json.dumps({"stdout": "hello\n", "stderr": "", "exit_code": 0})


class Cloud:
    """The sessions, and what was asked of them."""

    def __init__(self, latency: float, transition: float) -> None:
        self.latency = latency
        self.transition = transition
        self.states: dict[str, str] = {}
        self.numbers = itertools.count()
        self.start_counting()

    def start_counting(self) -> None:
        """Forget what was counted."""
        self.requests = self.connections = self.open = self.most = 0
        self.actions: dict[str, int] = {}

    def counts(self) -> dict[str, Any]:
        """Return what was counted so far."""
        return {"requests": self.requests, "connections": self.connections, "most": self.most, "actions": self.actions}

    def answer(self, action: str, form: dict[str, list[str]]) -> dict[str, Any]:
        """Return what ``action`` answers, beside the envelope."""
        session_id = form.get("SessionId", form.get("sessionId", [""]))[0]
        if action == "CreateMcpSession":
            session_id = f"session-{next(self.numbers)}"
            self.states[session_id] = "RUNNING"
            return {"Data": {"SessionId": session_id, "Success": True, "ResourceUrl": "https://bench.invalid/"}}
        if action == "CallMcpTool":
            return {"Data": {"content": [{"type": "text", "text": self.tool(form)}], "isError": False}}
        if action == "DeleteSessionAsync":
            self.states.pop(session_id, None)
        if action in ("PauseSessionAsync", "ResumeSessionAsync"):
            self.change(session_id, *MOVES[action])
        if action in ("GetSession", "GetSessionDetail"):
            if (state := self.states.get(session_id)) is None:
                return {"Success": False, "Code": "InvalidMcpSession.NotFound", "Message": "no such session"}
            return {"Data": {"SessionId": session_id, "Status": state}}
        if action == "ListSession":
            return self.page(form)
        return {"Data": {"Labels": '{"a": "b"}'}}

    def tool(self, form: dict[str, list[str]]) -> str:
        """Return what a tool writes: a file of as many bytes as its path says, or a command's output."""
        args = json.loads(form.get("Args", form.get("args", ["{}"]))[0])
        if "path" not in args:
            return SHELL
        return "x" * int(args["path"].rpartition("/")[2]) if "content" not in args else "True"

    def change(self, session_id: str, on_the_way: str, there: str) -> None:
        """Let a session go from one state to another."""
        self.states[session_id] = on_the_way
        asyncio.get_running_loop().call_later(self.transition, self.states.__setitem__, session_id, there)

    def page(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Return a page of the list; its token is where the next one begins."""
        begin, size = int(form.get("NextToken", ["0"])[0]), int(form.get("MaxResults", ["10"])[0])
        listed = list(self.states.items())
        entries = [{"SessionId": name, "SessionStatus": state} for name, state in listed[begin : begin + size]]
        token = {"NextToken": str(begin + size)} if begin + size < len(listed) else {}
        return {"Data": entries, "TotalCount": len(listed), "MaxResults": size} | token


MOVES = {"PauseSessionAsync": ("PAUSING", "PAUSED"), "ResumeSessionAsync": ("RESUMING", "RUNNING")}


class Connection(asyncio.Protocol):
    """One connection: whole requests in, canned answers out."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.cloud.connections += 1
        self.cloud.open += 1
        self.cloud.most = max(self.cloud.most, self.cloud.open)

    def connection_lost(self, exc: Exception | None) -> None:
        self.cloud.open -= 1

    def data_received(self, data: bytes) -> None:
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) > 0:
            head = bytes(self.got[:end])
            found = LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self.got) < whole:
                return
            body = bytes(self.got[end + 4 : whole])
            del self.got[:whole]
            self.asked(head, body)

    def asked(self, head: bytes, body: bytes) -> None:
        """Answer one request, after the latency that the cloud has."""
        target = head.split(b" ", 2)[1]
        if target == b"/counts":
            self.write(json.dumps(self.cloud.counts()).encode())
            self.cloud.start_counting()
            return
        path, _, query = target.partition(b"?")
        named = ACTION.search(query)
        action = named[1].decode() if named else PATHS.get(path, "")
        self.cloud.requests += 1
        self.cloud.actions[action] = self.cloud.actions.get(action, 0) + 1
        form = parse_qs((query + b"&" + body).decode())
        said = {"RequestId": "bench", "Success": True, "Code": "ok"} | self.cloud.answer(action, form)
        if named is None:
            said = {name[0].lower() + name[1:]: value for name, value in said.items()}
        content = json.dumps(said).encode()
        if self.cloud.latency:
            asyncio.get_running_loop().call_later(self.cloud.latency, self.write, content)
        else:
            self.write(content)

    def write(self, content: bytes) -> None:
        """Send an answer."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        self.transport.write(head + content)


async def serve(latency: float, transition: float) -> None:
    """Serve until the process ends; the port is the first line of the output."""
    cloud = Cloud(latency, transition)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(cloud), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--transition", type=float, default=0.3, help="seconds that a pause takes")
    given = parser.parse_args()
    asyncio.run(serve(given.latency, given.transition))
