"""A real etcd and kube-apiserver on loopback, with certificates and tokens made for one run."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.apiserver.tls import server_context

ADMIN_TOKEN = "token-of-the-admin"
STARTING = 120
"""Seconds that a program may take to start; on a busy machine it takes long."""
STOPPING = 20
_CHECK = 0.1


class StartError(RuntimeError):
    """A program did not start; the message ends with what it said."""


def free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class Program:
    """A program that runs until it is stopped, and what it says, in a file."""

    command: list[str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: Callable[[], bool]) -> None:
        """Start it and wait until it is *ready*; raises :exc:`StartError`."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, stdout=log, stderr=log)
        end = time.monotonic() + STARTING
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                said = self.log.read_text(errors="replace")[-2000:]
                raise StartError(f"{self.command[0]} did not start:\n{said}")
            time.sleep(_CHECK)

    def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(slots=True)
class Etcd:
    """An etcd with a database of its own in *folder*."""

    binary: Path
    folder: Path
    url: str = field(default_factory=lambda: f"http://127.0.0.1:{free_port()}")
    _program: Program | None = None

    def start(self) -> None:
        """Start it; raises :exc:`StartError`."""
        peers = f"http://127.0.0.1:{free_port()}"
        options = {
            "name": "default",
            "data-dir": self.folder / "etcd",
            "listen-client-urls": self.url,
            "advertise-client-urls": self.url,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": f"default={peers}",
        }
        self._program = Program(_command(self.binary, options), self.folder / "etcd.log")
        self._program.start(ready=lambda: _answers(f"{self.url}/health"))

    def stop(self) -> None:
        """Stop it."""
        if self._program is not None:
            self._program.stop()


@dataclass(slots=True)
class KubeApiServer:
    """A kube-apiserver on top of an etcd: RBAC, a token of an admin, ServiceAccounts.

    *folder* gets ``ca.crt``, which clients have to trust. *options* are more of its flags.
    """

    binary: Path
    folder: Path
    etcd: Etcd
    options: Mapping[str, object] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _program: Program | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate of its authority."""
        return self.folder / "ca.crt"

    def start(self) -> None:
        """Start it, on the same port as before; raises :exc:`StartError`."""
        if self._program is None:
            self.folder.mkdir(exist_ok=True)
            server_context(self.folder)
            _write_key(self.folder / "accounts.key")
            (self.folder / "tokens.csv").write_text(f"{ADMIN_TOKEN},admin,1,system:masters\n")
            command = _command(self.binary, {**self._flags(), **self.options})
            self._program = Program(command, self.folder / "kube-apiserver.log")
        trust = ssl.create_default_context(cafile=str(self.authority))
        self._program.start(ready=lambda: _answers(f"{self.url}/readyz", trust))

    def stop(self) -> None:
        """Stop it; what it knows is in the etcd."""
        if self._program is not None:
            self._program.stop()

    def _flags(self) -> dict[str, object]:
        """Return the flags; what controllers would do first (accounts of pods) is not asked for."""
        pair, key = self.folder / "server.pem", self.folder / "accounts.key"
        return {
            "etcd-servers": self.etcd.url,
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": self.port,
            "endpoint-reconciler-type": "none",
            "cert-dir": self.folder,
            "tls-cert-file": pair,
            "tls-private-key-file": pair,
            "token-auth-file": self.folder / "tokens.csv",
            "allow-privileged": True,
            "authorization-mode": "RBAC",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "service-cluster-ip-range": "10.0.0.0/24",
            "disable-admission-plugins": "ServiceAccount",
        }


def _command(binary: Path, options: Mapping[str, object]) -> list[str]:
    return [str(binary), *(f"--{name}={value}" for name, value in options.items())]


def _write_key(path: Path) -> None:
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )


def _answers(url: str, trust: ssl.SSLContext | None = None) -> bool:
    request = Request(url, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
    try:
        with urlopen(request, context=trust, timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False
