#!/usr/bin/env bash
# python-xlib 0.33 does not find a cookie that is for any host (family FamilyWild, 65535), as libX11 and libxcb do.
#
# Such entries are what people write who share a screen with containers or namespaces, whose host names differ (the common
# way is xauth nlist | sed -e 's/^..../ffff/' | xauth nmerge -), and what some display managers write. xdpyinfo connects with
# them; a program on python-xlib is refused. An entry for the exact name of the host is found.
# Why it matters here: the desktop service of a session is on python-xlib, so the engine writes an entry with the name of the
# session's host, and users who bring a desktop of their own have to.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-xlib==0.33
cat > "$folder/cookies.py" <<'END'
import struct
import sys

from Xlib import __version_string__, error
from Xlib.xauth import Xauthority

LOCAL, WILD = 256, 65535
print("python-xlib", __version_string__)
for name, family, address in (("exact host", LOCAL, b"machine"), ("any host", WILD, b"")):
    parts = address, b"1", b"MIT-MAGIC-COOKIE-1", bytes(16)
    with open(sys.argv[1], "wb") as file:
        file.write(struct.pack(">H", family) + b"".join(struct.pack(">H", len(part)) + part for part in parts))
    try:
        Xauthority(sys.argv[1]).get_best_auth(LOCAL, b"machine", 1)
        print(f"{name}: found")
    except error.XNoAuthError:
        print(f"{name}: not found")
END
output=$("$folder/venv/bin/python" "$folder/cookies.py" "$folder/Xauthority")
printf '%s\n' "$output"
if command -v xauth >/dev/null; then  # the last entry written is for any host, and is what libXau's own tool shows
  xauth -f "$folder/Xauthority" nlist | grep -q '^ffff'
fi
grep -qx "exact host: found" <<<"$output" && grep -qx "any host: not found" <<<"$output" || { echo "the behaviour changed"; exit 1; }
