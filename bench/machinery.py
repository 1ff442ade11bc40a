"""The processes of a run: the servers, and one fresh process for each measurement."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

from .client import Order
from .meter import Figures

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 300  # seconds that one measurement may take; the longest takes a minute


@dataclass(frozen=True)
class Server:
    """A server's addresses, and the file with the authorities to trust."""

    plain: str
    tls: str
    authorities: str

    def order(self, scenario: str, contender: str, sizes: dict[str, float], *, tls: bool = False) -> Order:
        """Return the order to measure ``contender`` here."""
        host = self.tls if tls else self.plain
        return Order(scenario, contender, host, self.plain, self.authorities if tls else None, sizes)


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for the loopback, and the authorities of a usual client with the one that signed it.

    A client that makes a TLS context for each call pays for reading all of these, as it does with a cloud.
    """
    authority = trustme.CA()
    certificate, authorities = folder / "server.pem", folder / "authorities.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    authorities.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    return certificate, authorities


@contextmanager
def serving(latency: float, transition: float) -> Iterator[Server]:
    """Run a server for the length of a block."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, authorities = certify(Path(folder))
        given = {"--latency": latency, "--transition": transition, "--certificate": certificate}
        command = [sys.executable, "-m", "bench.server", *(str(part) for pair in given.items() for part in pair)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                plain, tls = process.stdout.readline().split()
                yield Server(f"127.0.0.1:{plain}", f"127.0.0.1:{tls}", str(authorities))
            finally:
                process.terminate()


def measure(order: Order, python: str = sys.executable) -> Figures:
    """Carry ``order`` out in a fresh process and return its figures."""
    figures: Figures = json.loads(run(python, "-m", "bench.client", order.text(), authorities=order.authority))
    return figures


def run(python: str, *arguments: str, authorities: str | None = None) -> str:
    """Run Python in a fresh process, in a folder of its own, and return the last line that it prints."""
    places = [ROOT, ROOT / "src"] if python == sys.executable else [ROOT]  # others have their own build, or none
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places)), "AGENTBAY_LOG_LEVEL": "ERROR"}
    if authorities:
        environment["SSL_CERT_FILE"] = authorities
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-W", "ignore", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{arguments} failed:\n{done.stderr[-2000:]}")
    return done.stdout.splitlines()[-1]
