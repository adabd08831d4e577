from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, PodGroup
from exporter.observed.lenient import Partial, read
from exporter.observed.pods.fold import PodFold
from exporter.observed.pods.records import PodRecord
from exporter.observed.records import Metadata


def pod(name: str = "auth-api-6b474476c4-x2x8z", **content: Any) -> PodRecord:
    metadata = {"name": name, "namespace": "api", **content.pop("metadata", {})}
    raw = msgspec.json.encode({"spec": {}, "metadata": metadata, **content})
    return msgspec.json.decode(raw, type=PodRecord)


def controlled_by(kind: str, name: str) -> dict[str, Any]:
    others = {"kind": "Application", "name": "other", "controller": False}
    return {"ownerReferences": [others, {"kind": kind, "name": name, "controller": True}]}


GAP = Gap(Source.KUBERNETES, "Pod api/odd cannot be read")


def partial(name: str = "odd", **content: Any) -> Partial[PodRecord]:
    metadata = {"name": name, "namespace": "api", **content.pop("metadata", {})}
    return read(msgspec.json.encode({"spec": {}, "metadata": metadata, **content}), PodRecord)


def fold(*records: PodRecord | Partial[PodRecord]) -> ObservedPods:
    pods = PodFold()
    for record in records:
        take(pods, record)
    return pods.contents()


def metadata(name: str, *, namespace: str = "api", version: int = -1) -> Metadata:
    return Metadata(name, namespace, str(version))


def take(pods: PodFold, record: PodRecord | Partial[PodRecord]) -> bool:
    if isinstance(record, Partial):
        return pods.put_unreadable(record, GAP)
    return pods.put(record)


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
            {
                **controlled_by("ReplicaSet", "auth-6b474476c4"),
                "labels": {"rollouts-pod-template-hash": "6b474476c4"},
            },
            WorkloadKey("api", "Rollout", "auth"),
            id="rollout",
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


WAITING = {"state": {"waiting": {"reason": "ContainerCreating"}}}
RUNNING: dict[str, Any] = {"state": {"running": {}}}


@pytest.mark.parametrize(
    ("status", "pulled"),
    [
        pytest.param({}, 0, id="kubelet says nothing"),
        pytest.param({"containerStatuses": []}, 0, id="no container"),
        pytest.param({"containerStatuses": [WAITING]}, 0, id="waiting"),
        pytest.param({"containerStatuses": [RUNNING, WAITING]}, 0, id="not all"),
        pytest.param({"containerStatuses": [{"state": {}, "imageID": ""}]}, 0, id="no state"),
        pytest.param({"containerStatuses": [RUNNING]}, 1, id="running"),
        pytest.param({"containerStatuses": [{"state": {"terminated": {}}}]}, 1, id="terminated"),
        pytest.param({"containerStatuses": [{**WAITING, "imageID": "a@sha256:1"}]}, 1, id="has ID"),
        pytest.param(
            {"containerStatuses": [RUNNING], "initContainerStatuses": [WAITING]}, 0, id="init waits"
        ),
        pytest.param(
            {"containerStatuses": [RUNNING], "initContainerStatuses": [RUNNING]}, 1, id="init ran"
        ),
        pytest.param({"conditions": [{"type": "Ready", "status": "True"}]}, 1, id="ready"),
    ],
)
def test_a_pod_has_its_images_if_each_container_began_or_knows_its_images_id(
    status: dict[str, Any], pulled: int
) -> None:
    assert only_group(pod(status={"phase": "Pending", **status})).pulled == pulled


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
    pods.put(pod())
    before = pods.contents()

    with pytest.raises(ParseError):
        pods.put(pod(spec={"tolerations": [{"effect": "Never"}]}))

    assert pods.contents() == before


DB = WorkloadKey("api", "StatefulSet", "db")


def workload(key: WorkloadKey) -> Subject:
    return Subject(key.kind, key.namespace, key.name)


def test_a_pod_that_cannot_be_read_exists_and_is_in_no_other_sum() -> None:
    facts = fold(partial(status={"phase": 5}), pod())

    assert facts.per_namespace == {"api": 2}
    assert sum(len(groups) for groups in facts.by_owner.values()) == 1
    assert facts.has_gaps


