"""Ansible's own answers: ``ansible-playbook`` evaluates the cases, in a process of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
PROGRAM: Final = Path(sys.executable).parent / "ansible-playbook"
FAILED: Final = "(failed)"
"""What stands for a case that Ansible refuses."""

_PART: Final = 25
_CAUGHT: Final = f"[cases[{{}}]] | to_json | default('{FAILED}')"
"""What fails inside is undefined to what stands around it, so that the others are told with it."""
_NOTHING: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("cases", "parts", "together"), ()),
    **dict.fromkeys(("conditions", "condition_parts", "holding", "refused"), ()),
}
"""Lists, as each name of a variable would be copied for each item of each loop."""

ENVIRONMENT: Final = {
    "ANSIBLE_DEPRECATION_WARNINGS": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_NOCOLOR": "true",
    "LC_ALL": "C.UTF-8",
}


def values(templates: Sequence[str], folder: Path) -> list[Any]:
    """Return what Ansible makes of *templates*, FAILED where it fails.

    Those that fail should stand together, as that saves time.
    """
    parts = _parts(templates)
    content = {
        **_NOTHING,
        "cases": templates,
        "parts": parts,
        "together": [
            f"{{{{ [{', '.join(_CAUGHT.format(member) for member in part)}] }}}}" for part in parts
        ],
    }
    answers = _played(content, folder)
    found: dict[int, Any] = {}
    for result in answers["together"]:
        if not result["failed"]:
            found |= dict(zip(parts[result["item"]], map(_value, result["msg"]), strict=True))
    for result in answers["alone"]:
        found[result["item"]] = FAILED if result["failed"] else _value(result["msg"])
    return [found[index] for index in range(len(templates))]


def truths(conditions: Sequence[str], folder: Path) -> list[Any]:
    """Return whether Ansible finds that *conditions* hold, FAILED where it fails.

    Those that hold should stand together, and those that do not, as that saves time.
    """
    parts = _parts(conditions)
    content = {
        **_NOTHING,
        "conditions": [[condition] for condition in conditions],
        "condition_parts": parts,
        "holding": [[conditions[member] for member in part] for part in parts],
        "refused": [
            [f"({conditions[member]}) is sameas false" for member in part] for part in parts
        ],
    }
    answers = _played(content, folder)
    found: dict[int, Any] = {}
    for name, truth in (("holding", True), ("refused", False)):
        for result in answers[name]:
            if not result["failed"]:
                found |= dict.fromkeys(parts[result["item"]], truth)
    for result in answers["truths"]:
        found[result["item"]] = _truth(result)
    return [found[index] for index in range(len(conditions))]


def _parts(cases: Sequence[str]) -> list[list[int]]:
    """Return the places of the cases that are tried together."""
    places = list(range(len(cases)))
    return [places[start : start + _PART] for start in range(0, len(cases), _PART)]


def _truth(result: Mapping[str, Any]) -> Any:
    if not result["failed"]:
        return True
    return False if "evaluated_to" in result else FAILED


def _value(told: Any) -> Any:
    """Return the value in a list that is JSON; what is printed as JSON is read back as a list."""
    if told == FAILED:
        return FAILED
    return (json.loads(told) if isinstance(told, str) else told)[0]


def _played(content: Mapping[str, Any], folder: Path) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the results of the playbook's tasks for the variables *content*."""
    for name in ("playbook.yml", "variables.yml"):
        shutil.copy(HERE / name, folder / name)
    (folder / "cases.json").write_text(json.dumps(content))
    environment = {**os.environ, **ENVIRONMENT, "ANSIBLE_HOME": str(folder), "HOME": str(folder)}
    done = subprocess.run(
        [PROGRAM, "-i", "localhost,", "playbook.yml"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"ansible-playbook fails: {done.stdout[-2000:]}{done.stderr[-500:]}")
    answers: dict[str, list[Mapping[str, Any]]] = json.loads((folder / "answers.json").read_text())
    return answers


@cache
def version() -> str:
    """Return the version of ansible-core that answers."""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\[core ([\w.]+)\]", done.stdout)
    return match[1] if match else "unknown"
