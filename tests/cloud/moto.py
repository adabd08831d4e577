"""A simulated AWS: moto's server in a process of its own, asked over HTTP by the real SDK."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from botocore.session import Session

from tests.real.processes import free_port

REGION = "ap-northeast-2"
PATIENCE = 60.0
KEYS = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "hunter2-secret-key"}


@contextmanager
def serving() -> Iterator[str]:
    """Serve a simulated AWS; gives its address."""
    port = free_port()
    quick = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "INITIAL_NO_AUTH_ACTION_COUNT": "inf"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, **quick},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(server, url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait(server: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/moto-api/", timeout=5).close()
            return
        time.sleep(0.05)
    raise RuntimeError("moto's server does not answer")


def reset(url: str) -> None:
    """Let the simulated AWS begin anew, with a default VPC and nothing else."""
    request = urllib.request.Request(f"{url}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=PATIENCE).close()


def client(url: str, service: str = "ec2") -> Any:
    """Return a client of one service of the simulated AWS."""
    session = Session()
    session.set_credentials(*KEYS.values())
    return session.create_client(service, region_name=REGION, endpoint_url=url)
