from collections.abc import Mapping
from dataclasses import replace

import pytest

from exporter.checks.stranded import Losses
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredNode,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts, Gap
from exporter.domain.json import JsonObject
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.taints import Taint, TaintEffect
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
TAINT = Taint("gpu", TaintEffect.NO_SCHEDULE)
READY, NOT_READY = ConditionStatus.TRUE, ConditionStatus.UNKNOWN
GONE = ("node_present", "node n1 is not in the cluster")


def facts(
    nodes: Mapping[str, ConditionStatus],
    pods: Mapping[str, tuple[int, int]],
    *,
    ready: int = 0,
    declared: tuple[str, ...] = ("n1",),
    key: WorkloadKey = KEY,
    leaving: Mapping[str, int] | None = None,
    tainted: frozenset[str] = frozenset(),
    cordoned: frozenset[str] = frozenset(),
) -> Facts:
    """Return a cluster of *nodes*, with pods and ready ones of the workload by node.

    Those *tainted* bear a taint that nobody tolerates, on both sides.
    """
    labels = {"domain": "auth"}
    groups = tuple(
        PodGroup(owner=key, node=node, tolerations=(), pods=count, ready=fine)
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
                    taints=(Stated(TAINT, PLACE),) if name in tainted else (),
                )
                for name in declared
            }
        ),
        ObservedNodes: ObservedNodes(
            {
                name: ObservedNode(
                    name=name,
                    labels=labels,
                    ready=status,
                    taints=frozenset({TAINT} if name in tainted else ()),
                    unschedulable=name in cordoned,
                )
                for name, status in nodes.items()
            }
        ),
        ObservedPods: ObservedPods(
            by_owner={key: groups}, by_node={}, leaving={key: leaving} if leaving else {}
        ),
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


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(
            facts({"n2": READY}, {"": (2, 0)}, declared=("n1", "n2"), tainted=frozenset({"n2"})),
            GONE,
            id="the other keeps them off",
        ),
        pytest.param(
            facts({"n2": READY}, {"": (2, 0)}, declared=("n1", "n2"), tainted=frozenset({"n1"})),
            None,
            id="the lost one kept them off",
        ),
        pytest.param(
            facts({}, {"": (2, 0)}, tainted=frozenset({"n1"})), None, id="they never had a home"
        ),
        pytest.param(
            facts({"n2": READY}, {"": (2, 0)}, cordoned=frozenset({"n2"})),
            GONE,
            id="the other is cordoned",
        ),
        pytest.param(
            facts({"n2": NOT_READY}, {"": (2, 0)}), GONE, id="an undeclared one is not ready"
        ),
    ],
)
def test_a_node_that_lets_no_pod_in_is_no_home(
    known: Facts, expected: tuple[str, str] | None
) -> None:
    assert Losses(known).of_workload(WORKLOAD, running(0)) == expected


@pytest.mark.parametrize(
    ("kind", "node", "expected"),
    [
        pytest.param("StatefulSet", "n1", "node_ready", id="waits for its pod"),
        pytest.param("DaemonSet", "n1", "node_ready", id="one pod on each node"),
        pytest.param("Deployment", "n1", None, id="has made a new pod"),
        pytest.param("StatefulSet", "n2", None, id="leaves a node that is well"),
    ],
)
def test_a_pod_that_cannot_leave_a_dead_node_is_waited_for(
    kind: str, node: str, expected: str | None
) -> None:
    key = WorkloadKey("api", kind, "db")
    workload = replace(WORKLOAD, key=key)
    known = facts(
        {"n1": NOT_READY, "n2": READY}, {"n2": (1, 1)}, ready=1, key=key, leaving={node: 1}
    )

    loss = Losses(known).of_workload(workload, running(1))

    assert (loss[0] if loss else None) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param({"matchLabels": {"app": "auth"}}, GONE, id="by label"),
        pytest.param(
            {"matchExpressions": [{"key": "app", "operator": "In", "values": ["auth"]}]},
            GONE,
            id="by expression",
        ),
        pytest.param({"matchLabels": {"app": "redis"}}, None, id="of others"),
        pytest.param(
            {"matchExpressions": [{"key": "app", "operator": "Exists"}]}, None, id="who knows"
        ),
        pytest.param({}, None, id="nothing selected"),
    ],
)
def test_a_node_with_one_of_the_pods_is_no_home_for_a_second_one_that_wants_it_alone(
    selector: JsonObject, expected: tuple[str, str] | None
) -> None:
    term: JsonObject = {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    apart: JsonObject = {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    }
    template: JsonObject = {"metadata": {"labels": {"app": "auth"}}, "spec": {"affinity": apart}}
    workload = replace(WORKLOAD, manifest={"spec": {"template": template}})
    known = facts({"n2": READY}, {"n2": (1, 1), "": (1, 0)}, declared=("n1", "n2"))

    assert Losses(known).of_workload(workload, running(1)) == expected


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
