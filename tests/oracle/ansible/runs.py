"""What playbooks do: ``ansible-playbook`` runs them, with a kubectl that only keeps a record."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from tests.oracle.ansible.ansible_core import ENVIRONMENT, PROGRAM
from tests.oracle.ansible.repository import INVENTORY

Labels: TypeAlias = dict[tuple[str, str], str]
"""The values of labels, by node and key."""

_PLAY: Final = re.compile(r"^PLAY \[(\w+)\] \*+$", re.MULTILINE)
_KUBECTL: Final = """\
#!/bin/sh
{ printf '%s\\037' "$@"; printf '\\n'; } >> "$RECORD"
"""


@dataclass(slots=True)
class Run:
    """What playbooks do: the *labels* that they leave, which are *refused*, and in which a task
    *failed*.
    """

    labels: Labels = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)


def run(playbooks: Sequence[str], folder: Path) -> Run:
    """Run the *playbooks* in *folder*, each of which is named as its play is.

    Ansible runs none after one whose hosts all fail, or that it refuses, so it is started anew
    for the rest.
    """
    record = folder / ".record"
    _write_kubectl(folder / ".bin")
    record.write_text("")
    found, left = Run(), list(playbooks)
    while left:
        told = _PLAY.split(_started([f"{name}.yml" for name in left], folder))[1:]
        plays = dict(zip(told[::2], told[1::2], strict=True))
        if not plays:
            found.refused.add(left[0])
        found.failed.update(name for name, output in plays.items() if "fatal: [" in output)
        left = left[max(len(plays), 1) :]
    found.labels = _labels(record.read_text().splitlines())
    return found


def _write_kubectl(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / "kubectl"
    program.write_text(_KUBECTL)
    program.chmod(0o755)


def _started(playbooks: Sequence[str], folder: Path) -> str:
    """Run playbooks, and return what Ansible tells of it."""
    home = str(folder / ".home")
    environment = {
        **os.environ,
        **ENVIRONMENT,
        "ANSIBLE_HOME": home,
        "HOME": home,
        "ANSIBLE_FORKS": "1",
        "RECORD": str(folder / ".record"),
        "PATH": f"{folder / '.bin'}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [PROGRAM, "-i", INVENTORY, "-c", "local", *playbooks],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _labels(lines: Sequence[str]) -> Labels:
    """Return what commands of kubectl leave on nodes."""
    found: Labels = {}
    for line in lines:
        words = [word for word in line.split("\037")[1:-1] if word != "--overwrite"]
        names = [word for word in words if "=" not in word and not word.endswith("-")]
        nodes = [name.rpartition("/")[2] for name in names if name != "node"]
        for pair in words[len(names) :]:
            key, equals, value = pair.partition("=")
            for node in nodes:
                if equals:
                    found[node, key] = value
                else:
                    found.pop((node, key.removesuffix("-")), None)
    return found
