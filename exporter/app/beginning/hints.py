"""What a cluster, or a dump of one, lets one guess: servers, groups, and what controllers set."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from exporter.domain.applications import ObservedApplications
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.domain.nodes import ObservedNode, ObservedNodes
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import ObservedObject, ObservedObjects
from exporter.domain.observation import Observation
from exporter.domain.writers import ObservedWriters
from exporter.settings.nodes import UNMANAGED_LABELS
from exporter.settings.taints import UNMANAGED_TAINTS

POOLS: Final = (
    *("eks.amazonaws.com/nodegroup", "cloud.google.com/gke-nodepool"),
    *("kubernetes.azure.com/agentpool", "doks.digitalocean.com/node-pool"),
    *("karpenter.sh/nodepool", "node.cluster.x-k8s.io/pool", "kops.k8s.io/instancegroup"),
)
"""Labels by which clouds and autoscalers name the pool of a node."""
MOST_GROUPS: Final = 20
PEOPLE: Final = re.compile(
    r"(?i)kubectl|kubelet|kubeadm|helm|argocd|terraform|pulumi|ansible|openapi-generator|python|"
    r"k3s|rke2|k9s|lens|mozilla|rancher"
)
"""What the clients call themselves by which people, or what they declared, write nodes."""
SERVERS: Final = (
    ("prometheus", "prometheus-operated", "prometheus", 9090),
    ("alertmanager", "alertmanager-operated", "alertmanager", 9093),
    ("grafana", "", "grafana", 80),
)
"""A server: its name here, the operator's Service, ``app.kubernetes.io/name`` and usual port."""
_SERVICE: Final = GroupKind("", "Service")


@dataclass(frozen=True, slots=True)
class Guess:
    """A *value* and *why* it is taken for right."""

    value: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Nodes that bear the same value of a *label*."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """All that a cluster lets one guess; empty where there is none."""

    nodes: Mapping[str, Mapping[str, str]]
    addresses: tuple[str, ...] = ()
    servers: Mapping[str, Guess]
    groups: tuple[Group, ...] = ()
    taints: tuple[Guess, ...] = ()
    argocd: tuple[Guess, ...] = ()


def hints(seen: Observation | None) -> Hints:
    """Return what *seen* lets one guess."""
    if seen is None:
        return Hints(nodes={}, servers={})
    nodes = seen.find(ObservedNodes)
    known = nodes.nodes if nodes else {}
    return Hints(
        nodes={name: dict(node.labels) for name, node in known.items()},
        addresses=tuple(ip for node in known.values() for ip in node.internal_ips),
        servers=dict(_servers(seen.find(ObservedObjects))),
        groups=tuple(_groups(known)),
        taints=tuple(_taints(known, seen.find(ObservedWriters))),
        argocd=tuple(_argocd(seen.find(ObservedApplications))),
    )


def _servers(objects: ObservedObjects | None) -> Iterator[tuple[str, Guess]]:
    services = objects.kinds.get(_SERVICE, {}) if objects else {}
    for server, operated, name, port in SERVERS:
        for (namespace, service), content in sorted(services.items()):
            if not isinstance(content, ObservedObject):
                continue
            labels = as_object(dig(content.manifest, "metadata", "labels"))
            named = as_text(labels.get("app.kubernetes.io/name")) == name
            if service == operated or named:
                why = f"the Service {service} is there"
                yield server, Guess(_url(namespace, service, content, port), why)
                break


def _url(namespace: str, service: str, content: ObservedObject, usual: int) -> str:
    given = as_list(dig(content.manifest, "spec", "ports"))
    ports = [port for one in given if isinstance(port := dig(one, "port"), int)]
    port = usual if usual in ports or not ports else ports[0]
    return f"http://{service}.{namespace}" + ("" if port == 80 else f":{port}")  # noqa: PLR2004 - HTTP's own


def _groups(nodes: Mapping[str, ObservedNode]) -> Iterator[Group]:
    """Yield groups by the label of pools, else by the label of which most nodes share values."""
    by_label: dict[str, Counter[str]] = defaultdict(Counter)
    for node in nodes.values():
        for label, value in node.labels.items():
            by_label[label][value] += 1
    chosen = next((label for label in POOLS if by_label.get(label)), "")
    if not chosen:
        own = {label: values for label, values in by_label.items() if _repeats(label, values)}
        chosen = max(own, key=lambda label: (own[label].total(), label), default="")
    for value, count in sorted(by_label.get(chosen, Counter()).items())[:MOST_GROUPS]:
        yield Group(name=value, label=chosen, count=count)


def _repeats(label: str, values: Counter[str]) -> bool:
    """Tell whether nodes are grouped by a label: few values, most of them on several nodes."""
    if any(fnmatchcase(label, pattern) for pattern in UNMANAGED_LABELS):
        return False
    return 1 < len(values) <= values.total() / 2 and all(values)


def _taints(nodes: Mapping[str, ObservedNode], writers: ObservedWriters | None) -> Iterator[Guess]:
    """Yield keys of taints that a controller wrote, and that are none of the usual ones."""
    told: set[str] = set()
    for name, node in sorted(nodes.items()):
        asked = writers.by_object.get(ObjectKey("", "Node", "", name)) if writers else None
        writer = asked("/spec/taints") if asked else None
        if writer is None or PEOPLE.search(writer.manager):
            continue
        for key in sorted({taint.key for taint in node.taints} - told):
            if not any(fnmatchcase(key, pattern) for pattern in UNMANAGED_TAINTS):
                told.add(key)
                yield Guess(key, f"{writer.manager} wrote the taints of {name}")


def _argocd(applications: ObservedApplications | None) -> Iterator[Guess]:
    counts = Counter(key.namespace for key in (applications.applications if applications else {}))
    for namespace, count in counts.most_common():
        yield Guess(namespace, f"{count} Applications are there")
