"""The service manager hears of us as long as we live, and what we found."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exporter.app.lifesigns import LifeSigns
from exporter.domain.published import Published
from exporter.foreign.systemd import ServiceManager
from tests.app.test_service import SETTINGS


@dataclass
class Running:
    published: Published | None = None
    stands_still: bool = False


class Wire:
    """A socket that a service manager listens on."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.socket.settimeout(60)

    def close(self) -> None:
        self.socket.close()

    def told(self) -> list[str]:
        """Return all that was told so far."""
        self.socket.settimeout(0)
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found

    def until(self, text: str) -> list[str]:
        """Wait for a message that begins so; return all until then."""
        self.socket.settimeout(60)
        found = [""]
        while not found[-1].startswith(text):
            found.append(self.socket.recv(4096).decode())
        return found[1:]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path)
    yield made
    made.close()


def test_signs_of_life_end_where_evaluations_do(wire: Wire) -> None:
    running = Running()
    signs = LifeSigns(ServiceManager(address=wire.address, watchdog=8.0), running)

    signs.step()
    while_it_lives = wire.told()
    running.stands_still = True
    signs.step()
    when_it_hangs = wire.told()

    assert while_it_lives == ["WATCHDOG=1", "STATUS=the first evaluation is under way"]
    assert when_it_hangs == ["STATUS=no evaluation comes to an end any more"]
    assert signs.pause == 4.0


def test_there_are_no_signs_of_life_where_nobody_asks_for_them(wire: Wire) -> None:
    signs = LifeSigns(ServiceManager(address=wire.address), Running())

    signs.step()
    signs.step()

    assert wire.told() == ["STATUS=the first evaluation is under way"]


def test_systemd_is_told_when_it_serves_reloads_and_stops(tmp_path: Path, wire: Wire) -> None:
    settings = tmp_path / "conformance.yaml"
    settings.write_text(SETTINGS)
    command = (sys.executable, "-m", "exporter", "serve", "--config.file", str(settings))
    environment = {"NOTIFY_SOCKET": wire.address, "WATCHDOG_USEC": "400000"}
    with subprocess.Popen(
        [*command, "--web.listen-address", "127.0.0.1:0"], env=environment
    ) as process:
        wire.until("READY=1")
        started = wire.until("STATUS=evaluated at ")
        process.send_signal(signal.SIGHUP)
        wire.until("RELOADING=1\nMONOTONIC_USEC=")
        wire.until("READY=1")
        settings.write_text("no: settings\n")
        process.send_signal(signal.SIGHUP)
        wire.until("RELOADING=1")
        wire.until("READY=1")
        process.terminate()
        wire.until("STOPPING=1")

    assert "WATCHDOG=1" in started
    assert process.returncode == 0
