"""What is known of kinds of objects beforehand: which have no namespace, which do not stay.

Sources: Kubernetes API reference (``kubectl api-resources --namespaced=false``), Argo CD, Resource
Hooks, and Helm, Chart Hooks.
"""

from typing import Final

from exporter.domain.json import JsonObject, as_object, as_text, dig

ARGO: Final = "argoproj.io"
APPLICATIONS: Final = frozenset({"Application", "ApplicationSet"})

TRACED: Final = frozenset(
    {
        "Application",
        "ApplicationSet",
        "DaemonSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Rollout",
        "ScaledObject",
        "StatefulSet",
    }
)
"""The kinds whose single values have places; of others only the object has one."""

CLUSTER_SCOPED: Final = frozenset(
    {
        ("", "ComponentStatus"),
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("certificates.k8s.io", "ClusterTrustBundle"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "ServiceCIDR"),
        ("node.k8s.io", "RuntimeClass"),
        ("policy", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("resource.k8s.io", "DeviceClass"),
        ("resource.k8s.io", "ResourceSlice"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
        ("storage.k8s.io", "VolumeAttributesClass"),
        ("storagemigration.k8s.io", "StorageVersionMigration"),
        ("cert-manager.io", "ClusterIssuer"),
        ("external-secrets.io", "ClusterExternalSecret"),
        ("external-secrets.io", "ClusterSecretStore"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("karpenter.k8s.aws", "EC2NodeClass"),
        ("karpenter.sh", "NodeClaim"),
        ("karpenter.sh", "NodePool"),
        ("kyverno.io", "ClusterPolicy"),
        ("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
    }
)
"""Groups and kinds whose objects lie in no namespace: all of Kubernetes', and the best known."""

DELIVERING: Final = frozenset(
    {
        ("fleet.cattle.io", "Bundle"),
        ("fleet.cattle.io", "GitRepo"),
        ("helm.cattle.io", "HelmChart"),
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    }
)
"""Groups and kinds of objects by which another tool than Argo CD delivers further ones."""

IGNORED: Final = "IgnoredDifference"
"""The kind under which an entry of an Application's ``ignoreDifferences`` goes."""

DELIVERING_KINDS: Final = frozenset(kind for _, kind in DELIVERING)

RULES: Final = "argocd-cm"
"""The ConfigMap that has the rules of a whole Argo CD."""

IMAGE_UPDATER: Final = "argocd-image-updater.argoproj.io"
_PART_OF: Final = "app.kubernetes.io/part-of"
_HOOKS: Final = ("argocd.argoproj.io/hook", "helm.sh/hook")


def group(content: JsonObject) -> str:
    """Return the API group of an object, empty for the core's."""
    return as_text(content.get("apiVersion")).rpartition("/")[0]


def is_declaration(content: JsonObject) -> bool:
    """Tell whether an object is an Application or ApplicationSet of Argo CD."""
    return as_text(content.get("kind")) in APPLICATIONS and group(content) == ARGO


def is_rules(content: JsonObject) -> bool:
    """Tell whether an object is the ConfigMap of Argo CD, by its name and label."""
    metadata = as_object(content.get("metadata"))
    return (
        content.get("kind") == "ConfigMap"
        and metadata.get("name") == RULES
        and dig(metadata, "labels", _PART_OF) in {None, "argocd"}
    )


def is_image_updater(content: JsonObject) -> bool:
    """Tell whether an object tells Argo CD Image Updater what to do."""
    return content.get("kind") == "ImageUpdater" and group(content) == IMAGE_UPDATER


def governs(content: JsonObject) -> bool:
    """Tell whether an object says how Applications are treated."""
    return is_rules(content) or is_image_updater(content)


def is_hook(content: JsonObject) -> bool:
    """Tell whether an object only lives during a sync of Argo CD."""
    annotations = as_object(dig(content, "metadata", "annotations"))
    return any(as_text(annotations.get(hook)) not in {"", "crd-install"} for hook in _HOOKS)


def is_transient(content: JsonObject) -> bool:
    """Tell whether an object gets a new name each time, or is removed when it is done."""
    if not dig(content, "metadata", "name") and dig(content, "metadata", "generateName"):
        return True
    return (
        content.get("kind") == "Job" and dig(content, "spec", "ttlSecondsAfterFinished") is not None
    )
