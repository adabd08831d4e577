"""A service manager is told what it understands, and one that is not there harms nobody."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.foreign.systemd import ServiceManager


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(name)
        wire.settimeout(5)
        yield wire


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "path":
        return str(tmp_path / "notify")
    return f"@conformance-test-{os.getpid()}"


def test_it_is_told_by_a_socket_with_a_path_or_without(address: str) -> None:
    manager = ServiceManager(address=address, monotonic=lambda: 5_000_000_999)

    with listening(address) as wire:
        manager.ready()
        manager.reloading()
        manager.alive()
        manager.status("two\nlines " + "x" * 1000)
        manager.stopping()
        told = [wire.recv(4096).decode() for _ in range(5)]

    assert told[:3] == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=5000000", "WATCHDOG=1"]
    assert told[3].startswith("STATUS=two lines xxx")
    assert len(told[3]) < 600
    assert told[4] == "STOPPING=1"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="nobody"),
        pytest.param("/nonexistent/notify", id="a socket that is not there"),
        pytest.param("@" + "x" * 300, id="a name that is too long"),
    ],
)
def test_one_that_cannot_be_told_is_nobodys_trouble(address: str) -> None:
    ServiceManager(address=address).ready()


def test_one_that_does_not_listen_holds_nobody_up(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    manager = ServiceManager(address=address)

    with listening(address):
        for _ in range(5000):
            manager.alive()


@pytest.mark.parametrize(
    ("environment", "address", "watchdog"),
    [
        pytest.param({}, "", 0.0, id="none"),
        pytest.param({"NOTIFY_SOCKET": "/run/x"}, "/run/x", 0.0, id="without watchdog"),
        pytest.param(
            {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())},
            "@x",
            30.0,
            id="with one",
        ),
        pytest.param(
            {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
            "/x",
            0.0,
            id="that of another process",
        ),
        pytest.param({"NOTIFY_SOCKET": "vsock:2:1", "WATCHDOG_USEC": "-1"}, "", 0.0, id="odd"),
    ],
)
def test_the_environment_names_it_and_no_child_hears_of_it(
    environment: dict[str, str], address: str, watchdog: float
) -> None:
    found = ServiceManager.of(environment)

    assert (found.address, found.watchdog) == (address, watchdog)
    assert environment == {}
