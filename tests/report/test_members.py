"""Groups without names of nodes are shown as what they are."""

from exporter.domain.declaration import NodeGroup
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.report.composition import paper
from exporter.report.markdown import write
from exporter.report.overview import overview
from exporter.report.texts import Lang, texts
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions
from tests.report.evaluations import NOW

POOL = NodeGroup(name="pool-a", minimum=1, maximum=5, labels={"pool": "a"}, pool=True)


def node(name: str, ready: ConditionStatus) -> ObservedNode:
    return ObservedNode(name=name, labels={"pool": "a"}, ready=ready)


def outcome_of(group: NodeGroup, *nodes: ObservedNode) -> Evaluation:
    facts = Facts(
        {
            DeclaredNodes: DeclaredNodes({}, {group.name: group}),
            ObservedNodes: ObservedNodes({one.name: one for one in nodes}),
        }
    )
    return evaluate([], facts=facts, decisions=Decisions(), sources=(), at=NOW)


def test_a_pool_shows_its_size_and_its_nodes() -> None:
    nodes = (node("x", ConditionStatus.TRUE), node("y", ConditionStatus.FALSE))

    shown = write(paper(overview(outcome_of(POOL, *nodes)), texts=texts(Lang.EN)))

    assert "No node is declared by name; of 2 nodes of declared groups, 1 are Ready." in shown
    assert "| pool-a | match | 1 to 5 | 2 | 1 | none |" in shown
    assert "| x | not checked | pool-a |" in shown


def test_a_pool_that_makes_what_pods_need_may_have_any_number() -> None:
    free = NodeGroup(name="spot", labels={"pool": "a"}, pool=True, unbounded=True)
    outcome = outcome_of(free, node("x", ConditionStatus.TRUE))

    shown = write(paper(overview(outcome), texts=texts(Lang.EN)))

    assert "| spot | match | any | 1 | 1 | none |" in shown
