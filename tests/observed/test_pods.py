from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.workloads import ObservedPods, PodGroup
from exporter.observed.pods import PodFold
from exporter.observed.records import PodRecord


def pod(name: str = "auth-api-6b474476c4-x2x8z", **content: Any) -> PodRecord:
    metadata = {"name": name, "namespace": "api", **content.pop("metadata", {})}
    raw = msgspec.json.encode({"metadata": metadata, **content})
    return msgspec.json.decode(raw, type=PodRecord)


def controlled_by(kind: str, name: str) -> dict[str, Any]:
    others = {"kind": "Application", "name": "other", "controller": False}
    return {"ownerReferences": [others, {"kind": kind, "name": name, "controller": True}]}


def fold(*records: PodRecord) -> ObservedPods:
    pods = PodFold()
    for record in records:
        pods.add(record)
    return pods.facts()


def only_group(*records: PodRecord) -> PodGroup:
    ((group,),) = fold(*records).by_owner.values()
    return group


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        pytest.param(
            {
                **controlled_by("ReplicaSet", "auth-api-6b474476c4"),
                "labels": {"pod-template-hash": "6b474476c4"},
            },
            WorkloadKey("api", "Deployment", "auth-api"),
            id="a Deployment's",
        ),
        pytest.param(
            controlled_by("ReplicaSet", "auth-api"),
            WorkloadKey("api", "ReplicaSet", "auth-api"),
            id="a ReplicaSet's own",
        ),
        pytest.param(
            {**controlled_by("ReplicaSet", "auth-1"), "labels": {"pod-template-hash": "2"}},
            WorkloadKey("api", "ReplicaSet", "auth-1"),
            id="another hash",
        ),
        pytest.param(
            controlled_by("Job", "backup-29384"),
            WorkloadKey("api", "Job", "backup-29384"),
            id="a Job's",
        ),
        pytest.param(
            controlled_by("Node", "k8s-master"),
            WorkloadKey("api", "Node", "k8s-master"),
            id="mirror",
        ),
        pytest.param(
            {"annotations": {"kubernetes.io/config.mirror": "abc"}},
            WorkloadKey("api", "Node", "node-1"),
            id="mirror of an old kubelet",
        ),
        pytest.param(
            {"ownerReferences": [{"kind": "Backup", "name": "b"}]},
            WorkloadKey("api", "Pod", "auth-api-6b474476c4-x2x8z"),
            id="nobody's",
        ),
    ],
)
def test_a_pod_belongs_to_what_manages_it(metadata: dict[str, Any], owner: WorkloadKey) -> None:
    assert only_group(pod(metadata=metadata, spec={"nodeName": "node-1"})).owner == owner


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"status": {"phase": "Succeeded"}}, id="succeeded"),
        pytest.param({"status": {"phase": "Failed"}}, id="failed"),
        pytest.param(
            {
                "metadata": {"deletionTimestamp": "2025-11-12T05:30:00Z"},
                "status": {"phase": "Failed"},
            },
            id="failed-and-deleted",
        ),
    ],
)
def test_a_pod_that_ended_is_in_no_group_but_still_exists(content: dict[str, Any]) -> None:
    facts = fold(pod(**content))

    assert facts == ObservedPods(by_owner={}, by_node={}, per_namespace={"api": 1})


def test_a_pod_that_is_being_deleted_is_in_no_group_but_leaves_its_node() -> None:
    leaving = pod(
        metadata={"deletionTimestamp": "2025-11-12T05:30:00Z"}, spec={"nodeName": "node-1"}
    )
    alive = fold(pod(spec={"nodeName": "node-1"}))
    (owner,) = alive.by_owner

    facts = fold(leaving)

    assert alive.leaving == {}
    assert facts == ObservedPods(
        by_owner={}, by_node={}, per_namespace={"api": 1}, leaving={owner: {"node-1": 1}}
    )


def test_containers_are_counted_by_why_they_wait() -> None:
    pulls = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
    status = {
        "phase": "Pending",
        "containerStatuses": [pulls, pulls, {"state": {"running": {}}}, {"state": None}],
        "initContainerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
    }

    group = only_group(pod(status=status))

    assert group.waiting == {"CrashLoopBackOff": 1, "ImagePullBackOff": 2}


def test_a_pod_is_ready_by_its_condition_only() -> None:
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    starting = {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}
    owned = controlled_by("StatefulSet", "db")

    group = only_group(
        pod("db-0", metadata=owned, status=ready), pod("db-1", metadata=owned, status=starting)
    )

    assert (group.pods, group.ready) == (2, 1)


