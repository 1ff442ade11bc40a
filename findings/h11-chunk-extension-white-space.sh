#!/usr/bin/env bash
# h11 0.16.0 refuses a chunk whose size is followed by white space and an extension.
#
# RFC 9112, section 7.1.1, lets white space stand before the semicolon of a chunk extension, and requires recipients to
# accept it ("bad white space"). h11 reports "illegal chunk header"; the standard library's http.client reads the body.
# Why it matters here: httpx parses HTTP/1.1 with h11. A response that passed a proxy which writes such extensions is an
# invalid response for every httpx program, though other clients read it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet h11==0.16.0
cd "$folder" && venv/bin/python - <<'END'
import http.client
import io

import h11

RESPONSE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5%s;name=value\r\nhello\r\n0\r\n\r\n"


def read_by_h11(response: bytes) -> str:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(response)
    connection.next_event()
    try:
        return bytes(connection.next_event().data).decode()
    except h11.RemoteProtocolError as error:
        return f"refused: {error}"


class Socket(io.BytesIO):
    def makefile(self, mode: str) -> "Socket":
        return self


def read_by_http_client(response: bytes) -> str:
    message = http.client.HTTPResponse(Socket(response))
    message.begin()
    return message.read().decode()


print("h11", h11.__version__)
for space in (b"", b" "):
    response = RESPONSE % space
    ours = (read_by_h11(response), read_by_http_client(response))
    print(f"white space {space!r}: h11 {ours[0]!r}, http.client {ours[1]!r}")
    assert ours[1] == "hello"
    assert ours[0].startswith("refused: illegal chunk header") if space else ours[0] == "hello", "the behaviour changed"
END
