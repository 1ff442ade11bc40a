#!/usr/bin/env bash
# uvicorn 0.54.0 with ws="websockets-sansio" logs an error for a WebSocket that an application declines properly.
#
# ASGI's extension "websocket.http.response" lets an application answer a handshake with an HTTP response. The client gets
# the response with each protocol, but with "websockets-sansio" (the default of "auto" where websockets is installed) the
# server also logs "ASGI callable returned without completing handshake." at ERROR; with "wsproto" it logs nothing.
# Why it matters here: the local engine declines handshakes without a valid key, and its log is the user's terminal.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet uvicorn==0.54.0 websockets==17.4 wsproto==1.3.2
cat > "$folder/decline.py" <<'END'
import socket
import sys
import threading
import time

import uvicorn

HANDSHAKE = (
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})


listener = socket.create_server(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, ws=sys.argv[1], lifespan="off", log_level="error"))
thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
thread.start()
while not server.started:
    time.sleep(0.01)
with socket.create_connection(listener.getsockname(), 10) as client:
    client.sendall(HANDSHAKE.encode())
    print(client.recv(12).decode())
server.should_exit = True
thread.join()
END
cd "$folder"
venv/bin/python -c "import uvicorn; print('uvicorn', uvicorn.__version__)"
for protocol in wsproto websockets-sansio; do
  output=$(venv/bin/python decline.py "$protocol" 2>&1)
  printf '%s:\n%s\n' "$protocol" "$output"
  grep -q "HTTP/1.1 403" <<<"$output"
  count=$(grep -c "returned without completing handshake" <<<"$output" || true)
  [ "$count" = "$([ "$protocol" = wsproto ] && echo 0 || echo 1)" ] || { echo "the behaviour changed"; exit 1; }
done
