"""What several tasks do comes together in their order."""

import pytest

from exporter.declared.ansible.changes import Change
from exporter.declared.ansible.ledger import Ledger
from exporter.declared.ansible.values import UnresolvedError
from exporter.domain.declaration import NodeGap, NodeStatement
from exporter.domain.provenance import Place, Source
from exporter.domain.taints import Taint, TaintEffect

TAINT = Taint(key="k", value="v", effect=TaintEffect.NO_SCHEDULE)


def at(line: int) -> Place:
    return Place(Source.ANSIBLE, "play.yml", line)


def apply(ledger: Ledger, *changes: Change, playbook: str = "play.yml") -> None:
    for line, change in enumerate(changes, 1):
        ledger.apply(change, place=at(line), playbook=playbook)


def labels(ledger: Ledger) -> dict[str, dict[str, str]]:
    return {
        node.name: {key: stated.value for key, stated in node.labels.items()}
        for node in ledger.statements()
    }


def test_a_later_task_overrides_an_earlier_one() -> None:
    ledger = Ledger()

    apply(
        ledger,
        Change(names=("n1",), labels={"a": "1", "b": "1"}),
        Change(names=("n1",), labels={"a": "2"}),
    )

    (node,) = ledger.statements()
    assert not node.enumerates
    assert (node.labels["a"].value, node.labels["a"].place.line) == ("2", 2)
    assert node.labels["b"].place.line == 1
    assert node.place.line == 1


def test_what_is_taken_away_is_not_declared() -> None:
    ledger = Ledger()

    apply(
        ledger,
        Change(names=("n1",), labels={"a": "1"}, taints=(TAINT,)),
        Change(names=("n1",), labels={"a": None}, removed=(("k", None),)),
    )

    assert list(ledger.statements()) == []


def test_a_removal_names_its_effect() -> None:
    other = Taint(key="k", effect=TaintEffect.NO_EXECUTE)
    ledger = Ledger()

    apply(
        ledger,
        Change(names=("n1",), taints=(TAINT, other)),
        Change(names=("n1",), removed=(("k", TaintEffect.NO_EXECUTE),)),
    )

    (node,) = ledger.statements()
    assert [one.value for one in node.taints] == [TAINT]


def test_a_removal_by_another_playbook_is_an_open_question() -> None:
    ledger = Ledger()
    apply(ledger, Change(names=("n1",), labels={"a": "1"}), playbook="set.yml")

    apply(ledger, Change(names=("n1",), labels={"a": None}), playbook="reset.yml")

    assert labels(ledger) == {"n1": {"a": "1"}}
    assert "which of the playbooks runs last" in ledger.unresolved[0].message


def test_all_means_the_nodes_of_the_inventory() -> None:
    ledger = Ledger(inventory=("n1", "n2"))

    apply(ledger, Change(every=True, labels={"a": "1"}))

    assert labels(ledger) == {"n1": {"a": "1"}, "n2": {"a": "1"}}


def test_all_may_mean_nodes_that_no_inventory_lists() -> None:
    ledger = Ledger(inventory=("n1",))

    apply(ledger, Change(every=True, labels={"a": "1"}))

    (gap,) = ledger.gaps(0)
    assert gap.attributes == {"labels.a"}
    assert not gap.nodes
    assert gap.position == 0


@pytest.mark.parametrize(
    ("selector", "nodes"),
    [
        pytest.param("zone=a", {"n1"}, id="a label of the inventory"),
        pytest.param("zone", {"n1", "n2"}, id="a key"),
        pytest.param("role==gpu", {"n2"}, id="a label of an earlier task"),
        pytest.param("zone=b,role=gpu", {"n2"}, id="both"),
        pytest.param("kubernetes.io/hostname=n1", {"n1"}, id="the name"),
        pytest.param("zone=c", set(), id="nobody"),
    ],
)
def test_a_selector_selects_by_declared_labels(selector: str, nodes: set[str]) -> None:
    known = {"n1": {"zone": "a"}, "n2": {"zone": "b"}}
    ledger = Ledger(inventory=("n1", "n2"), known=known)
    apply(ledger, Change(names=("n2",), labels={"role": "gpu"}))

    apply(ledger, Change(selector=selector, labels={"x": "1"}))

    assert {name for name, values in labels(ledger).items() if "x" in values} == nodes


@pytest.mark.parametrize("selector", ["other=1", "!zone", "zone!=a", "zone in (a,b)", "zone=a,,"])
def test_a_selector_that_is_not_certain_is_left_open(selector: str) -> None:
    ledger = Ledger(inventory=("n1",), known={"n1": {"zone": "a"}})

    with pytest.raises(UnresolvedError, match="is not declared"):
        apply(ledger, Change(selector=selector, labels={"x": "1"}))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(Change(names=("N 1",), labels={"a": "1"}), id="no node's name"),
        pytest.param(Change(names=("",), labels={"a": "1"}), id="an empty name"),
        pytest.param(Change(labels={"a": "1"}), id="no name"),
        pytest.param(Change(names=("n1",), labels={"a b": "1"}), id="no key"),
    ],
)
def test_nonsense_is_not_stated(change: Change) -> None:
    ledger = Ledger()

    with pytest.raises(UnresolvedError):
        apply(ledger, change)

    assert list(ledger.statements()) == []


def test_what_is_kept_is_bounded() -> None:
    ledger = Ledger(inventory=tuple(f"n{number}" for number in range(5000)))
    many = {f"l{number}": "x" for number in range(101)}

    with pytest.raises(UnresolvedError, match="more of nodes than is kept"):
        apply(ledger, Change(every=True, labels=many))


def test_nodes_without_anything_left_are_not_stated() -> None:
    ledger = Ledger()

    apply(ledger, Change(names=("n1",), removed=(("k", None),)))

    statements: list[NodeStatement] = list(ledger.statements())
    assert statements == []


def test_a_selector_may_select_nodes_whose_label_is_not_known() -> None:
    gap = NodeGap(
        place=at(1),
        message="why",
        attributes=frozenset({"labels.zone"}),
        nodes=frozenset({"n2"}),
    )
    ledger = Ledger(inventory=("n1", "n2"), known={"n1": {"zone": "a"}}, listed=(gap,))

    apply(ledger, Change(selector="zone=a", taints=(TAINT,)))

    assert [one.name for one in ledger.statements()] == ["n1"]
    (found,) = ledger.gaps(0)
    assert found.attributes == {"taints.k"}
    assert found.position == 0
