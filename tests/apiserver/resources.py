"""The kinds of objects that the simulated server knows, and how each is written."""

import json
from dataclasses import dataclass
from typing import Any

_TEMPLATE = {"metadata": {}, "spec": {"containers": None}}
_WORKLOAD = {"selector": None, "template": _TEMPLATE}
_NODE_INFO = (
    "machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion kubeletVersion "
    "kubeProxyVersion operatingSystem architecture"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind that is served under ``/api`` or ``/apis``.

    *zero* is what a bookmark of the kind says beside its metadata: the fields that the server
    writes even when they are empty. A *custom* resource has none; its lists are written with
    sorted keys, and their items bear kind and apiVersion.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    custom: bool = False
    zero: str = ""

    @property
    def api_version(self) -> str:
        """Group and version as an object names them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The name in messages: ``nodes``, ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def path(self) -> str:
        """The address of all objects of the kind."""
        return f"/{'apis' if self.group else 'api'}/{self.api_version}/{self.plural}"

    @property
    def type_fields(self) -> bytes:
        """Kind and apiVersion as the first fields of an object, with a comma behind."""
        if self.custom:
            return f'"apiVersion":"{self.api_version}","kind":"{self.kind}",'.encode()
        return f'"kind":"{self.kind}","apiVersion":"{self.api_version}",'.encode()


def _core(plural: str, kind: str, *, namespaced: bool = True, **zero: Any) -> Resource:
    return _built_in("", "v1", plural, kind, namespaced=namespaced, **zero)


def _built_in(
    group: str, version: str, plural: str, kind: str, *, namespaced: bool = True, **zero: Any
) -> Resource:
    text = json.dumps(zero, separators=(",", ":"))[1:-1]
    return Resource(
        group=group, version=version, plural=plural, kind=kind, namespaced=namespaced, zero=text
    )


def custom(group: str, version: str, plural: str, kind: str) -> Resource:
    """Return a namespaced custom resource."""
    return Resource(group=group, version=version, plural=plural, kind=kind, custom=True)


NODES = _core(
    "nodes",
    "Node",
    namespaced=False,
    spec={},
    status={
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
        "nodeInfo": dict.fromkeys(_NODE_INFO.split(), ""),
    },
)
PODS = _core("pods", "Pod", spec={"containers": None}, status={})
SERVICES = _core("services", "Service", spec={}, status={"loadBalancer": {}})
NAMESPACES = _core("namespaces", "Namespace", namespaced=False, spec={}, status={})
DEPLOYMENTS = _built_in(
    "apps", "v1", "deployments", "Deployment", spec={**_WORKLOAD, "strategy": {}}, status={}
)
STATEFUL_SETS = _built_in(
    "apps",
    "v1",
    "statefulsets",
    "StatefulSet",
    spec={**_WORKLOAD, "serviceName": "", "updateStrategy": {}},
    status={"replicas": 0, "availableReplicas": 0},
)
DAEMON_SETS = _built_in(
    "apps",
    "v1",
    "daemonsets",
    "DaemonSet",
    spec={**_WORKLOAD, "updateStrategy": {}},
    status={
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    },
)
REPLICA_SETS = _built_in(
    "apps", "v1", "replicasets", "ReplicaSet", spec=_WORKLOAD, status={"replicas": 0}
)
ENDPOINT_SLICES = _built_in(
    "discovery.k8s.io",
    "v1",
    "endpointslices",
    "EndpointSlice",
    addressType="",
    endpoints=None,
    ports=None,
)
INGRESSES = _built_in(
    "networking.k8s.io", "v1", "ingresses", "Ingress", spec={}, status={"loadBalancer": {}}
)
HORIZONTAL_POD_AUTOSCALERS = _built_in(
    "autoscaling",
    "v2",
    "horizontalpodautoscalers",
    "HorizontalPodAutoscaler",
    spec={"scaleTargetRef": {"kind": "", "name": ""}, "maxReplicas": 0},
    status={"desiredReplicas": 0, "currentMetrics": None},
)
APPLICATIONS = custom("argoproj.io", "v1alpha1", "applications", "Application")
APPLICATION_SETS = custom("argoproj.io", "v1alpha1", "applicationsets", "ApplicationSet")
APP_PROJECTS = custom("argoproj.io", "v1alpha1", "appprojects", "AppProject")
IMAGE_UPDATERS = custom(
    "argocd-image-updater.argoproj.io", "v1alpha1", "imageupdaters", "ImageUpdater"
)
ROLLOUTS = custom("argoproj.io", "v1alpha1", "rollouts", "Rollout")
SCALED_OBJECTS = custom("keda.sh", "v1alpha1", "scaledobjects", "ScaledObject")

BUILT_IN = (
    NODES,
    PODS,
    SERVICES,
    NAMESPACES,
    DEPLOYMENTS,
    STATEFUL_SETS,
    DAEMON_SETS,
    REPLICA_SETS,
    ENDPOINT_SLICES,
    INGRESSES,
    HORIZONTAL_POD_AUTOSCALERS,
)
CUSTOM = (
    APPLICATIONS,
    APPLICATION_SETS,
    APP_PROJECTS,
    IMAGE_UPDATERS,
    ROLLOUTS,
    SCALED_OBJECTS,
)
