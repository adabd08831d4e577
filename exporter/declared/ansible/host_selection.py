"""Which hosts of an inventory are nodes, and which of their groups names their purpose best."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from exporter.declared.ansible.inventory import Inventory
from exporter.domain.errors import ReadError, Reason
from exporter.settings.declared import AnsibleSettings

CLUSTER_GROUPS = (
    *("k8s_cluster", "k8s-cluster", "k3s_cluster", "kubernetes_cluster", "kube_cluster"),
    *("rke2_cluster", "k0s_cluster"),
)
_KUBE_NODES = frozenset({"kube_node", "kube-node"})
_KUBE_CONTROL = frozenset({"kube_control_plane", "kube-master", "kube_master"})
CONTROL_PLANE = frozenset(
    {
        *(
            "kube_control_plane",
            "kube-master",
            "kube_master",
            "control_plane",
            "controlplane",
            "control-plane",
        ),
        *("master", "masters", "server", "servers", "controllers", "controller"),
    }
)
WORKERS = frozenset(
    {"kube_node", "kube-node", "node", "nodes", "worker", "workers", "agent", "agents"}
)
_SUPPORT = frozenset({"etcd", "calico_rr", "bastion", *CLUSTER_GROUPS})


def select_hosts(inventory: Inventory, settings: AnsibleSettings) -> list[str]:
    """Return the hosts that are nodes.

    Those of the groups in the settings; else of the first group that stands for a cluster; else of
    kubespray's groups of nodes; else all, as other groups' names do not tell a node from a load
    balancer. Raises :exc:`ReadError` for a group that does not exist.
    """
    absent = [name for name in settings.groups if name not in inventory.members]
    if absent:
        raise ReadError(
            f"has no group {absent[0]!r}",
            reason=Reason.MISSING,
            path=settings.inventory,
            advice="name groups of the inventory in declared.ansible.groups",
        )
    chosen: Sequence[str] = settings.groups
    if not chosen:
        chosen = [name for name in CLUSTER_GROUPS if inventory.members.get(name)][:1]
    if not chosen:
        names = inventory.members.keys()
        both = names & _KUBE_NODES and names & _KUBE_CONTROL
        chosen = sorted(names & (_KUBE_NODES | _KUBE_CONTROL)) if both else []
    wanted = {host for name in chosen for host in inventory.members[name]}
    return [
        host
        for host, groups in inventory.groups.items()
        if (host in wanted or not chosen) and not _excluded(host, groups, settings.exclude)
    ]


def _excluded(host: str, groups: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in (host, *groups))


def order_groups(groups: Sequence[str], depths: Mapping[str, int]) -> tuple[str, ...]:
    """Return *groups*, the most specific first; ``all`` and ``ungrouped`` are left out.

    The deepest come first; of one depth the control plane before others, workers after them;
    groups that say nothing of a node's purpose (the whole cluster, ``etcd``) last.
    """

    def rank(name: str) -> tuple[bool, int, int, str]:
        role = 0 if name in CONTROL_PLANE else 2 if name in WORKERS else 1
        return name in _SUPPORT, -depths.get(name, 0), role, name

    return tuple(sorted((group for group in groups if group not in {"all", "ungrouped"}), key=rank))
