"""A fix shows nothing but what it changes, and says nothing to kubectl but what is meant."""

from collections.abc import Sequence

import pytest
from msgspec import structs

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.provenance import Place, Source
from exporter.report.status import Board, Cluster
from exporter.report.status.fixes import fixes
from tests.report.evaluations import evaluation, finding
from tests.report.status.boards import ENGLISH

NODE = Subject("Node", "", "a")


def of_node(check: str, declared: Json, **more: object) -> Finding:
    return structs.replace(
        finding(), check=check, subject=NODE, verdict=Verdict.FAIL, declared=declared, **more
    )


def texts(found: Finding, lines: Sequence[str] = ()) -> list[str]:
    board = Board(outcome=evaluation(found), cluster=Cluster(read=lambda _: tuple(lines)))
    (entry,) = board.to_settle
    return [fix.text for fix in fixes(entry, board, ENGLISH)]


def conflict(path: str = "a.yml") -> Finding:
    wrong, right = Place(Source.ANSIBLE, path, 2), Place(Source.ANSIBLE, "b.yml", 1)
    statements = [
        {"source": "ansible", "value": value, "place": str(place)}
        for value, place in (("red", wrong), ("blue", right))
    ]
    declared: Json = [{"attribute": "labels.colour", "statements": statements}]
    return of_node("declaration_conflict", declared, provenance=(wrong, right))


def test_a_patch_shows_no_line_but_the_one_it_changes() -> None:
    (patch,) = texts(conflict(), ["password: hunter2", "colour: red", "token: abc"])

    assert "-colour: red\n+colour: blue\n" in patch
    assert "hunter2" not in patch
    assert "abc" not in patch


@pytest.mark.parametrize(
    "line",
    [
        "a: {colour: red, password: hunter2}",
        "a colour=red DB_PASSWORD=hunter2",
        "colour: red # AKIAABCDEFGHIJKLMNOP",
    ],
)
def test_there_is_no_patch_of_a_line_with_a_credential(line: str) -> None:
    assert texts(conflict(), ["", line]) == []


@pytest.mark.parametrize("key", ["--as", "-n"])
def test_a_label_that_kubectl_would_take_for_an_option_has_no_command(key: str) -> None:
    assert texts(of_node("node_labels", {"a": "b"})) == ["kubectl label node a a=b --overwrite"]
    assert texts(of_node("node_labels", {key: "b"})) == []


@pytest.mark.parametrize("name", ["--all", "-l", "a b", "a,b", "a\n--all", "\u202ea", ""])
def test_a_name_that_kubectl_would_take_for_something_else_has_no_command(name: str) -> None:
    found = of_node("node_labels", {"a": "b"})

    assert texts(structs.replace(found, subject=Subject("Node", "", name))) == []


@pytest.mark.parametrize(
    "path", ["a.yml\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-c\n+d", "a b.yml", "/etc/passwd", "a\tb"]
)
def test_a_path_cannot_begin_a_patch_of_its_own(path: str) -> None:
    assert texts(conflict(path), ["", "colour: red"]) == []
