"""The expectation is worked out again only where what it follows from has changed."""

import pytest

from exporter.domain.declaration import DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.expectation import Bounds, Expectation
from exporter.domain.facts import Extent, Facts, Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers
from exporter.runtime.expected import Expected

KEY = WorkloadKey("shop", "Deployment", "cart")
WORKLOAD = DeclaredWorkload(
    key=KEY, manifest={"spec": {"replicas": 2}}, place=Place(Source.KUSTOMIZE, "d.yaml", 1)
)
SCALED = ObservedAutoscalers({KEY: (3, 10)})


def known() -> dict[type, object]:
    return {
        DeclaredNodes: DeclaredNodes({}, {"g": NodeGroup(name="g", maximum=2)}),
        DeclaredWorkloads: DeclaredWorkloads({KEY: WORKLOAD}),
        ObservedAutoscalers: SCALED,
        ObservedNodes: ObservedNodes({}),
    }


def test_it_is_the_very_same_as_long_as_its_facts_are() -> None:
    expected, facts = Expected(), known()
    first = expected.known(Facts(facts)).get(Expectation)

    facts[ObservedNodes] = ObservedNodes({})
    again = expected.known(Facts(facts)).get(Expectation)

    assert again is first


OTHERS = {
    DeclaredNodes: DeclaredNodes({}, {"g": NodeGroup(name="g", maximum=3)}),
    DeclaredWorkloads: DeclaredWorkloads({KEY: WORKLOAD}),
    ObservedAutoscalers: None,
}


@pytest.mark.parametrize("changed", OTHERS)
def test_it_is_another_where_one_of_its_facts_is(changed: type) -> None:
    expected, facts = Expected(), known()
    first = expected.known(Facts(facts)).get(Expectation)

    facts[changed] = OTHERS[changed]
    again = expected.known(Facts(facts)).get(Expectation)

    assert again is not first


def test_autoscalers_that_cannot_be_relied_on_say_nothing() -> None:
    gap = Gap(Source.KUBERNETES, "the API server does not answer")

    facts = Expected().known(Facts(known(), gaps={ObservedAutoscalers: (gap,)}))

    assert facts.get(Expectation).replicas == {KEY: Bounds(2, 2)}
    assert facts.gaps == {ObservedAutoscalers: (gap,)}


def test_one_odd_autoscaler_leaves_the_others_to_count() -> None:
    gap = Gap(Source.KUBERNETES, "an odd one", Extent(names=frozenset({"other"})))

    facts = Expected().known(Facts(known(), gaps={ObservedAutoscalers: (gap,)}))

    assert facts.get(Expectation).replicas[KEY] == Bounds(3, 10, "an autoscaler in the cluster")
