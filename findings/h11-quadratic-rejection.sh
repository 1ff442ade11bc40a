#!/usr/bin/env bash
# h11 0.16.0 takes time that grows with the square of a line's length to reject some invalid lines.
#
# The expressions for a header field ("OWS value OWS", of which the value may be empty) and for a chunk header (".*" before
# "OWS") can divide a run of blanks in as many ways as it has blanks, and try all of them when the line has an invalid end.
# It concerns heads, trailers and chunk headers, in requests and in responses.
# Why it matters here: uvicorn and httpx parse with h11. One request of 60 KB of a stranger keeps uvicorn's event loop busy
# for 15 s and more, and httpcore lets a server do the same to a client with a head of 100 KB. The local
# engine checks lines before h11 sees them (engine/strict_buffer.py).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet h11==0.16.0
cd "$folder" && venv/bin/python - <<'END'
import time

import h11

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
MESSAGES = {"header field": b"x:%s\0\r\n\r\n", "trailer": CHUNKED + b"0\r\nx:%s\0\r\n\r\n", "chunk": CHUNKED + b"5;%s\nx\r\n"}


def seconds(message: bytes) -> float:
    server = h11.Connection(h11.SERVER, 1_000_000)
    server.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\n" + message)
    begun = time.perf_counter()
    try:
        while server.next_event() is not h11.NEED_DATA:
            pass
    except h11.RemoteProtocolError:
        return time.perf_counter() - begun
    raise SystemExit("it is accepted")


print("h11", h11.__version__)
for name, message in MESSAGES.items():
    short, long = (min(seconds(message % (b" " * size)) for _ in range(3)) for size in (3_000, 12_000))
    print(f"{name}: 3,000 blanks {short:.3f} s, 12,000 blanks {long:.3f} s, {long / short:.1f} times as long")
    assert long / short > 8, "the behaviour changed"
END
