"""The settings: every field with its unit, its default and the reason for it.

The descriptions are those of the JSON Schema that ``cluster-conformance config schema`` prints.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from exporter.domain.policy import BLIND_SPOTS
from exporter.settings.checks import CheckId
from exporter.settings.forms import Duration, Instant, Strict
from exporter.settings.monitoring import AlertmanagerSettings, GrafanaSettings, PrometheusSettings

UNMANAGED_LABELS = (
    "kubernetes.io/*",
    "*.kubernetes.io/*",
    "beta.kubernetes.io/*",
    "*.k8s.io/*",
    "k8s.io/*",
    "eks.amazonaws.com/*",
    "cloud.google.com/*",
    "kubernetes.azure.com/*",
    "karpenter.sh/*",
    "karpenter.k8s.aws/*",
    "projectcalico.org/*",
    "io.cilium/*",
)
UNMANAGED_TAINTS = (
    "node.kubernetes.io/*",
    "node.cloudprovider.kubernetes.io/*",
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
    "node.cilium.io/*",
    "ebs.csi.aws.com/*",
    "efs.csi.aws.com/*",
    "karpenter.sh/*",
    "ToBeDeletedByClusterAutoscaler",
    "DeletionCandidateOfClusterAutoscaler",
)


class RepositorySettings(Strict, frozen=True, kw_only=True):
    """The checkout of the repository that declares the cluster."""

    path: Annotated[
        str, Meta(description="Its directory; a relative one is relative to this file.")
    ]
    url: Annotated[
        str, Meta(description="The address Argo CD knows it by; else the checkout's own remote.")
    ] = ""
    web: Annotated[
        str,
        Meta(description="A web address of a line in it, with {revision}, {path} and {line}."),
    ] = ""
    revision: Annotated[
        str, Meta(description="The commit, where the directory has no Git metadata of its own.")
    ] = ""
    reference: Annotated[
        str, Meta(description="The branch or tag that the checkout follows; else read from Git.")
    ] = ""


class TerraformSettings(Strict, frozen=True, kw_only=True):
    """One Terraform declaration."""

    path: Annotated[
        str,
        Meta(
            description="A directory of .tf files, a state file (v4), or the output of "
            "`terraform show -json` for a state or a plan; relative to the repository."
        ),
    ]
    node_name: Annotated[
        str,
        Meta(
            description="The argument of a module call that names its node. Empty: resources only."
        ),
    ] = ""
    tags: Annotated[
        dict[str, str],
        Meta(description="Which tags stand for which node labels, as {Domain: domain}."),
    ] = {}
    variables: Annotated[
        tuple[str, ...],
        Meta(description="*.tfvars files beside terraform.tfvars and *.auto.tfvars, in order."),
    ] = ()
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


class AnsibleSettings(Strict, frozen=True, kw_only=True):
    """The Ansible declaration."""

    inventory: Annotated[
        str, Meta(description="An inventory file or directory, relative to the repository.")
    ]
    playbooks: Annotated[
        tuple[str, ...],
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


class InventoryNode(Strict, frozen=True, kw_only=True):
    """A node written by hand."""

    name: str
    group: str = ""
    labels: dict[str, str] = {}
    taints: Annotated[tuple[str, ...], Meta(description="As key=value:Effect.")] = ()
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


class DeclaredSettings(Strict, frozen=True, kw_only=True):
    """Where the declarations lie. Where two disagree, the one that stands later here counts."""

    terraform: tuple[TerraformSettings, ...] = ()
    ansible: AnsibleSettings | None = None
    argocd: Annotated[
        tuple[str, ...],
        Meta(
            description="Files and directories of Applications and ApplicationSets; the local "
            "paths that they name are followed."
        ),
    ] = ()
    kustomize: Annotated[
        tuple[str, ...],
        Meta(description="Overlays (shell patterns) that no Application points at."),
    ] = ()
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


class MatchSettings(Strict, frozen=True, kw_only=True):
    """By what the nodes of a group are recognised."""

    name: Annotated[str, Meta(description="A shell pattern.")] = ""
    labels: dict[str, str] = {}


class GroupSettings(Strict, frozen=True, kw_only=True):
    """A group of nodes."""

    name: str
    match: MatchSettings = MatchSettings()
    min: (
        Annotated[int, Meta(ge=0, description="Fewest nodes; with max, for autoscaled groups.")]
        | UnsetType
    ) = UNSET
    max: Annotated[int, Meta(ge=0, description="Most nodes.")] | UnsetType = UNSET


class NodesSettings(Strict, frozen=True, kw_only=True):
    """How nodes are grouped and what of them is managed elsewhere."""

    groups: Annotated[
        tuple[GroupSettings, ...], Meta(description="Default: the groups of the Ansible inventory.")
    ] = ()
    consistent_labels: Annotated[
        tuple[str, ...],
        Meta(
            description="Labels that must agree along an Application, its workload and the nodes "
            "that it selects."
        ),
    ] = ()
    unmanaged_labels: Annotated[
        tuple[str, ...], Meta(description="Labels that kubelet, cloud and CNI set; shell patterns.")
    ] = UNMANAGED_LABELS
    unmanaged_taints: Annotated[
        tuple[str, ...], Meta(description="Taints that controllers set; shell patterns of keys.")
    ] = UNMANAGED_TAINTS


class KubernetesSettings(Strict, frozen=True, kw_only=True):
    """The Kubernetes API."""

    kubeconfig: Annotated[
        str | None,
        Meta(
            description="A kubeconfig file; a relative one is relative to this file. Default: the "
            "pod's own service account; outside of a pod, what kubectl uses."
        ),
    ] = None
    namespaces: Annotated[
        tuple[str, ...],
        Meta(
            description="The namespaces to look at: all that anything is declared in, Argo CD's "
            "own too. Nodes are looked at in any case. Empty: all."
        ),
    ] = ()
    max_age: Annotated[
        Duration,
        Meta(
            description="After how long without a sign from the API server what it told last "
            "counts no more. A watch gives a sign every minute."
        ),
    ] = "5m"


class ObservedSettings(Strict, frozen=True, kw_only=True):
    """Where the cluster and its monitoring stack are looked at."""

    kubernetes: KubernetesSettings | None = None
    snapshot: Annotated[
        str | None,
        Meta(
            description="A folder or file of `kubectl get -o json` output instead of a live "
            "cluster; a relative one is relative to this file."
        ),
    ] = None
    prometheus: Annotated[
        PrometheusSettings | None, Meta(description="The Prometheus that watches the cluster.")
    ] = None
    alertmanager: Annotated[
        AlertmanagerSettings | None, Meta(description="The Alertmanager that it notifies.")
    ] = None
    grafana: Annotated[
        GrafanaSettings | None, Meta(description="The Grafana that people look at.")
    ] = None


class ChecksSettings(Strict, frozen=True, kw_only=True):
    """Which checks run: all for which anything is declared, but those that are switched off."""

    disabled: Annotated[
        tuple[CheckId, ...],
        Meta(description="Ids of checks that do not run. What only they look at is out of scope."),
    ] = ()


class WaiverSettings(Strict, frozen=True, kw_only=True):
    """A failure, or an item that nobody compares, that somebody accepts until a date."""

    check: Annotated[str, Meta(min_length=1, description="A check's id, or a shell pattern.")]
    subject: Annotated[
        str, Meta(min_length=1, description="name or namespace/name; a shell pattern.")
    ]
    reason: Annotated[str, Meta(min_length=1)]
    owner: Annotated[str, Meta(min_length=1)]
    expires: Instant
    state: (
        Annotated[
            Literal[
                "not_rendered",
                "unresolved",
                "unreadable",
                "unsupported",
                "other_cluster",
                "other_repository",
                "other_revision",
                "no_host",
                "refused",
            ],
            Meta(
                description="With check: declaration_compared, and only there: the reason why "
                "nobody compares the item."
            ),
        ]
        | UnsetType
    ) = UNSET
    ticket: Annotated[str, Meta(description="Where it is followed up; shown, not read.")] = ""
    approved_by: Annotated[str, Meta(description="Who agreed; shown, not read.")] = ""

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        blind_spot = given.get("check") == BLIND_SPOTS
        if blind_spot and "state" not in given:
            return f"say with check: {BLIND_SPOTS} which state is accepted, as state: not_rendered"
        if "state" in given and not blind_spot:
            return f"state goes with check: {BLIND_SPOTS} only, which must be written out"
        return ""


class MaintenanceSettings(Strict, frozen=True, kw_only=True):
    """A window in which the failures of some nodes, and of what hangs on them, are expected."""

    nodes: Annotated[
        tuple[str, ...], Meta(min_length=1, description="Shell patterns of node names.")
    ]
    start: Instant = field(name="from")
    end: Instant = field(name="until")


class MetricsSettings(Strict, frozen=True, kw_only=True):
    """How much of the findings becomes series."""

    detail: Literal["full", "findings", "summary"] = "full"
    findings_limit: Annotated[
        int, Meta(ge=0, description="Most series of single findings; the rest is counted.")
    ] = 1000


class ClusterSettings(Strict, frozen=True, kw_only=True):
    """The cluster that is looked at. A plain text is its name."""

    name: Annotated[str, Meta(description="As the status page and reports show it.")] = ""
    destinations: (
        Annotated[
            tuple[str, ...],
            Meta(
                description="What Applications call this cluster: names and servers. Where they "
                "stand here, Applications that go to another one are out of scope. Default: "
                "in-cluster, https://kubernetes.default.svc."
            ),
        ]
        | UnsetType
    ) = UNSET


class Settings(Strict, frozen=True, kw_only=True):
    """All settings."""

    cluster: str | ClusterSettings = ""
    documentation: Annotated[
        str, Meta(description="Where this project's docs/ are published; reports link there.")
    ] = ""
    repository: str | RepositorySettings
    declared: DeclaredSettings
    observed: ObservedSettings
    nodes: NodesSettings = NodesSettings()
    checks: ChecksSettings = ChecksSettings()
    waivers: tuple[WaiverSettings, ...] = ()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    metrics: MetricsSettings = MetricsSettings()
    interval: Annotated[
        Duration, Meta(description="How often the repository and a snapshot are looked at again.")
    ] = "30s"
    rollout_deadline: Annotated[
        Duration,
        Meta(description="For how long a rollout or a running sync excuses what it causes."),
    ] = "30m"
