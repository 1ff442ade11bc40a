#!/usr/bin/env bash
# asyncio of CPython 3.11 takes two page faults for each read of a Protocol, and none for a BufferedProtocol (glibc).
#
# The transport of a socket reads into a new buffer of 256 KiB each time. glibc maps a block of that size and unmaps it again,
# unless the process has freed a larger one before, so that short answers cost two faults of the kernel each: of a bare
# exchange on loopback that is about half of the processor time. A BufferedProtocol reads into memory that stays.
# Why it matters here: the client's connections were Protocols; what this cost was seen in no profile of Python functions.
# Page faults are counted, not time: they do not depend on how busy a machine is.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cat > "$folder/exchange.py" <<'END'
import asyncio
import resource
import sys

ROUNDS = 2000
BUFFER = bytearray(65536)
ECHO = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection = listener.accept()[0]
while data := connection.recv(100):
    connection.sendall(data)
"""


class Protocol(asyncio.Protocol):
    def data_received(self, data):
        self.waiter.set_result(data)


class BufferedProtocol(asyncio.BufferedProtocol):
    def get_buffer(self, hint):
        return BUFFER

    def buffer_updated(self, count):
        self.waiter.set_result(bytes(BUFFER[:count]))


async def main(kind):
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, stdout=pipe)
    port = int(await server.stdout.readline())
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(kind, "127.0.0.1", port)
    for number in range(ROUNDS + 100):
        if number == 100:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        protocol.waiter = loop.create_future()
        transport.write(b"x" * 100)
        await protocol.waiter
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    transport.close()
    await server.wait()


asyncio.run(main({"Protocol": Protocol, "BufferedProtocol": BufferedProtocol}[sys.argv[1]]))
END
python3 -c "import platform; print(platform.python_implementation(), platform.python_version(), *platform.libc_ver())"
protocol=$(python3 "$folder/exchange.py" Protocol)
buffered=$(python3 "$folder/exchange.py" BufferedProtocol)
printf 'page faults in 2000 exchanges: %s by a Protocol, %s by a BufferedProtocol\n' "$protocol" "$buffered"
[ "$protocol" -ge 2000 ] && [ "$buffered" -lt 200 ] || { echo "the behaviour changed"; exit 1; }
