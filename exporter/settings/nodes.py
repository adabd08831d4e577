"""How nodes are grouped, and what of them is managed elsewhere."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from exporter.settings.forms import LabelKey, Strict, TaintText
from exporter.settings.taints import UNMANAGED_TAINTS

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
    labels: Annotated[
        dict[LabelKey, str], Meta(description="Labels that each of its nodes has.")
    ] = {}
    taints: (
        Annotated[
            tuple[TaintText, ...],
            Meta(
                description="Taints that each of its nodes has, as key=value:Effect. [] if none; "
                "left out, none is compared."
            ),
        ]
        | UnsetType
    ) = UNSET
    version: Annotated[
        str, Meta(description="The version of its kubelets, as v1.31.4, 1.31 or v1.31.*.")
    ] = ""
    instance_types: Annotated[
        tuple[str, ...], Meta(description="Each of its nodes is of one of these.")
    ] = ()
    zones: Annotated[
        tuple[str, ...], Meta(description="Each of its nodes is in one of these.")
    ] = ()

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        fewest, most = given.get("min"), given.get("max")
        if not isinstance(fewest, int) or not isinstance(most, int) or fewest <= most:
            return ""
        return f"min ({fewest}) is more than max ({most}); write the smaller number as min"


class NodesSettings(Strict, frozen=True, kw_only=True):
    """How nodes are grouped and what of them is managed elsewhere."""

    groups: Annotated[
        tuple[GroupSettings, ...],
        Meta(
            description="Beside the groups of the Ansible inventory and the pools of Terraform. "
            "One of the name of a pool adds to it, and counts before it."
        ),
    ] = ()
    names: Annotated[
        dict[str, str],
        Meta(
            description="What the cluster calls declared nodes, as {declared: observed}, where "
            "neither ID, name nor address tell."
        ),
    ] = {}
    consistent_labels: Annotated[
        tuple[LabelKey, ...],
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
