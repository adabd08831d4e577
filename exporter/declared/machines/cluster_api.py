"""Machines of Cluster API: deployments, sets and pools of them, and control planes.

Of a machine's labels its node gets those of a few prefixes alone, and none by itself that tells
which deployment it is of; so a group goes by ``node.cluster.x-k8s.io`` labels where it has any.

Sources: Cluster API's book, "Metadata propagation" and "Control plane contract"; the autoscaler's
provider clusterapi; kubeadm's and RKE2's bootstrap providers; ``v1beta1`` and ``v1beta2``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from exporter.declared.located import LocatedTree
from exporter.declared.machines.pool import Objects, Pool, kind_of, name_of
from exporter.declared.machines.values import Arguments, Values
from exporter.domain.declaration import LABELS, TAINTS, Attribute, NodeGroup
from exporter.domain.finding import Subject
from exporter.domain.provenance import Located

GROUP: Final = "cluster.x-k8s.io"
CONTROL_PLANE: Final = "controlplane.cluster.x-k8s.io"
_MACHINES: Final = frozenset({"MachineDeployment", "MachineSet", "MachinePool"})
_SELECTING: Final = ("node.cluster.x-k8s.io/", "node-restriction.kubernetes.io/")
_PROPAGATED: Final = (*_SELECTING, "node-role.kubernetes.io/")
_CONTROL_PLANE_LABEL: Final = "node-role.kubernetes.io/control-plane"
_SIZE: Final = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-{}-size"
_MACHINE_TYPES: Final = ("instanceType", "vmSize", "machineType", "flavor", "serverType", "size")
"""Where the infrastructure providers write the type of a machine (AWS, Azure, GCP, OpenStack,
Hetzner, DigitalOcean)."""
_MINIMUM, _MAXIMUM = "minimum", "maximum"


def pools(tree: LocatedTree, objects: Objects) -> Iterator[Pool]:
    """Yield the groups that an object makes; raises :exc:`ReadError`."""
    group, kind = kind_of(tree)
    if group == GROUP and kind in _MACHINES:
        yield _machines(tree, objects)
    elif group == GROUP and kind == "Cluster" and tree.object("spec").has("topology"):
        yield from _topology(tree)
    elif group == CONTROL_PLANE and kind.endswith("ControlPlane"):
        yield _control_plane(tree, objects)


def _machines(tree: LocatedTree, objects: Objects) -> Pool:
    spec, values = tree.object("spec"), Values()
    template = spec.object("template")
    machine = template.object("spec")
    labels = _propagated(template.object("metadata").object("labels"), values)
    registered = _registered(machine.object("bootstrap"), objects, values)
    minimum, maximum = _bounds(spec, tree.object("metadata"), values)
    zone = values.text(machine, "failureDomain", Attribute.ZONE)
    return _pool(
        tree,
        name_of(tree),
        cluster=spec.text("clusterName"),
        group=NodeGroup(
            name=name_of(tree),
            minimum=minimum,
            maximum=maximum,
            labels=_selector(labels),
            place=tree.place,
            node_labels={**registered.labels, **labels},
            taints=registered.taints,
            version=values.version(machine, "version", Attribute.VERSION),
            instance_types=_types(machine.object("infrastructureRef"), objects, values),
            zones=(zone,) if zone else (),
            unknown=values.unknown,
            pool=True,
        ),
    )


def _pool(tree: LocatedTree, name: str, *, cluster: str, group: NodeGroup) -> Pool:
    subject = Subject("NodeGroup", "", name)
    return Pool(subject=subject, place=tree.place, cluster=cluster, group=group)


def _control_plane(tree: LocatedTree, objects: Objects) -> Pool:
    """Return the nodes of a control plane; a managed one (``EKSControlPlane``) has none."""
    spec, values, name = tree.object("spec"), Values(), name_of(tree)
    cluster = tree.object("metadata").object("labels").text("cluster.x-k8s.io/cluster-name")
    if not spec.has("replicas"):
        subject = Subject("NodeGroup", "", name)
        return Pool(subject=subject, place=tree.place, cluster=cluster, outside=True)
    size = values.count(spec, "replicas", _MINIMUM)
    machine = spec.object("machineTemplate")
    reference = machine.object("infrastructureRef")
    if not machine.has("infrastructureRef"):
        reference = machine.object("spec").object("infrastructureRef")
    labels = _propagated(machine.object("metadata").object("labels"), values)
    return _pool(
        tree,
        name,
        cluster=cluster or _owner(name, objects),
        group=NodeGroup(
            name=name,
            minimum=size,
            maximum=size,
            labels={_CONTROL_PLANE_LABEL: "*"},
            place=tree.place,
            node_labels=labels,
            version=values.version(spec, "version", Attribute.VERSION),
            instance_types=_types(reference, objects, values),
            unknown=values.unknown,
            pool=True,
        ),
    )


def _owner(name: str, objects: Objects) -> str:
    """Return the cluster that refers to the control plane *name*."""
    for one in objects.of_kind(GROUP, "Cluster"):
        if one.object("spec").object("controlPlaneRef").text("name") == name:
            return name_of(one)
    return ""


def _topology(tree: LocatedTree) -> Iterator[Pool]:
    """Yield the groups of a cluster that is made of a class."""
    cluster, topology = name_of(tree), tree.object("spec").object("topology")
    plane = topology.object("controlPlane")
    if plane.has("replicas"):
        selector = {_CONTROL_PLANE_LABEL: "*"}
        yield _of_class(plane, f"{cluster}-control-plane", tree, selector=selector)
    workers = topology.object("workers")
    for machines in (*workers.list("machineDeployments"), *workers.list("machinePools")):
        yield _of_class(machines, machines.text("name"), tree)


def _of_class(
    machines: LocatedTree,
    name: str,
    cluster: LocatedTree,
    *,
    selector: Mapping[str, str] | None = None,
) -> Pool:
    """Return a group of which the class says what stands not in the cluster itself."""
    values, metadata = Values(), machines.object("metadata")
    labels = _propagated(metadata.object("labels"), values)
    for attribute in (LABELS, TAINTS) if selector is None else ():
        values.miss(attribute, machines.place, "are those of its class, too, which is not read")
    minimum, maximum = _bounds(machines, metadata, values)
    topology = cluster.object("spec").object("topology")
    return _pool(
        replace(cluster, place=machines.place),
        name,
        cluster=name_of(cluster),
        group=NodeGroup(
            name=name,
            minimum=minimum,
            maximum=maximum,
            labels=_selector(labels) if selector is None else selector,
            place=machines.place,
            node_labels=labels,
            version=values.version(topology, "version", Attribute.VERSION),
            unknown=values.unknown,
            pool=True,
        ),
    )


def _bounds(
    spec: LocatedTree, metadata: LocatedTree, values: Values
) -> tuple[int | None, int | None]:
    """Return fewest and most machines: what the autoscaler may do, else the replicas, else one."""
    annotations = metadata.object("annotations")
    names = [_SIZE.format(bound) for bound in ("min", "max")]
    if all(map(annotations.has, names)):
        low, high = names
        return values.count(annotations, low, _MINIMUM), values.count(annotations, high, _MAXIMUM)
    size = values.count(spec, "replicas", _MINIMUM) if spec.has("replicas") else 1
    return size, size


def _propagated(labels: LocatedTree, values: Values) -> dict[str, Located[str]]:
    """Return the labels of a machine that its node gets, too."""
    found = values.labels(labels)
    return {key: value for key, value in found.items() if _is_propagated(key)}


def _is_propagated(key: str) -> bool:
    domain = f"{key.partition('/')[0]}/"
    return any(domain == one or domain.endswith(f".{one}") for one in _PROPAGATED)


def _selector(labels: Mapping[str, Located[str]]) -> dict[str, str]:
    """Return the labels that only this group has, as far as a name can tell."""
    for prefix in _SELECTING:
        found = {key: one.value for key, one in labels.items() if prefix in key}
        if found:
            return found
    return {}


def _registered(bootstrap: LocatedTree, objects: Objects, values: Values) -> Arguments:
    """Return what the nodes register with, by the template that their machines start with."""
    if not bootstrap.has("configRef"):
        return Arguments()  # the infrastructure starts it, as a managed pool does
    reference = bootstrap.object("configRef")
    template = objects.referred(reference)
    spec = template.object("spec").object("template").object("spec") if template else None
    match reference.text("kind"), spec:
        case "KubeadmConfigTemplate", LocatedTree():
            return _by_kubeadm(spec.object("joinConfiguration"), values)
        case "RKE2ConfigTemplate", LocatedTree():
            return _by_rke2(spec.object("agentConfig"), values)
        case kind, _:
            message = f"are set by {kind} {reference.text('name')}, which is not read"
            for attribute in (LABELS, TAINTS):
                values.miss(attribute, reference.place, message)
            return Arguments()


def _by_kubeadm(join: LocatedTree, values: Values) -> Arguments:
    own = join.object("nodeRegistration")
    extra = own.fields.get("kubeletExtraArgs")
    found = values.arguments(extra) if extra is not None else Arguments()
    return Arguments(found.labels, (*found.taints, *values.taints(own.list("taints"))))


def _by_rke2(agent: LocatedTree, values: Values) -> Arguments:
    pairs = values.texts(agent.list("nodeLabels"), LABELS)
    split = ((one.value.partition("="), one.place) for one in pairs)
    labels = {key: Located(value, place) for (key, _, value), place in split}
    return Arguments(labels, values.taints(agent.list("nodeTaints")))


def _types(reference: LocatedTree, objects: Objects, values: Values) -> tuple[Located[str], ...]:
    """Return the type of the machines, where the template of the infrastructure says it."""
    template = objects.referred(reference)
    if template is None:
        return ()
    spec = template.object("spec")
    inner = spec.object("template").object("spec") if spec.has("template") else spec
    for key in _MACHINE_TYPES:
        if key in inner.fields and not inner.fields[key].fields:
            found = values.text(inner, key, Attribute.INSTANCE_TYPE)
            return (found,) if found else ()
    return ()
