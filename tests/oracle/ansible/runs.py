"""What playbooks do: ``ansible-playbook`` runs them, with a kubectl that only keeps a record."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from tests.oracle.ansible.ansible_core import ENVIRONMENT, PROGRAM
from tests.oracle.ansible.repository import INVENTORY

Labels: TypeAlias = dict[tuple[str, str], str]
"""The values of labels, by node and key."""

_KUBECTL: Final = """\
#!/bin/sh
{ printf '%s\\037' "$@"; printf '\\n'; } >> "$RECORD"
"""


def run(playbooks: Sequence[str], folder: Path) -> tuple[Labels, frozenset[str]]:
    """Return the labels that the *playbooks* in *folder* leave, and those that are refused.

    Each is named as its play is. Ansible runs none after one whose hosts all fail, or that it
    refuses, so it is started anew for the rest.
    """
    record = folder / ".record"
    _write_kubectl(folder / ".bin")
    record.write_text("")
    left, refused = list(playbooks), set()
    while left:
        output = _started([f"{name}.yml" for name in left], folder)
        begun = [name for name in left if f"PLAY [{name}]" in output]
        if not begun:
            refused.add(left[0])
        left = left[max(len(begun), 1) :]
    return _labels(record.read_text().splitlines()), frozenset(refused)


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
