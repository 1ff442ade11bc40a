"""A server of both wires that is cheaper than any client: canned answers, one protocol object a connection.

It knows of a session no more than its state. ``GET /counts`` tells how many requests and connections there were, and
starts the counts anew. With a certificate it also listens for TLS, on a port of its own.
"""

import argparse
import asyncio
import itertools
import json
import re
import ssl
from base64 import b64encode
from functools import cache
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
LINE = "A line of a file, with words, digits (0123456789) and marks. "


class Cloud:
    """The sessions, and what was asked of them."""

    def __init__(self, latency: float, transition: float) -> None:
        self.latency = latency
        self.transition = transition
        self.states: dict[str, str] = {}
        self.numbers = itertools.count()
        self.open = 0
        self.start_counting()

    def start_counting(self) -> None:
        """Forget what was counted; the connections that are open stay so."""
        self.requests = self.connections = self.most = 0
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
        """Return what a tool writes; a file has as many bytes as the end of its path says."""
        name, args = (
            form.get("Name", form.get("name", [""]))[0],
            json.loads(form.get("Args", form.get("args", ["{}"]))[0]),
        )
        if name == "get_file_info":
            return f"size: {args['path'].rpartition('/')[2]}\nisDirectory: false\nisFile: true"
        if name == "read_file":
            return content(args["offset"] % len(LINE), args["length"], args.get("format", "text"))
        return "True" if name == "write_file" else SHELL

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


@cache
def content(offset: int, length: int, form: str) -> str:
    """Return so many bytes of a file, from so far into one of its lines, as a tool writes them."""
    text = (LINE * (length // len(LINE) + 2))[offset : offset + length]
    return b64encode(text.encode()).decode() if form == "binary" else text


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


async def serve(latency: float, transition: float, certificate: str | None) -> None:
    """Serve until the process ends; the first line of the output has the ports: plain, and TLS or 0."""
    cloud, loop = Cloud(latency, transition), asyncio.get_running_loop()

    async def listen(tls: ssl.SSLContext | None) -> asyncio.Server:
        return await loop.create_server(lambda: Connection(cloud), "127.0.0.1", 0, backlog=4096, ssl=tls)

    servers = [await listen(None)]
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
        servers.append(await listen(tls))
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(*ports, *[0] * (2 - len(ports)), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--transition", type=float, default=0.3, help="seconds that a pause takes")
    parser.add_argument("--certificate", help="a file with a certificate and its key, to listen for TLS too")
    given = parser.parse_args()
    asyncio.run(serve(given.latency, given.transition, given.certificate))
