from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from exporter.checks.stranded import Loss, Losses
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredNode,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Subject
from exporter.domain.json import Json, JsonObject
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
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


def loss(check: str, node: str, said: str, *, others: int = 0) -> Loss:
    return Loss(Cause(check, Subject("Node", "", node), others), said)


GONE = loss("node_present", "n1", "node n1 is not in the cluster")
LACKING = Loss(Cause("workload_ready", Subject("Deployment", "api", "auth-api")), GONE.said)
DEAD = loss("node_ready", "n1", "node n1 is not Ready")


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
                    labels={"domain": Located("auth", PLACE)},
                    taints=(Located(TAINT, PLACE),) if name in tainted else (),
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
            DEAD,
            id="not ready",
        ),
        pytest.param(
            facts({"n1": NOT_READY}, {"": (2, 0)}, declared=("n1", "n2")),
            loss("node_present", "n2", "node n2 is not in the cluster"),
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
            DEAD,
            id="one of two",
        ),
        pytest.param(facts({}, {}), None, id="pods that do not even exist"),
    ],
)
def test_a_lost_node_explains_the_pods_that_it_takes_along(
    known: Facts, expected: Loss | None
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
def test_a_node_that_lets_no_pod_in_is_no_home(known: Facts, expected: Loss | None) -> None:
    assert Losses(known).of_workload(WORKLOAD, running(0)) == expected


@pytest.mark.parametrize(
    ("kind", "node", "expected"),
    [
        pytest.param("StatefulSet", "n1", DEAD, id="waits for its pod"),
        pytest.param("DaemonSet", "n1", DEAD, id="one pod on each node"),
        pytest.param("Deployment", "n1", None, id="has made a new pod"),
        pytest.param("StatefulSet", "n2", None, id="leaves a node that is well"),
    ],
)
def test_a_pod_that_cannot_leave_a_dead_node_is_waited_for(
    kind: str, node: str, expected: Loss | None
) -> None:
    key = WorkloadKey("api", kind, "db")
    workload = replace(WORKLOAD, key=key)
    known = facts(
        {"n1": NOT_READY, "n2": READY}, {"n2": (1, 1)}, ready=1, key=key, leaving={node: 1}
    )

    assert Losses(known).of_workload(workload, running(1)) == expected


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
        pytest.param({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, GONE, id="any"),
        pytest.param(
            {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}, GONE, id="none"
        ),
        pytest.param(
            {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["redis"]}]},
            GONE,
            id="not others",
        ),
        pytest.param(
            {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["auth"]}]},
            None,
            id="all others",
        ),
        pytest.param(
            {"matchExpressions": [{"key": "app", "operator": "Newer"}]}, None, id="who knows"
        ),
        pytest.param({}, GONE, id="all of the namespace"),
        pytest.param(None, None, id="nothing selected"),
    ],
)
def test_a_node_with_one_of_the_pods_is_no_home_for_a_second_one_that_wants_it_alone(
    selector: Json, expected: Loss | None
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
        pytest.param(("Deployment api/auth-api: Degraded",), LACKING, id="told"),
        pytest.param((), LACKING, id="not told"),
        pytest.param(
            ("Deployment api/auth-api: Degraded", "Service api/auth-api: Degraded"),
            None,
            id="something else ails, too",
        ),
        pytest.param(("Deployment api/other: Degraded",), None, id="something else ails"),
    ],
)
def test_an_application_is_not_well_for_its_workloads(
    ailing: tuple[str, ...], expected: Loss | None
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


ODD = Gap(Source.KUBERNETES, "Node odd cannot be read")


def with_unreadable(world: Facts, *names: str) -> Facts:
    nodes = ObservedNodes(world.get(ObservedNodes).nodes, dict.fromkeys(names, ODD))
    return Facts({**world.known, ObservedNodes: nodes})


def test_a_node_that_cannot_be_read_is_not_lost() -> None:
    world = facts({}, {"n1": (2, 0)})

    assert Losses(world).of_workload(WORKLOAD, running(0)) == GONE
    assert Losses(with_unreadable(world, "n1")).of_workload(WORKLOAD, running(0)) is None


def test_a_node_that_cannot_be_read_may_let_in_what_could_select_it() -> None:
    world = facts({}, {"": (2, 0)})

    assert Losses(world).of_workload(WORKLOAD, running(0)) == GONE
    assert Losses(with_unreadable(world, "odd")).of_workload(WORKLOAD, running(0)) is None


def test_a_workload_that_cannot_be_read_may_ail_for_another_reason() -> None:
    world = facts({}, {"n1": (2, 0)})
    odd = replace(WORKLOAD, key=WorkloadKey("api", "Deployment", "odd"))
    both = DeclaredWorkloads({one.key: one for one in (WORKLOAD, odd)})
    seen = ObservedWorkloads({KEY: running(0)}, unreadable={odd.key: ODD})
    beside = Facts({**world.known, DeclaredWorkloads: both, ObservedWorkloads: seen})

    known = Losses(world).of_application(APPLICATION, ailing=())
    assert known is not None
    assert known.said == GONE.said
    assert Losses(beside).of_application(APPLICATION, ailing=()) is None


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(facts({}, {"n1": (1, 0), "n9": (1, 0)}), GONE.cause, id="one of two"),
        pytest.param(facts({"n1": READY}, {"n1": (2, 0)}), None, id="nodes are well"),
    ],
)
def test_a_lost_node_is_named_where_it_explains_some_of_the_pods(
    known: Facts, expected: Cause | None
) -> None:
    assert Losses(known).among(WORKLOAD, running(0)) == expected