def test_groups_part_by_node_and_by_tolerations() -> None:
    owned = controlled_by("StatefulSet", "db")
    bearing = {"nodeName": "a", "tolerations": [{"operator": "Exists"}]}

    facts = fold(
        pod("db-0", metadata=owned, spec={"nodeName": "a"}),
        pod("db-1", metadata=owned, spec={"nodeName": "a", "tolerations": []}),
        pod("db-2", metadata=owned, spec={"nodeName": "b"}),
        pod("db-3", metadata=owned, spec=bearing),
        pod("db-4", metadata=owned),
    )

    groups = facts.by_owner[WorkloadKey("api", "StatefulSet", "db")]
    assert [(one.node, one.pods, len(one.tolerations)) for one in groups] == [
        ("", 1, 0),
        ("a", 2, 0),
        ("a", 1, 1),
        ("b", 1, 0),
    ]
    assert {node: len(found) for node, found in facts.by_node.items()} == {"": 1, "a": 2, "b": 1}


def test_an_older_version_of_a_pod_changes_nothing() -> None:
    newer = pod(metadata={"resourceVersion": "10"}, spec={"nodeName": "new"})
    older = pod(metadata={"resourceVersion": "9"}, spec={"nodeName": "old"})

    assert only_group(newer, older).node == "new"


def test_a_pod_that_is_refused_leaves_its_last_version_counted() -> None:
    pods = PodFold()
    pods.add(pod())
    before = pods.facts()

    with pytest.raises(ParseError):
        pods.add(pod(spec={"tolerations": [{"effect": "Never"}]}))

    assert pods.facts() == before


def test_a_pod_that_changes_in_nothing_that_is_summed_changes_no_sum() -> None:
    pods = PodFold()

    assert pods.add(pod(metadata={"resourceVersion": "1"}))
    assert not pods.add(pod(metadata={"resourceVersion": "2", "annotations": {"x": "y"}}))
    assert not pods.remove("api", "auth-api-6b474476c4-x2x8z", version=1)
    assert pods.remove("api", "auth-api-6b474476c4-x2x8z", version=3)
    assert not pods.add(pod(metadata={"resourceVersion": "2"}))
    assert len(pods) == 0


def test_groups_that_did_not_change_are_frozen_only_once() -> None:
    pods = PodFold()
    pods.add(pod("db-0", metadata=controlled_by("StatefulSet", "db")))
    pods.add(pod("web-0", metadata=controlled_by("StatefulSet", "web")))
    before = pods.facts().by_owner
    pods.add(pod("web-1", metadata=controlled_by("StatefulSet", "web")))
    after = pods.facts().by_owner

    db, web = (WorkloadKey("api", "StatefulSet", name) for name in ("db", "web"))
    assert after[db][0] is before[db][0]
    assert (before[web][0].pods, after[web][0].pods) == (1, 2)


def test_freezing_is_done_in_steps() -> None:
    pods = PodFold()
    for name in "abcd":
        pods.add(pod(name))

    steps = 1
    while not pods.freeze(1):
        steps += 1

    assert steps >= 4


def recount(pods: dict[tuple[str, str], PodRecord]) -> ObservedPods:
    return fold(*pods.values())


class PodChanges(RuleBasedStateMachine):
    """Any order of changes gives the same sums as a recount of the pods that are there."""

    def __init__(self) -> None:
        super().__init__()
        self.pods = PodFold()
        self.present: dict[tuple[str, str], PodRecord] = {}
        self.version = 0

    @rule(
        name=st.sampled_from(["a", "b", "c"]),
        namespace=st.sampled_from(["api", "web"]),
        owner=st.sampled_from(["db", "cache"]),
        node=st.sampled_from([None, "node-1", "node-2"]),
        phase=st.sampled_from(["Pending", "Running", "Succeeded"]),
        ready=st.sampled_from(["True", "False"]),
        reasons=st.lists(st.sampled_from(["ErrImagePull", "CrashLoopBackOff"]), max_size=3),
        bears=st.booleans(),
    )
    def change(
        self,
        *,
        name: str,
        namespace: str,
        owner: str,
        node: str | None,
        phase: str,
        ready: str,
        reasons: list[str],
        bears: bool,
    ) -> None:
        self.version += 1
        record = pod(
            name,
            metadata={
                "namespace": namespace,
                "resourceVersion": str(self.version),
                **controlled_by("StatefulSet", owner),
            },
            spec={"nodeName": node, "tolerations": [{"operator": "Exists"}] if bears else None},
            status={
                "phase": phase,
                "conditions": [{"type": "Ready", "status": ready}],
                "containerStatuses": [{"state": {"waiting": {"reason": one}}} for one in reasons],
            },
        )
        self.present[namespace, name] = record
        self.pods.add(record)

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def remove(self, *, name: str, namespace: str) -> None:
        self.present.pop((namespace, name), None)
        self.pods.remove(namespace, name)

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def tell_again(self, *, name: str, namespace: str) -> None:
        if (namespace, name) in self.present:
            assert not self.pods.add(self.present[namespace, name])

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def remove_late(self, *, name: str, namespace: str) -> None:
        if (namespace, name) in self.present:
            self.pods.remove(namespace, name, version=0)

    @rule(budget=st.integers(0, 3))
    def freeze_some(self, *, budget: int) -> None:
        self.pods.freeze(budget)

    @invariant()
    def sums_equal_a_recount(self) -> None:
        assert self.pods.facts() == recount(self.present)


TestPodChanges = PodChanges.TestCase
TestPodChanges.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
