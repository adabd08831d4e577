import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    pytest.param(ROOT / "requirements" / name, id=name.removesuffix(".txt"))
    for name in ("run.txt", "test.txt")
]
PIN = re.compile(r"([a-z0-9.-]+)==([^ ]+)(?: ; .*)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in map(PIN.fullmatch, path.read_text().splitlines()):
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return found


@pytest.mark.parametrize("path", FILES)
def test_requirements_are_pins_with_hashes_and_nothing_else(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]

    others = [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)]

    assert others == []


@pytest.mark.parametrize("path", FILES)
def test_every_dependency_of_the_project_is_pinned(path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["ansible"]

    names = {re.split(r"[<>=~!]", one)[0].lower().replace("_", "-") for one in wanted}

    assert names <= pins(path).keys()


def test_what_is_tested_is_what_runs() -> None:
    run, test = (pins(ROOT / "requirements" / name) for name in ("run.txt", "test.txt"))

    assert {name: test.get(name) for name in run} == run
