"""What is read of Pods, and the sums over them that make a fact."""

from collections.abc import Sequence

from exporter.domain.podtroubles import PodTroubles
from exporter.domain.workloads import ObservedPods, PodGroup
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.pods.fold import PodFold
from exporter.observed.pods.records import PodRecord


def merged(contents: Sequence[ObservedPods], unseen: frozenset[str]) -> ObservedPods:
    """Return the pods of several namespaces, which share nodes, but no owners."""
    del unseen
    if len(contents) == 1:
        return contents[0]
    by_node: dict[str, tuple[PodGroup, ...]] = {}
    for pods in contents:
        for node, groups in pods.by_node.items():
            by_node[node] = by_node.get(node, ()) + groups
    return ObservedPods(
        by_owner={owner: groups for pods in contents for owner, groups in pods.by_owner.items()},
        by_node=by_node,
        contents={owner: same for pods in contents for owner, same in pods.contents.items()},
        per_namespace={
            name: count for pods in contents for name, count in pods.per_namespace.items()
        },
        leaving={owner: nodes for pods in contents for owner, nodes in pods.leaving.items()},
        troubles=PodTroubles(
            {key: own for pods in contents for key, own in pods.troubles.restarts.items()},
            {key: own for pods in contents for key, own in pods.troubles.words.items()},
        ),
        unreadable=tuple(pod for pods in contents for pod in pods.unreadable),
    )


KIND = KindSpec(
    kind="Pod",
    plural="pods",
    short_names=("po",),
    record=PodRecord,
    cuts_managed_fields=True,  # they are half of a pod, and no other kind changes as often
    fold=PodFold,
    fact=FactSpec(type=ObservedPods, name="pods", build=merged),
    most=300_000,  # twice what Kubernetes is made for
    read_for=frozenset({Declared.NODES, Declared.WORKLOADS, Declared.COMPONENTS}),
)
