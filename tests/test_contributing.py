"""What CONTRIBUTING.md shows of the project is the project's."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
DIFFS = re.findall(r"^```diff\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TOUCHED = [
    re.findall(r"^\+\+\+ b/(\S+)\n(.*?)(?=^--- |\Z)", diff, re.MULTILINE | re.DOTALL)
    for diff in DIFFS
]
ADDED = [touched for diff in TOUCHED for touched in diff]


def added(lines: str) -> list[str]:
    """Return the lines that a part of a diff adds."""
    return [line[1:] for line in lines.splitlines() if line.startswith("+")]


@pytest.mark.parametrize(("path", "lines"), ADDED, ids=[path for path, _ in ADDED])
def test_the_examples_are_what_is_there(path: str, lines: str) -> None:
    text = (ROOT / path).read_text().splitlines()

    assert added(lines)
    assert [line for line in added(lines) if line not in text] == []


@pytest.mark.parametrize("diff", TOUCHED, ids=["check", "kind"])
def test_the_module_of_an_example_is_whole(diff: list[tuple[str, str]]) -> None:
    path, lines = diff[0]

    assert added(lines) == (ROOT / path).read_text().splitlines()


def test_every_target_of_make_is_told() -> None:
    targets = re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

    documented = set(re.findall(r"`(?:make )?([a-z]+)(?: [A-Z_]+=\S+)?`", TEXT))
    assert set(targets) - documented <= {"help", "demo", "report"}
