"""How many there shall be: the fewest and the most that satisfy everything that is declared."""

import pytest

from exporter.domain.declaration import (
    DeclaredAutoscaler,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    WorkloadKey,
)
from exporter.domain.expectation import Bounds, GroupSize, group_sizes, replica_bounds
from exporter.domain.gaps import Gap
from exporter.domain.json import Json
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers

KEY = WorkloadKey("shop", "Deployment", "cart")
PLACE = Place(Source.KUSTOMIZE, "k8s/shop/deployment.yaml", 1)
SCALER = Place(Source.KUSTOMIZE, "k8s/shop/hpa.yaml", 1)
IN_CLUSTER = "an autoscaler in the cluster"
THREE = frozenset({"a", "b", "c"})


@pytest.mark.parametrize(
    ("group", "bounds"),
    [
        pytest.param(NodeGroup(name="g", members=THREE), (3, 3), id="the named nodes"),
        pytest.param(NodeGroup(name="g", minimum=1, maximum=10), (1, 10), id="the settings"),
        pytest.param(NodeGroup(name="g", minimum=2), (2, 2), id="no maximum"),
        pytest.param(NodeGroup(name="g", maximum=4), (0, 4), id="no minimum"),
        pytest.param(
            NodeGroup(name="g", minimum=1, maximum=10, members=THREE),
            (3, 10),
            id="a lower minimum does not spare a named node",
        ),
        pytest.param(
            NodeGroup(name="g", minimum=5, members=THREE), (5, 5), id="more than the named ones"
        ),
        pytest.param(
            NodeGroup(name="g", maximum=1, members=THREE), (3, 1), id="a contradiction stands"
        ),
    ],
)
def test_the_size_of_a_group(group: NodeGroup, bounds: tuple[int, int]) -> None:
    size = GroupSize.of(group)

    assert (size.minimum, size.maximum) == bounds
    assert size.stated


def test_a_group_without_bounds_and_names_states_no_size() -> None:
    assert not GroupSize.of(NodeGroup(name="g", name_pattern="g-*")).stated


@pytest.mark.parametrize(
    ("group", "grows"),
    [
        pytest.param(NodeGroup(name="g", members=THREE), False, id="all are named"),
        pytest.param(NodeGroup(name="g", maximum=4, members=THREE), True, id="room for one"),
        pytest.param(NodeGroup(name="g", maximum=2, members=THREE), False, id="too many named"),
        pytest.param(NodeGroup(name="g", maximum=0), True, id="none is named"),
    ],
)
def test_a_group_may_grow_beside_its_named_nodes(group: NodeGroup, *, grows: bool) -> None:
    assert GroupSize.of(group).may_grow is grows


def test_all_groups_have_a_size_in_the_order_of_their_names() -> None:
    node = DeclaredNode(name="a", group="w", places=(), attributes={}, labels={}, taints=())
    groups = {
        "w": NodeGroup(name="w", members=frozenset({"a"})),
        "spot": NodeGroup(name="spot", maximum=9, labels={"pool": "spot"}),
    }

    sizes = group_sizes(DeclaredNodes({"a": node}, groups))

    assert list(sizes) == ["spot", "w"]
    assert (sizes["spot"].recognisable, sizes["w"].recognisable) == (True, False)


def scaler(minimum: int, maximum: int, name: str = "cart") -> DeclaredAutoscaler:
    return DeclaredAutoscaler(
        kind="HorizontalPodAutoscaler",
        namespace="shop",
        name=name,
        target=KEY,
        minimum=minimum,
        maximum=maximum,
        place=SCALER,
    )


def bounds(
    replicas: Json,
    *scalers: DeclaredAutoscaler,
    cluster: tuple[int, int] | None = None,
    ignored: tuple[str, ...] = (),
    unknown: Gap | None = None,
    key: WorkloadKey = KEY,
) -> dict[WorkloadKey, Bounds | None]:
    workload = DeclaredWorkload(
        key=key,
        manifest={"spec": {"replicas": replicas}},
        place=PLACE,
        ignored=ignored,
        unknown=unknown,
    )
    running = ObservedAutoscalers({key: cluster}) if cluster else None
    return replica_bounds(DeclaredWorkloads({key: workload}, autoscalers=scalers), running)


def test_the_manifest_says_how_many_replicas_there_are() -> None:
    assert bounds(2) == {KEY: Bounds(2, 2)}


def test_a_declared_autoscaler_counts_before_the_manifest_and_the_cluster() -> None:
    found = bounds(2, scaler(3, 10), cluster=(4, 5))

    expected = Bounds(3, 10, author="HorizontalPodAutoscaler cart", place=SCALER)
    assert found == {KEY: expected}


def test_of_several_declared_autoscalers_the_wider_bounds_count() -> None:
    one, other = scaler(1, 10), scaler(2, 4, "other")

    for pair in ((one, other), (other, one)):
        found = bounds(2, *pair)[KEY]
        assert found is not None
        assert (found.minimum, found.maximum) == (1, 10)


def test_an_autoscaler_of_the_cluster_counts_where_the_code_declares_a_number() -> None:
    assert bounds(2, cluster=(3, 10)) == {KEY: Bounds(3, 10, author=IN_CLUSTER)}
    assert bounds(None, cluster=(3, 10)) == {}


def test_an_ignored_number_binds_nobody_but_an_autoscaler() -> None:
    assert bounds(2, ignored=("/spec/replicas",)) == {}
    assert bounds(2, ignored=("/spec/replicas",), cluster=(3, 4)) == {
        KEY: Bounds(3, 4, author=IN_CLUSTER)
    }


def test_the_nodes_decide_how_many_of_a_daemonset_there_are() -> None:
    assert bounds(2, key=WorkloadKey("shop", "DaemonSet", "agent")) == {}


@pytest.mark.parametrize("replicas", ["2", 2.5, True, -1])
def test_what_is_no_number_of_pods_is_declared_and_not_known(replicas: Json) -> None:
    assert bounds(replicas) == {KEY: None}


def test_what_may_be_declared_otherwise_is_not_known() -> None:
    gap = Gap(Source.KUSTOMIZE, "a base is remote")

    assert bounds(2, unknown=gap) == {KEY: None}
    assert bounds(2, scaler(1, 3), unknown=gap) == {KEY: None}


def test_nothing_declared_expects_nothing() -> None:
    assert group_sizes(None) == {}
    assert replica_bounds(None, None) == {}
