#!/usr/bin/env bash
# uvicorn 0.54.0 with ws="websockets-sansio" does not respond to a WebSocket handshake that websockets cannot parse.
#
# uvicorn parses the head with h11, then has websockets 17.4 parse it again, which is stricter: lines of at most 8,192 bytes,
# 128 header fields, no body. A valid handshake with a cookie of 9,000 bytes gets no response and no close, for as long as
# the client waits; "wsproto" opens the WebSocket. uvicorn looks at "parser_exc" of the protocol object, which is for frames;
# a failed handshake is in "handshake_exc".
# Why it matters here: browsers send all cookies of a host, so such cookies are common on 127.0.0.1, and no timeout of uvicorn
# ends the connection: any client can keep as many as it likes. The local engine responds with 400 (engine/http_protocol.py).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet uvicorn==0.54.0 websockets==17.4 wsproto==1.3.2
cat > "$folder/handshake.py" <<'END'
import socket
import sys
import threading
import time

import uvicorn

HANDSHAKE = (
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: a=%s\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()


listener = socket.create_server(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, ws=sys.argv[1], lifespan="off", log_level="critical"))
thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
thread.start()
while not server.started:
    time.sleep(0.01)
for size in (8000, 9000):
    with socket.create_connection(listener.getsockname(), 10) as client:
        client.settimeout(3)
        client.sendall((HANDSHAKE % ("x" * size)).encode())
        try:
            print(size, client.recv(12).decode())
        except TimeoutError:
            print(size, "no response within 3 s")
server.should_exit = True
thread.join()
END
cd "$folder"
venv/bin/python -c "import uvicorn; print('uvicorn', uvicorn.__version__)"
for protocol in wsproto websockets-sansio; do
  output=$(venv/bin/python handshake.py "$protocol")
  printf '%s:\n%s\n' "$protocol" "$output"
  grep -q "8000 HTTP/1.1 101" <<<"$output"
  expected=$([ "$protocol" = wsproto ] && echo "9000 HTTP/1.1 101" || echo "9000 no response within 3 s")
  grep -q "$expected" <<<"$output" || { echo "the behaviour changed"; exit 1; }
done
