"""Signals are heeded from the moment on at which the exporter says that it listens."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.test_service import SETTINGS

SIGNALLED = """
import logging, signal, sys
from exporter.__main__ import main

class Signalling(logging.Handler):
    def emit(self, record):
        if record.msg.startswith("%s") and "listening on" in record.args:
            for number in signals:
                signal.raise_signal(number)

signals = [signal.Signals[one] for one in sys.argv.pop(1).split()]
logging.getLogger("exporter.app.web").addHandler(Signalling())
main()
"""
"""The command, sent signals by itself as soon as it says where it listens."""
HANGING = """
import os, signal, time
from exporter import cli
from exporter.__main__ import main
from exporter.app import conformance

def evaluate(*_, **__):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(3600)

cli.GRACE = 1
conformance.evaluate = evaluate
main()
"""
"""The command, told to stop in an evaluation that goes on in a thread whatever happens."""


@pytest.mark.parametrize("signals", ["SIGTERM", "SIGINT", "SIGHUP SIGTERM"])
def test_a_signal_that_comes_at_once_ends_nothing_by_force(signals: str, tmp_path: Path) -> None:
    settings = tmp_path / "conformance.yaml"
    settings.write_text(SETTINGS)

    done = subprocess.run(
        [
            *(sys.executable, "-c", SIGNALLED, signals, "serve", "--config.file", str(settings)),
            *("--web.listen-address", "127.0.0.1:0"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "listening on" in done.stderr
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_a_process_that_does_not_end_is_ended(tmp_path: Path) -> None:
    settings = tmp_path / "conformance.yaml"
    settings.write_text(SETTINGS)

    done = subprocess.run(
        [
            *(sys.executable, "-c", HANGING, "serve", "--config.file", str(settings)),
            *("--web.listen-address", "127.0.0.1:0"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "listening on" in done.stderr
    assert done.returncode == -signal.SIGALRM