def test_the_others_at_the_same_place_are_counted() -> None:
    known = facts({}, {"n1": (1, 0), "n2": (1, 0)}, declared=("n1", "n2"))

    assert Losses(known).of_workload(WORKLOAD, running(0)) == loss(
        "node_present", "n1", "nodes n1, n2 are not in the cluster", others=1
    )


class Counted(dict[WorkloadKey, tuple[PodGroup, ...]]):
    """Pods by owner that count how often each owner's are looked at."""

    def __init__(self, pods: Mapping[WorkloadKey, tuple[PodGroup, ...]]) -> None:
        super().__init__(pods)
        self.looks: list[WorkloadKey] = []

    def get(self, key: WorkloadKey, default: object = None) -> Any:
        self.looks.append(key)
        return super().get(key, default)


def test_the_pods_of_a_workload_are_looked_at_once_however_often_it_is_asked_for() -> None:
    world = facts({}, {"": (2, 0)})
    pods = Counted(world.get(ObservedPods).by_owner)
    losses = Losses(Facts({**world.known, ObservedPods: ObservedPods(pods, {})}))

    loss = losses.of_workload(WORKLOAD, running(0))
    losses.among(WORKLOAD, running(0))
    losses.of_application(APPLICATION, ailing=())
    losses.behind(APPLICATION)

    assert loss == GONE
    assert pods.looks == [KEY]


def delivering(*lacking: str, missing: tuple[str, ...] = ()) -> Losses:
    """Return what is known of a cluster that lacks workloads, or pods of them."""
    keys = {name: WorkloadKey("api", "Deployment", name) for name in (*lacking, *missing)}
    known = {
        **facts({"n1": READY}, {}).known,
        DeclaredWorkloads: DeclaredWorkloads(
            {key: replace(WORKLOAD, key=key) for key in keys.values()}
        ),
        ObservedWorkloads: ObservedWorkloads(
            {
                keys[name]: ObservedWorkload(key=keys[name], manifest={}, replicas=1)
                for name in lacking
            }
        ),
    }
    return Losses(Facts(known))


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param(
            delivering("b", "a"),
            Cause("workload_ready", Subject("Deployment", "api", "a"), 1),
            id="pods lack",
        ),
        pytest.param(
            delivering("a", missing=("z",)),
            Cause("workload_present", Subject("Deployment", "api", "z")),
            id="one is missing",
        ),
        pytest.param(delivering(), None, id="it delivers nothing"),
    ],
)
def test_behind_an_application_stands_the_worst_of_what_it_delivers(
    losses: Losses, expected: Cause | None
) -> None:
    assert losses.behind(APPLICATION) == expected
