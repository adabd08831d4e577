"""What modules do to nodes, given rendered arguments."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.extents import Extent
from exporter.declared.ansible.modules import (
    PossibleChange,
    object_changes,
    script_changes,
    taint_changes,
)
from exporter.declared.ansible.node_changes import NodeChange
from exporter.domain.taints import Taint, TaintEffect


def test_a_null_label_is_taken_away() -> None:
    definition = {"kind": "Node", "metadata": {"name": "n1", "labels": {"a": None, "b": "c"}}}

    assert list(object_changes({"definition": definition})) == [
        NodeChange(names=("n1",), labels={"a": None, "b": "c"})
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("text", id="no mapping"),
        pytest.param({"kind": "Node", "name": "n", "definition": "["}, id="no YAML"),
        pytest.param({"kind": "Node", "name": "n", "label_selectors": ["a=b"]}, id="selectors"),
        pytest.param(
            {"kind": "Node", "name": "n", "definition": {"metadata": {"labels": "a"}}},
            id="labels that are no mapping",
        ),
        pytest.param(
            {"kind": "Node", "name": "n", "definition": {"spec": {"taints": "a"}}},
            id="taints that are no list",
        ),
        pytest.param(
            {
                "kind": "Node",
                "name": "n",
                "definition": {
                    "spec": {"taints": [{"key": "a", "value": 1, "effect": "NoSchedule"}]}
                },
            },
            id="a taint with a number",
        ),
    ],
)
def test_an_object_that_is_not_understood_is_left_open(arguments: object) -> None:
    with pytest.raises(UnresolvedError):
        list(object_changes(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("text", id="no mapping"),
        pytest.param({"taints": []}, id="no name"),
        pytest.param({"name": "n", "taints": "a"}, id="no list"),
        pytest.param({"name": "n", "state": "gone"}, id="an unknown state"),
        pytest.param({"name": "n", "state": "absent", "taints": [{"effect": "x"}]}, id="no key"),
        pytest.param(
            {"name": "n", "state": "absent", "taints": [{"key": "a", "effect": "x"}]},
            id="an unknown effect",
        ),
        pytest.param({"name": "n", "taints": ["a"]}, id="no taint"),
    ],
)
def test_taints_that_are_not_understood_are_left_open(arguments: object) -> None:
    with pytest.raises(UnresolvedError):
        list(taint_changes(arguments))


def test_a_taint_may_be_written_as_text() -> None:
    (change,) = taint_changes({"name": "n", "taints": ["a=b:NoSchedule"]})

    assert change.taints == (Taint(key="a", value="b", effect=TaintEffect.NO_SCHEDULE),)


def test_a_taint_is_taken_away_with_any_effect() -> None:
    (change,) = taint_changes({"name": "n", "state": "absent", "taints": [{"key": "a"}]})

    assert change.removed == (("a", None),)


def test_a_script_that_is_no_text_is_left_open() -> None:
    with pytest.raises(UnresolvedError):
        list(script_changes("{{ x }}", render=lambda _: ["no", "text"]))


def test_one_open_command_does_not_hide_the_next() -> None:
    script = "kubectl label node $x a=b\nkubectl label node n1 a=b"

    first, second = script_changes(script, render=lambda text: text)

    assert isinstance(first, PossibleChange)
    assert first.extent == Extent(frozenset({"labels.a"}))
    assert second == NodeChange(names=("n1",), labels={"a": "b"}, line=1)
