"""What CONTRIBUTING.md shows of the project is the project's."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
(DIFF,) = re.findall(r"^```diff\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TOUCHED = re.findall(r"^\+\+\+ b/(\S+)\n(.*?)(?=^--- |\Z)", DIFF, re.MULTILINE | re.DOTALL)


def added(lines: str) -> list[str]:
    """Return the lines that a part of a diff adds."""
    return [line[1:] for line in lines.splitlines() if line.startswith("+")]


@pytest.mark.parametrize(("path", "lines"), TOUCHED, ids=[path for path, _ in TOUCHED])
def test_the_example_of_a_check_is_the_check(path: str, lines: str) -> None:
    text = (ROOT / path).read_text().splitlines()

    assert added(lines)
    assert [line for line in added(lines) if line not in text] == []


def test_the_module_of_the_example_is_whole() -> None:
    path, lines = TOUCHED[0]

    assert added(lines) == (ROOT / path).read_text().splitlines()


def test_every_target_of_make_is_told() -> None:
    targets = re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

    told = set(re.findall(r"`(?:make )?([a-z]+)(?: [A-Z_]+=\S+)?`", TEXT))
    assert set(targets) - told <= {"help", "demo", "report"}
