from collections.abc import Mapping

import pytest

from exporter.checks.stranded import Losses
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredNode,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts, Gap
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

PLACE = Place(Source.KUSTOMIZE, "k8s/auth/deployment.yaml", 1)
APPLICATION = ApplicationKey("argocd", "auth")
KEY = WorkloadKey("api", "Deployment", "auth-api")
SPEC = {"template": {"spec": {"nodeSelector": {"domain": "auth"}}}}
WORKLOAD = DeclaredWorkload(key=KEY, manifest={"spec": SPEC}, place=PLACE, application=APPLICATION)
READY, NOT_READY = ConditionStatus.TRUE, ConditionStatus.UNKNOWN
GONE = ("node_present", "node n1 is not in the cluster")


def facts(
    nodes: Mapping[str, ConditionStatus],
    pods: Mapping[str, tuple[int, int]],
    *,
    ready: int = 0,
    declared: tuple[str, ...] = ("n1",),
) -> Facts:
    """Return a cluster of *nodes*, with pods and ready ones of the workload by node."""
    labels = {"domain": "auth"}
    groups = tuple(
        PodGroup(owner=KEY, node=node, tolerations=(), pods=count, ready=fine)
        for node, (count, fine) in pods.items()
    )
    known: dict[type, object] = {
        DeclaredNodes: DeclaredNodes(
            {
                name: DeclaredNode(
                    name=name,
                    group="",
                    places=(PLACE,),
                    attributes={},
                    labels={"domain": Stated("auth", PLACE)},
                    taints=(),
                )
                for name in declared
            }
        ),
        ObservedNodes: ObservedNodes(
            {
                name: ObservedNode(name=name, labels=labels, ready=status)
                for name, status in nodes.items()
            }
        ),
        ObservedPods: ObservedPods(by_owner={KEY: groups}, by_node={}),
        DeclaredWorkloads: DeclaredWorkloads({KEY: WORKLOAD}),
        ObservedWorkloads: ObservedWorkloads({KEY: running(ready)}),
    }
    return Facts(known=known)


def running(ready: int) -> ObservedWorkload:
    return ObservedWorkload(key=KEY, manifest={}, replicas=2, ready=ready, updated=2, total=2)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(facts({}, {"": (2, 0)}), GONE, id="no other node to go to"),
        pytest.param(facts({}, {"n1": (2, 0)}), GONE, id="pods still bound to it"),
        pytest.param(
            facts({"n1": NOT_READY}, {"n1": (2, 0)}),
            ("node_ready", "node n1 is not Ready"),
            id="not ready",
        ),
        pytest.param(
            facts({"n1": NOT_READY}, {"": (2, 0)}, declared=("n1", "n2")),
            ("node_present", "node n2 is not in the cluster"),
            id="one gone and one not ready",
        ),
        pytest.param(facts({"n1": READY}, {"n1": (2, 0)}), None, id="nodes are well"),
        pytest.param(
            facts({"n2": READY}, {"": (2, 0)}, declared=("n1", "n2")),
            None,
            id="another node could take them",
        ),
        pytest.param(
            facts({"n2": READY}, {"": (2, 0)}), None, id="an undeclared node could take them"
        ),
        pytest.param(facts({}, {"": (1, 0), "n9": (1, 0)}), None, id="one lacks for itself"),
        pytest.param(
            facts({"n1": NOT_READY}, {"n1": (2, 1)}, ready=1),
            ("node_ready", "node n1 is not Ready"),
            id="one of two",
        ),
        pytest.param(facts({}, {}), None, id="pods that do not even exist"),
    ],
)
def test_a_lost_node_explains_the_pods_that_it_takes_along(
    known: Facts, expected: tuple[str, str] | None
) -> None:
    have = known.get(ObservedWorkloads).workloads[KEY]

    assert Losses(known).of_workload(WORKLOAD, have) == expected


@pytest.mark.parametrize("unknown", [DeclaredNodes, ObservedNodes, ObservedPods])
def test_what_is_not_known_excuses_nothing(unknown: type) -> None:
    whole = facts({}, {"": (2, 0)})
    gaps = {unknown: (Gap(Source.KUBERNETES, "too old"),)}
    lacking = {kind: fact for kind, fact in whole.known.items() if kind is not unknown}

    assert Losses(Facts(whole.known, gaps)).of_workload(WORKLOAD, running(0)) is None
    assert Losses(Facts(lacking)).of_workload(WORKLOAD, running(0)) is None


@pytest.mark.parametrize(
    ("ailing", "expected"),
    [
        pytest.param(("Deployment api/auth-api: Degraded",), GONE, id="told"),
        pytest.param((), GONE, id="not told"),
        pytest.param(
            ("Deployment api/auth-api: Degraded", "Service api/auth-api: Degraded"),
            None,
            id="something else ails, too",
        ),
        pytest.param(("Deployment api/other: Degraded",), None, id="something else ails"),
    ],
)
def test_an_application_is_not_well_for_its_workloads(
    ailing: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    losses = Losses(facts({}, {"": (2, 0)}))

    assert losses.of_application(APPLICATION, ailing=ailing) == expected


def test_an_application_whose_workloads_are_ready_ails_for_itself() -> None:
    losses = Losses(facts({}, {"n9": (2, 2)}, ready=2))

    assert losses.of_application(APPLICATION, ailing=()) is None


def test_a_selection_that_is_not_understood_excuses_nothing() -> None:
    odd = DeclaredWorkload(
        key=KEY,
        manifest={"spec": {"template": {"spec": {"nodeSelector": 3}}}},
        place=PLACE,
    )

    assert Losses(facts({}, {"": (2, 0)})).of_workload(odd, running(0)) is None