@pytest.mark.parametrize(
    ("content", "doubtful"),
    [
        pytest.param(
            {"metadata": controlled_by("StatefulSet", "db"), "spec": {"nodeName": "a"}},
            {"db", "a"},
            id="owner and node",
        ),
        pytest.param(
            {"metadata": controlled_by("StatefulSet", "db"), "spec": {"nodeName": 5}},
            {"db", "a", "b"},
            id="owner, and some node",
        ),
        pytest.param(
            {"metadata": {"ownerReferences": 5}, "spec": {"nodeName": "a"}},
            {"db", "cache", "a"},
            id="somebody of its namespace, and node",
        ),
        pytest.param(
            {
                "metadata": {
                    **controlled_by("ReplicaSet", "db-1"),
                    "labels": {"pod-template-hash": 1},
                },
            },
            {"db", "cache"},
            id="a ReplicaSet's, whosever that is",
        ),
    ],
)
def test_a_pod_that_cannot_be_read_casts_doubt_on_what_it_may_belong_to(
    content: dict[str, Any], doubtful: set[str]
) -> None:
    subjects = [
        *(workload(WorkloadKey("api", "StatefulSet", name)) for name in ("db", "cache")),
        workload(WorkloadKey("web", "StatefulSet", "far")),
        *(Subject("Node", "", name) for name in ("a", "b")),
    ]

    facts = fold(partial(**content, status={"phase": 5}))

    assert {one.name for one in subjects if facts.doubt(one, "images") == GAP} == doubtful
    assert not any(facts.gap(one, "images") for one in subjects)


def test_a_pod_without_a_spec_may_be_on_any_node() -> None:
    odd = partial(metadata=controlled_by("StatefulSet", "db"), spec=None)

    with pytest.raises(ParseError, match="has no spec"):
        PodFold().put(odd.record)
    facts = fold(odd)

    assert facts.doubt(Subject("Node", "", "b"), "") == GAP
    assert facts.doubt(workload(DB), "") == GAP


def test_a_pod_that_ended_is_not_missed_whatever_else_is_amiss_with_it() -> None:
    status = {"phase": "Succeeded", "containerStatuses": 5}

    assert not fold(partial(status=status)).has_gaps


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"metadata": {"ownerReferences": 5}}, id="of whom"),
        pytest.param({"spec": {"nodeName": 5}}, id="from where"),
        pytest.param({"status": {"phase": 5}}, id="or ended"),
    ],
)
def test_a_pod_that_is_being_deleted_is_missed_where_nobody_can_tell(
    content: dict[str, Any],
) -> None:
    metadata = {"deletionTimestamp": "2025-11-12T05:30:00Z", **content.pop("metadata", {})}

    facts = fold(partial(metadata=metadata, **content))

    assert facts.has_gaps
    assert facts.leaving == {}


def test_a_pod_that_can_be_read_again_casts_no_doubt_any_more() -> None:
    pods = PodFold()
    odd = partial(metadata={"resourceVersion": "1"}, status={"phase": 5})

    assert take(pods, odd)
    assert not take(pods, odd)
    assert take(pods, pod("odd", metadata={"resourceVersion": "2"}))
    assert not take(pods, odd)
    assert not pods.contents().has_gaps


def test_a_pod_that_cannot_be_read_any_more_leaves_all_sums() -> None:
    pods = PodFold()
    pods.put(pod("odd", metadata={"resourceVersion": "1", **controlled_by("StatefulSet", "db")}))

    take(pods, partial(metadata={"resourceVersion": "2"}, status={"phase": 5}))

    assert pods.contents().by_owner == {}
    assert pods.remove(metadata("odd", version=3))
    assert not pods.contents().has_gaps
    assert not take(pods, partial(metadata={"resourceVersion": "2"}, status={"phase": 5}))


def test_a_pod_that_changes_in_nothing_that_is_summed_changes_no_sum() -> None:
    pods = PodFold()

    assert pods.put(pod(metadata={"resourceVersion": "1"}))
    assert not pods.put(pod(metadata={"resourceVersion": "2", "annotations": {"x": "y"}}))
    assert not pods.remove(metadata("auth-api-6b474476c4-x2x8z", version=1))
    assert pods.remove(metadata("auth-api-6b474476c4-x2x8z", version=3))
    assert not pods.put(pod(metadata={"resourceVersion": "2"}))
    assert len(pods) == 0


