"""A check that remembers what did not change finds what one would that remembers nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.checks import node_dedication, workload_images, workload_placement, workload_ready
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.nodes import (
    ConditionStatus,
    DeclaredNodes,
    ObservedNode,
    ObservedNodes,
)
from exporter.domain.policy import Policy
from exporter.domain.provenance import Place, Source
from exporter.domain.taints import Taint, Toleration
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)
from exporter.runtime.answers import Answers

PLACE = Place(Source.INVENTORY, "conformance.yaml")
NODES = ("a", "b")
KEYS = tuple(WorkloadKey("api", "Deployment", name) for name in ("auth", "scan"))
TOLERANT = (Toleration(key="pool", value="a"),)
WAITING = {"ImagePullBackOff": 1}
CHECKS = (node_dedication, workload_images, workload_placement, workload_ready)

GROUPS = st.builds(
    PodGroup,
    owner=st.sampled_from(KEYS),
    node=st.sampled_from((*NODES, "gone")),
    tolerations=st.sampled_from(((), TOLERANT)),
    pods=st.integers(1, 2),
    ready=st.integers(0, 1),
    waiting=st.sampled_from(({}, WAITING)),
)


def pods_of(groups: list[PodGroup]) -> ObservedPods:
    return ObservedPods(
        by_owner={key: tuple(one for one in groups if one.owner == key) for key in KEYS},
        by_node={name: tuple(one for one in groups if one.node == name) for name in NODES},
    )


def nodes_of(taints: dict[str, frozenset[Taint]]) -> ObservedNodes:
    return ObservedNodes(
        {
            name: ObservedNode(
                name=name, labels={"pool": name}, taints=own, ready=ConditionStatus.TRUE
            )
            for name, own in taints.items()
        }
    )


def workloads_of(replicas: dict[WorkloadKey, int]) -> ObservedWorkloads:
    return ObservedWorkloads(
        {
            key: ObservedWorkload(key=key, manifest={}, replicas=count, ready=1)
            for key, count in replicas.items()
        }
    )


TAINTS = st.sampled_from((frozenset(), frozenset({Taint.parse("pool=a:NoSchedule")})))
OBSERVED = {
    ObservedPods: st.lists(GROUPS, max_size=4).map(pods_of),
    ObservedNodes: st.dictionaries(st.sampled_from(NODES), TAINTS).map(nodes_of),
    ObservedWorkloads: st.dictionaries(st.sampled_from(KEYS), st.integers(0, 2)).map(workloads_of),
    Policy: st.sampled_from((Policy(), Policy(unmanaged_taints=("pool",)))),
}
DECLARED: dict[type, object] = {
    DeclaredNodes: DeclaredNodes(
        {
            name: DeclaredNode(
                name=name, group="", places=(PLACE,), attributes={}, labels={}, taints=()
            )
            for name in NODES
        }
    ),
    DeclaredWorkloads: DeclaredWorkloads(
        {
            key: DeclaredWorkload(
                key=key,
                manifest={"spec": {"template": {"spec": {"nodeSelector": {"pool": "a"}}}}},
                place=PLACE,
            )
            for key in KEYS
        }
    ),
}
CHANGES = st.one_of(
    *(st.tuples(st.just(kind), values) for kind, values in OBSERVED.items()),
)


@pytest.mark.parametrize("check", [one.CHECK for one in CHECKS], ids=lambda one: one.id)
@settings(max_examples=100)
@given(first=st.fixed_dictionaries(OBSERVED), changes=st.lists(CHANGES, max_size=5))
def test_whatever_changes_nothing_old_is_found(
    check: Check, first: dict[type, object], changes: list[tuple[type, object]]
) -> None:
    answers, known = Answers(), {**DECLARED, **first}
    answers.judge(check, Facts(known))

    for kind, value in changes:
        known = {**known, kind: value}

        found = answers.judge(check, Facts(known))

        assert found == tuple(check.judge(Facts(known)))
