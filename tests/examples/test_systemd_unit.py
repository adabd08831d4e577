"""The unit says what systemd understands, and starts what there is."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from exporter.cli.serve import serve

UNIT = Path("examples/systemd/cluster-conformance-exporter.service")
ROOM = 10
"""Seconds that systemd waits beyond those in which we end ourselves."""


@pytest.fixture
def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # names have capital letters
    unit.read_string(UNIT.read_text())
    return unit["Service"]


def test_it_speaks_the_protocol_that_the_exporter_speaks(
    service: configparser.SectionProxy,
) -> None:
    assert service["Type"] == "notify"
    assert service["ExecReload"].endswith("kill -HUP $MAINPID")
    assert service["NotifyAccess"] == "main"
    assert int(service["WatchdogSec"]) >= 30
    assert int(service["TimeoutStopSec"]) == 20 + ROOM


def test_it_starts_a_command_that_there_is(service: configparser.SectionProxy) -> None:
    program, command, *arguments = shlex.split(service["ExecStart"])

    context = serve.make_context(command, [*arguments], resilient_parsing=True)

    assert Path(program).name == "cluster-conformance"
    assert context.params["addresses"] == (("127.0.0.1", 10799),)
    assert context.args == []


def test_nobody_gets_more_rights_than_are_needed(service: configparser.SectionProxy) -> None:
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] not in {"", "root"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    text = UNIT.read_text().replace("/opt/cluster-conformance/bin/cluster-conformance", "/bin/true")
    unit = tmp_path / UNIT.name
    unit.write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert UNIT.name not in done.stderr, done.stderr
