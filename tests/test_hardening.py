"""What the documents on security claim can be looked up: tests, links, targets of make."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs" / "hardening.md", ROOT / "SECURITY.md")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
_TARGET = re.compile(r"`make (\w+)`")
NAMED = sorted({found for page in PAGES for found in _TEST.findall(page.read_text())})


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())

    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in tree.body if isinstance(node, functions)}


def test_every_row_of_a_threat_names_a_test() -> None:
    text = PAGES[0].read_text()
    sections = [one for one in text.split("\n## ") if one.startswith("A ")]
    rows = [
        line
        for section in sections
        for line in section.splitlines()
        if line.startswith("| ") and not line.endswith(("| test |", "--- |"))
    ]

    assert len(sections) == 7
    assert [row for row in rows if not _TEST.search(row)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_targets_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert all((page.parent / link).exists() for link in _LINK.findall(text))
    assert set(_TARGET.findall(text)) <= made