def test_groups_that_did_not_change_are_frozen_only_once() -> None:
    pods = PodFold()
    pods.put(pod("db-0", metadata=controlled_by("StatefulSet", "db")))
    pods.put(pod("web-0", metadata=controlled_by("StatefulSet", "web")))
    before = pods.contents().by_owner
    pods.put(pod("web-1", metadata=controlled_by("StatefulSet", "web")))
    after = pods.contents().by_owner

    db, web = (WorkloadKey("api", "StatefulSet", name) for name in ("db", "web"))
    assert after[db][0] is before[db][0]
    assert (before[web][0].pods, after[web][0].pods) == (1, 2)


def test_freezing_is_done_in_steps() -> None:
    pods = PodFold()
    for name in "abcd":
        pods.put(pod(name))

    steps = 1
    while not pods.freeze(1):
        steps += 1

    assert steps >= 4


def recount(pods: dict[tuple[str, str], PodRecord | Partial[PodRecord]]) -> ObservedPods:
    return fold(*pods.values())


class PodChanges(RuleBasedStateMachine):
    """Any order of changes gives the same sums as a recount of the pods that are there."""

    def __init__(self) -> None:
        super().__init__()
        self.pods = PodFold()
        self.present: dict[tuple[str, str], PodRecord | Partial[PodRecord]] = {}
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
        image=st.sampled_from(["a:1", "b:1"]),
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
        image: str,
    ) -> None:
        self.version += 1
        record = pod(
            name,
            metadata={
                "namespace": namespace,
                "resourceVersion": str(self.version),
                **controlled_by("StatefulSet", owner),
            },
            spec={
                "nodeName": node,
                "tolerations": [{"operator": "Exists"}] if bears else None,
                "containers": [{"name": "app", "image": image}],
            },
            status={
                "phase": phase,
                "conditions": [{"type": "Ready", "status": ready}],
                "containerStatuses": [{"state": {"waiting": {"reason": one}}} for one in reasons],
            },
        )
        self.present[namespace, name] = record
        self.pods.put(record)

    @rule(
        name=st.sampled_from(["a", "b", "c"]),
        namespace=st.sampled_from(["api", "web"]),
        owner=st.sampled_from(["db", 5]),
        node=st.sampled_from(["node-1", 5]),
        phase=st.sampled_from(["Running", "Succeeded", 5]),
        leaves=st.booleans(),
    )
    def break_one(
        self, *, name: str, namespace: str, owner: object, node: object, phase: object, leaves: bool
    ) -> None:
        self.version += 1
        metadata = {
            "namespace": namespace,
            "resourceVersion": str(self.version),
            "deletionTimestamp": "2025-11-12T05:30:00Z" if leaves else None,
            "ownerReferences": [{"kind": "StatefulSet", "name": owner, "controller": True}],
        }
        status = {"phase": phase, "conditions": 5}
        record = partial(name, metadata=metadata, spec={"nodeName": node}, status=status)
        self.present[namespace, name] = record
        take(self.pods, record)

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def remove(self, *, name: str, namespace: str) -> None:
        self.present.pop((namespace, name), None)
        self.pods.remove(metadata(name, namespace=namespace))

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def tell_again(self, *, name: str, namespace: str) -> None:
        if (namespace, name) in self.present:
            assert not take(self.pods, self.present[namespace, name])

    @rule(name=st.sampled_from(["a", "b", "c"]), namespace=st.sampled_from(["api", "web"]))
    def remove_late(self, *, name: str, namespace: str) -> None:
        if (namespace, name) in self.present:
            self.pods.remove(metadata(name, namespace=namespace, version=0))

    @rule(budget=st.integers(0, 3))
    def freeze_some(self, *, budget: int) -> None:
        self.pods.freeze(budget)

    @invariant()
    def sums_equal_a_recount(self) -> None:
        assert self.pods.contents() == recount(self.present)


TestPodChanges = PodChanges.TestCase
TestPodChanges.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
