"""The kinds of objects that facts are made of, and the names that they go by."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """A kind that is read; every other one is passed over."""

    NODE = "Node"
    POD = "Pod"
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    HORIZONTAL_POD_AUTOSCALER = "HorizontalPodAutoscaler"
    SCALED_OBJECT = "ScaledObject"
    APPLICATION = "Application"
    APPLICATION_SET = "ApplicationSet"


WORKLOADS = (Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET)
AUTOSCALERS = (Kind.HORIZONTAL_POD_AUTOSCALER, Kind.SCALED_OBJECT)

_GROUPS = {
    Kind.NODE: {""},
    Kind.POD: {""},
    Kind.DEPLOYMENT: {"apps", "extensions"},
    Kind.STATEFUL_SET: {"apps"},
    Kind.DAEMON_SET: {"apps", "extensions"},
    Kind.HORIZONTAL_POD_AUTOSCALER: {"autoscaling"},
    Kind.SCALED_OBJECT: {"keda.sh"},
    Kind.APPLICATION: {"argoproj.io"},
    Kind.APPLICATION_SET: {"argoproj.io"},
}
_RESOURCES = {
    Kind.NODE: "no node nodes",
    Kind.POD: "po pod pods",
    Kind.DEPLOYMENT: "deploy deployment deployments",
    Kind.STATEFUL_SET: "sts statefulset statefulsets",
    Kind.DAEMON_SET: "ds daemonset daemonsets",
    Kind.HORIZONTAL_POD_AUTOSCALER: "hpa horizontalpodautoscaler horizontalpodautoscalers",
    Kind.SCALED_OBJECT: "so scaledobject scaledobjects",
    Kind.APPLICATION: "application applications",
    Kind.APPLICATION_SET: "appset appsets applicationset applicationsets",
}
_OURS = {name: kind for kind, names in _RESOURCES.items() for name in names.split()}
_PASSED_OVER = (
    "appprojects cm clusterrolebindings clusterroles configmaps "
    "controllerrevisions crd crds cronjobs csinodes customresourcedefinitions endpoints "
    "endpointslices events ing ingress ingresses ingressclasses jobs leases limitranges "
    "namespaces networkpolicies ns pdb persistentvolumeclaims persistentvolumes "
    "poddisruptionbudgets podtemplates priorityclasses pv pvc replicasets "
    "replicationcontrollers resourcequotas rolebindings roles rs sa sc secrets service "
    "serviceaccounts services storageclasses svc validatingwebhookconfigurations "
    "volumeattachments "
)
_OTHERS = frozenset(_PASSED_OVER.split())
_SEPARATORS = re.compile(r"[,+_\s-]+")


def identify(kind: str, api_version: str) -> Kind | None:
    """Return the kind of an object, or None where facts are not made of it.

    The group counts: an ``Application`` of another group is none of Argo CD's. An object that
    names no group is taken by its kind.
    """
    try:
        known = Kind(kind)
    except ValueError:
        return None
    group = api_version.rpartition("/")[0]
    return known if not api_version or group in _GROUPS[known] else None


def named_in(stem: str) -> frozenset[Kind] | None:
    """Return the kinds that a file's name, without its ending, says it holds.

    The name counts where all its parts are names of resources as kubectl takes them
    (``nodes``, ``deploy,sts``, ``applications.argoproj.io``); numbers are passed over. None
    where the name says nothing; empty where it names other kinds only.
    """
    if stem.replace("-", "").lower() in _OTHERS:
        return frozenset()
    parts = [part for part in _SEPARATORS.split(stem.lower()) if part and not part.isdigit()]
    names = {part.partition(".")[0] for part in parts}
    if not names or not all(name in _OURS or name in _OTHERS for name in names):
        return None
    return frozenset(_OURS[name] for name in names if name in _OURS)
