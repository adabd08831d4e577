"""Instance groups of kOps; source: kOps, Instance Group Resource (``kops.k8s.io/v1alpha2``)."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from exporter.declared.located import LocatedTree
from exporter.declared.machines.pool import Objects, Pool, kind_of, name_of
from exporter.declared.machines.values import Values
from exporter.domain.declaration import Attribute, NodeGroup
from exporter.domain.finding import Subject
from exporter.domain.provenance import Located

GROUP = "kops.k8s.io"
SELECTOR = "kops.k8s.io/instancegroup"
_GPU_TAINT = ("nvidia.com/gpu",)
_CLUSTER = "kops.k8s.io/cluster"


def pools(tree: LocatedTree, objects: Objects) -> Iterator[Pool]:
    """Yield the group that an InstanceGroup is; a bastion is none. Raises :exc:`ReadError`."""
    if kind_of(tree)[1] != "InstanceGroup":
        return
    name, spec, values = name_of(tree), tree.object("spec"), Values()
    cluster = tree.object("metadata").object("labels").text(_CLUSTER)
    subject = Subject("NodeGroup", "", name)
    if spec.text("role") == "Bastion":
        yield Pool(subject=subject, place=tree.place, cluster=cluster, outside=True)
        return
    labels = values.labels(spec.object("nodeLabels"))
    own = labels.pop(SELECTOR, None)
    version = (
        values.version(one.object("spec"), "kubernetesVersion", Attribute.VERSION)
        for one in objects.of_kind(GROUP, "Cluster")
        if name_of(one) == cluster
    )
    machines = _machines(spec, values)
    yield Pool(
        subject=subject,
        place=tree.place,
        cluster=cluster,
        group=NodeGroup(
            name=name,
            minimum=values.count(spec, "minSize", "minimum"),
            maximum=values.count(spec, "maxSize", "maximum"),
            labels={SELECTOR: own.value if own else name},
            place=tree.place,
            node_labels=labels,
            taints=values.taints(spec.list("taints")),
            version=next(version, None),
            instance_types=machines,
            automatic=frozenset(_GPU_TAINT if any(map(_has_gpu, machines)) else ()),
            unknown=values.unknown,
            pool=True,
        ),
    )


def _machines(spec: LocatedTree, values: Values) -> tuple[Located[str], ...]:
    """Return the types of which a machine may be, those of a mixed policy instead of the one."""
    mixed = spec.object("mixedInstancesPolicy")
    if mixed.has("instances"):
        return values.texts(mixed.list("instances"), Attribute.INSTANCE_TYPE)
    found = values.text(spec, "machineType", Attribute.INSTANCE_TYPE)
    return (found,) if found else ()


def _has_gpu(machine: Located[str]) -> bool:
    """Tell whether a machine has GPUs, for which kOps may taint its node."""
    return any(fnmatchcase(machine.value, pattern) for pattern in ("p[2-9]*.*", "g[3-9]*.*"))
