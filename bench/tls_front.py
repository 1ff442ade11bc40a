"""A server that speaks TLS before another one, as a cloud's front does."""

import socket
import ssl
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

import trustme

HOST = "127.0.0.1"


@contextmanager
def tls_front(port: int) -> Generator[tuple[str, str]]:
    """Forward TLS connections to a port of this machine; yield the URL, and the path of the authority's certificate."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    with socket.create_server((HOST, 0)) as listener, tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        threading.Thread(target=_accept, args=(listener, context, port), daemon=True).start()
        try:
            yield f"https://{HOST}:{listener.getsockname()[1]}", file.name
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_serve, args=(listener.accept()[0], context, port), daemon=True).start()


def _serve(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """Forward a connection."""
    with (
        suppress(OSError),
        plain,
        context.wrap_socket(plain, server_side=True) as outer,
        socket.create_connection((HOST, port)) as inner,
    ):
        host = b"%s:%d" % (HOST.encode(), port)
        own = b"%s:%d" % (HOST.encode(), outer.getsockname()[1])
        threading.Thread(target=_copy, args=(inner, outer, host, host), daemon=True).start()
        _copy(outer, inner, own, host)


def _copy(source: socket.socket, target: socket.socket, name: bytes, inner_name: bytes) -> None:
    """Copy what one side sends, with the host renamed as the other one knows it."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data.replace(name, inner_name))
        target.shutdown(socket.SHUT_RDWR)
