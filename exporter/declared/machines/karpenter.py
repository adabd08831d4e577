"""Pools of Karpenter: nodes come and go as pods need them.

Source: Karpenter, NodePools (``karpenter.sh/v1``) and Provisioners (``v1alpha5``). Startup taints
are gone once a node is in use, and which nodes there are no pool says but a static one.
"""

from collections.abc import Iterator

from exporter.declared.located import LocatedTree
from exporter.declared.machines.pool import Objects, Pool, kind_of, name_of
from exporter.declared.machines.values import Values
from exporter.domain.declaration import LABELS, Attribute, NodeGroup
from exporter.domain.finding import Subject
from exporter.domain.nodes import ObservedNode
from exporter.domain.provenance import Located

GROUP = "karpenter.sh"
_SELECTORS = {"NodePool": "karpenter.sh/nodepool", "Provisioner": "karpenter.sh/provisioner-name"}
_MINIMUM, _MAXIMUM = "minimum", "maximum"


def pools(tree: LocatedTree, objects: Objects) -> Iterator[Pool]:
    """Yield the pool that an object is; raises :exc:`ReadError`."""
    del objects
    _, kind = kind_of(tree)
    if kind not in _SELECTORS:
        return
    name, spec, values = name_of(tree), tree.object("spec"), Values()
    template = spec.object("template")
    inner = template.object("spec") if kind == "NodePool" else spec
    metadata = template.object("metadata") if kind == "NodePool" else spec
    wanted = dict(_requirements(inner, values))
    static = values.count(spec, "replicas", _MINIMUM)
    most = values.count(spec.object("limits"), "nodes", _MAXIMUM)
    single = {
        key: some[0]
        for key, some in wanted.items()
        if len(some) == 1 and key not in {ObservedNode.INSTANCE_TYPE, ObservedNode.ZONE}
    }
    yield Pool(
        subject=Subject("NodeGroup", "", name),
        place=tree.place,
        group=NodeGroup(
            name=name,
            minimum=static,
            maximum=most if static is None else static,
            labels={_SELECTORS[kind]: name},
            place=tree.place,
            node_labels={**single, **values.labels(metadata.object("labels"))},
            taints=values.taints(inner.list("taints")),
            instance_types=wanted.get(ObservedNode.INSTANCE_TYPE, ()),
            zones=wanted.get(ObservedNode.ZONE, ()),
            unknown=values.unknown,
            pool=True,
            unbounded=static is None and most is None,
        ),
    )


_ATTRIBUTES = {
    ObservedNode.INSTANCE_TYPE: Attribute.INSTANCE_TYPE,
    ObservedNode.ZONE: Attribute.ZONE,
}


def _requirements(
    spec: LocatedTree, values: Values
) -> Iterator[tuple[str, tuple[Located[str], ...]]]:
    """Yield the labels for which the nodes have one of some values."""
    for one in spec.list("requirements"):
        if one.text("operator") == "In":
            key = one.text("key")
            attribute = _ATTRIBUTES.get(key, f"{LABELS}.{key}")
            yield key, values.texts(one.list("values"), attribute)
