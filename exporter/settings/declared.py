"""Where the declarations lie, and how each source is read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from exporter.settings.charts import ChartsSettings
from exporter.settings.forms import (
    CheckoutPath,
    Duration,
    LabelKey,
    Quantity,
    RepositoryPath,
    Strict,
    TaintText,
)
from exporter.settings.texts import ARGUMENT, parse_argument


class CheckoutSettings(Strict, frozen=True, kw_only=True):
    """The checkout of a repository."""

    path: Annotated[
        CheckoutPath, Meta(description="Its directory; a relative one is relative to this file.")
    ]
    revision: Annotated[
        str, Meta(description="The commit, where the directory has no Git metadata of its own.")
    ] = ""
    reference: Annotated[
        str, Meta(description="The branch or tag that the checkout follows; else read from Git.")
    ] = ""


class RepositorySettings(CheckoutSettings, frozen=True, kw_only=True):
    """The checkout of the repository that declares the cluster."""

    url: Annotated[
        str, Meta(description="The address Argo CD knows it by; else the checkout's own remote.")
    ] = ""
    web: Annotated[
        str,
        Meta(description="A web address of a line in it, with {revision}, {path} and {line}."),
    ] = ""


class FurtherRepository(CheckoutSettings, frozen=True, kw_only=True):
    """The checkout of a further repository."""

    url: Annotated[str, Meta(min_length=1, description="The address Argo CD knows it by.")]


class TerraformSettings(Strict, frozen=True, kw_only=True):
    """One Terraform declaration."""

    path: Annotated[
        RepositoryPath,
        Meta(
            description="A directory of .tf files, a state file (v4), or the output of "
            "`terraform show -json` for a state or a plan; relative to the repository."
        ),
    ]
    node_name: Annotated[
        str,
        Meta(
            description="The argument of a module call that names its node. Empty: resources only.",
            extra={"parse": parse_argument},
            extra_json_schema={"pattern": ARGUMENT},
        ),
    ] = ""
    modules: Annotated[
        tuple[str, ...],
        Meta(
            description="With node_name: shell patterns of the names of module calls that are "
            "nodes; a module vpc with an argument name does not."
        ),
    ] = ("*",)
    resources: Annotated[
        tuple[str, ...],
        Meta(
            description="Shell patterns of the addresses of resources that are nodes, where not "
            "all are whose type is that of a machine: module.workers.aws_instance.node."
        ),
    ] = ("*",)
    not_nodes: Annotated[
        tuple[str, ...],
        Meta(
            description="Shell patterns of addresses (module.bastion, aws_instance.jump) and types "
            "that make no node of this cluster, whatever they are."
        ),
    ] = ()
    tags: Annotated[
        dict[str, LabelKey],
        Meta(description="Which tags stand for which node labels, as {Domain: domain}."),
    ] = {}
    variables: Annotated[
        tuple[str, ...],
        Meta(description="*.tfvars files beside terraform.tfvars and *.auto.tfvars, in order."),
    ] = ()
    workspace: Annotated[
        str,
        Meta(
            description="The workspace that is applied, which terraform.workspace tells. Empty: "
            "what depends on it is unresolved."
        ),
    ] = ""
    include: Annotated[
        tuple[str, ...],
        Meta(description="Shell patterns of node names; others are no nodes of this cluster."),
    ] = ("*",)
    exclude: Annotated[
        tuple[str, ...],
        Meta(description="Shell patterns of names to leave out; a bastion is no cluster node."),
    ] = ("*bastion*",)
    complete: Annotated[
        bool,
        Meta(
            description="Resource types, modules and tools here that this exporter does not know "
            "make no node of this cluster. Off: while there are any, a node that nobody declares "
            "is unknown and not unexpected."
        ),
    ] = False


_STRICT_CONDITIONS = 19
"""Since 2.19 ansible-core refuses conditions that are neither true nor false."""


class AnsibleSettings(Strict, frozen=True, kw_only=True):
    """The Ansible declaration."""

    inventory: Annotated[
        RepositoryPath,
        Meta(description="An inventory file or directory, relative to the repository."),
    ]
    playbooks: Annotated[
        tuple[RepositoryPath, ...],
        Meta(description="Playbooks, or directories and shell patterns of them; roles follow."),
    ] = ()
    groups: Annotated[
        tuple[str, ...],
        Meta(
            description="Inventory groups whose hosts are nodes. Empty: k8s_cluster where there "
            "is one, else every host."
        ),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Meta(description="Shell patterns of hosts and names of groups that are no nodes."),
    ] = ("localhost", "127.0.0.1", "bastion", "bastion*")
    version: Annotated[
        str,
        Meta(
            pattern=r"^(2\.[0-9]{1,2}(\.[0-9]+)*)?$",
            description="The version of ansible-core that runs the playbooks, as 2.18. It tells "
            "what a condition means that is neither true nor false, which is unknown without.",
        ),
    ] = ""

    @property
    def strict_conditions(self) -> bool:
        """Tell whether a condition that is neither true nor false is an error, or may be one."""
        return not self.version or int(self.version.split(".")[1]) >= _STRICT_CONDITIONS


class MachinesSettings(Strict, frozen=True, kw_only=True):
    """Files that configure machines or make them."""

    path: Annotated[
        RepositoryPath,
        Meta(
            min_length=1,
            description="A file, a directory or a shell pattern of them, relative to the "
            "repository: objects of Cluster API, kOps and Karpenter, machine configurations of "
            "Talos, config.yaml of RKE2 or k3s, configurations of kubeadm.",
        ),
    ]
    nodes: Annotated[
        tuple[str, ...],
        Meta(description="The nodes for which files are that name none themselves."),
    ] = ()
    cluster: Annotated[
        str,
        Meta(
            description="What objects of Cluster API and kOps call this cluster, where there are "
            "those of several. Default: the name of the cluster in these settings."
        ),
    ] = ""


class InventoryNode(Strict, frozen=True, kw_only=True):
    """A node written by hand."""

    name: str
    group: str = ""
    labels: dict[LabelKey, str] = {}
    taints: tuple[TaintText, ...] = ()
    version: str = ""
    instance_type: str = ""
    zone: str = ""
    internal_ip: str = ""
    provider_id: str = ""


class InventoryWorkload(Strict, frozen=True, kw_only=True):
    """A workload written by hand."""

    kind: Literal["Deployment", "StatefulSet", "DaemonSet"] = "Deployment"
    namespace: str
    name: str
    labels: dict[str, str] = {}
    spec: Annotated[
        dict[str, Any], Meta(description="As much of the workload's spec as shall be compared.")
    ] = {}


class InventoryApplication(Strict, frozen=True, kw_only=True):
    """An Argo CD Application written by hand."""

    namespace: str = "argocd"
    name: str
    path: str = ""
    repository: Annotated[str, Meta(description="Empty: the repository of these settings.")] = ""
    revision: str = "HEAD"
    labels: dict[str, str] = {}


class InventorySettings(Strict, frozen=True, kw_only=True):
    """The same model as the other sources give, written by hand; it wins over all others."""

    nodes: tuple[InventoryNode, ...] = ()
    workloads: tuple[InventoryWorkload, ...] = ()
    applications: tuple[InventoryApplication, ...] = ()


class LimitsSettings(Strict, frozen=True, kw_only=True):
    """What reading one source may take, in its process; what takes more is an error of its file.

    The defaults are many times what 5,000 nodes and 3,000 workloads take.
    """

    time: Annotated[
        Duration,
        Meta(
            description="Of a core, and of the clock beside the programs that it waits for "
            "(kustomize, helm, ansible-inventory)."
        ),
    ] = "1m"
    memory: Annotated[
        Quantity,
        Meta(description="Beside what it shares with the exporter; the container has to have it."),
    ] = "256Mi"


class DeclaredSettings(Strict, frozen=True, kw_only=True):
    """Where the declarations lie. Where two disagree, the one that stands later here counts."""

    terraform: tuple[TerraformSettings, ...] = ()
    ansible: AnsibleSettings | None = None
    machines: tuple[MachinesSettings, ...] = ()
    argocd: Annotated[
        tuple[RepositoryPath, ...],
        Meta(
            description="Files and directories of Applications and ApplicationSets; the paths and "
            "charts that they name are followed."
        ),
    ] = ()
    kustomize: Annotated[
        tuple[RepositoryPath, ...],
        Meta(description="Overlays (shell patterns) that no Application points at."),
    ] = ()
    repositories: Annotated[
        tuple[FurtherRepository, ...],
        Meta(description="Checkouts of further repositories that Applications deploy from."),
    ] = ()
    charts: ChartsSettings = ChartsSettings()
    inventory: InventorySettings = InventorySettings()
    max_age: Annotated[
        Duration,
        Meta(
            description="For how long the last good reading of a source stands in for a broken one."
        ),
    ] = "1h"
    allow_remote_bases: Annotated[
        bool,
        Meta(description="Let kustomize fetch bases over the network. Off: they are left out."),
    ] = False
    limits: LimitsSettings = LimitsSettings()

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        charts = given.get("charts")
        roots = charts.get("roots") if isinstance(charts, Mapping) else ()
        for root in roots if isinstance(roots, list) else ():
            path = root.get("path") if isinstance(root, Mapping) else None
            if isinstance(path, str) and not _is_named(path, given.get("argocd")):
                return f"charts.roots has {path}, which argocd does not name"
        return ""


def _is_named(path: str, patterns: object) -> bool:
    """Tell whether *patterns* may name a *path*, or a directory around it."""
    parts = [one for one in path.split("/") if one not in {"", "."}]
    for pattern in patterns if isinstance(patterns, list) else ():
        wanted = [one for one in str(pattern).split("/") if one not in {"", "."}]
        if set("*?[") & set(str(pattern)) or parts[: len(wanted)] == wanted:
            return True
    return False
