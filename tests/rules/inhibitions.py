"""Pairs of alerts of which the first silences the second, and pairs of which it does not.

Each is the source's name and labels, then the target's.
"""

import pytest

from tests.rules.shipped import ALERTS

WORKLOAD = {"object_kind": "Deployment", "object_namespace": "api", "object_name": "scan-api"}
OTHER_WORKLOAD = {**WORKLOAD, "object_name": "auth-api"}
GROUP = {"object_kind": "SecurityGroup", "object_namespace": "", "object_name": "sg-1"}
NODE = {"object_kind": "Node", "object_name": "k8s-api-scan"}
OTHER_NODE = {**NODE, "object_name": "k8s-redis"}
APPLICATION = {"object_kind": "Application", "object_namespace": "argocd", "object_name": "scan"}
CONTROLLER = {
    "object_kind": "ApplicationController",
    "object_namespace": "argocd",
    "object_name": "argocd-application-controller",
}

Labels = dict[str, str]


def alert(short: str, **labels: str) -> Labels:
    """Return the labels with which an alert arrives at Alertmanager."""
    name = f"ClusterConformance{short}"
    severity = ALERTS[name]["labels"]["severity"]
    return {"alertname": name, "severity": severity, "cluster": "north", **labels}


INHIBITED = [
    pytest.param("ExporterDown", {}, "NodeMissing", NODE, id="exporter down"),
    pytest.param("ExporterDown", {}, "ExporterAbsent", {}, id="down says more than absent"),
    pytest.param("ExporterAbsent", {}, "SourceDown", {}, id="exporter absent"),
    pytest.param(
        *("SourceDown", {"source": "repository"}, "SourceDown", {"source": "argocd"}),
        id="no checkout",
    ),
    pytest.param(
        *("SourceDown", {"source": "ansible"}, "DeclarationStale", {"source": "ansible"}),
        id="a source that is down grows old",
    ),
    pytest.param(
        *("SourceDown", {"source": "kubernetes"}, "CoverageLow", {"layer": "gitops"}),
        id="a source that is down leaves much unknown",
    ),
    pytest.param(
        *("DeclarationShrank", {}, "ApplicationAbandoned", APPLICATION), id="empty declaration"
    ),
    pytest.param("NodeMissing", NODE, "NodeTaintsMismatch", NODE, id="node missing"),
    pytest.param("NodeMissing", NODE, "NodeNotReady", NODE, id="node went"),
    pytest.param(
        *("NodeMissing", {**NODE, "layer": "infrastructure"}),
        *("CoverageLow", {"layer": "configuration"}),
        id="a missing node has no labels",
    ),
    pytest.param("WorkloadMissing", WORKLOAD, "WorkloadNotReady", WORKLOAD, id="workload missing"),
    pytest.param(
        "WorkloadImagesUnavailable", WORKLOAD, "WorkloadNotReady", WORKLOAD, id="no image"
    ),
    pytest.param(
        *("WorkloadNotReady", WORKLOAD, "WorkloadRestarting", WORKLOAD),
        id="containers that crash are not ready",
    ),
    pytest.param(
        *("WorkloadNotReady", WORKLOAD, "WorkloadPodsDiffer", WORKLOAD),
        id="a rollout that cannot end leaves old pods",
    ),
    pytest.param("WorkloadDrifted", WORKLOAD, "WorkloadUnschedulable", WORKLOAD, id="drifted"),
    pytest.param(
        *("ApplicationSourcePathMissing", APPLICATION, "ApplicationOutOfSync", APPLICATION),
        id="critical over warning",
    ),
    pytest.param(
        *("ApplicationNotDelivered", APPLICATION, "ApplicationOutOfSync", APPLICATION),
        id="a sync that fails leaves it out of sync",
    ),
    pytest.param(
        *("ApplicationNotDelivered", APPLICATION, "ApplicationDegraded", APPLICATION),
        id="a sync that fails on a degraded hook",
    ),
    pytest.param(
        *("ApplicationStale", CONTROLLER, "CoverageLow", {"layer": "gitops"}),
        id="a controller that halts leaves its layer unknown",
    ),
]
BROKEN = {"object_kind": "File", "object_name": "argocd/apps.yaml", "layer": "configuration"}
UNREAD = {"source": "argocd", "state": "unreadable"}
INHIBITED += [
    pytest.param(
        *("DeclarationUnreadable", BROKEN, "DeclarationNotCompared", UNREAD), id="broken file"
    ),
    pytest.param(
        *("DeclarationUnreadable", BROKEN, "CoverageLow", {"layer": "gitops"}),
        id="a broken file covers nothing",
    ),
    pytest.param(
        *("DeclarationUnreadable", BROKEN, "DeclarationStale", {"source": "argocd"}),
        id="a broken file grows old",
    ),
    pytest.param(
        *("DeclarationUnreadable", BROKEN),
        *("DeclarationShrank", {"source": "argocd", "kind": "Application"}),
        id="a broken file declares nothing",
    ),
    pytest.param(
        *("SourceDown", {"source": "argocd"}, "DeclarationNotCompared", UNREAD),
        id="a source that is down is not read",
    ),
    pytest.param(
        *("AccessMissing", {"kind": "pods"}, "SourceDown", {"source": "kubernetes"}),
        id="access missing",
    ),
    pytest.param(
        *("GrafanaUnavailable", {}, "SourceDown", {"source": "grafana"}), id="grafana unavailable"
    ),
    pytest.param(
        *("AlertmanagerNotReady", {}, "SourceDown", {"source": "alertmanager"}),
        id="alertmanager not ready",
    ),
    pytest.param(
        *("AlertmanagerNotConnected", {}, "SourceDown", {"source": "alertmanager"}),
        id="alertmanager gone",
    ),
    pytest.param(
        *("SourceDown", {"source": "grafana"}, "CoverageLow", {"layer": "observability"}),
        id="a part of the monitoring stack leaves its layer unknown",
    ),
    pytest.param(
        *("NodeMissing", {**NODE, "layer": "infrastructure"}),
        *("CoverageLow", {"layer": "applications"}),
        id="a missing node has no pods",
    ),
    pytest.param(
        *("ApplicationMissing", {**APPLICATION, "layer": "gitops"}),
        *("CoverageLow", {"layer": "applications"}),
        id="a missing Application delivers nothing",
    ),
    pytest.param(
        *("InstanceNotRunning", {"layer": "infrastructure"}),
        *("CoverageLow", {"layer": "configuration"}),
        id="an instance that does not run has no node",
    ),
    pytest.param(
        *("AdminPortExposed", GROUP, "SecurityGroupMismatch", GROUP),
        id="a rule that opens an admin port is undeclared, too",
    ),
    pytest.param(
        *("SourceDown", {"source": "aws"}, "CoverageLow", {"layer": "infrastructure"}),
        id="a cloud that is down leaves its layer unknown",
    ),
]
HEARD = [
    pytest.param(
        *("SourceDown", {"source": "aws"}, "CoverageLow", {"layer": "gitops"}),
        id="a layer that asks nothing of the cloud",
    ),
    pytest.param(
        *("AdminPortExposed", GROUP),
        *("SecurityGroupMismatch", {**GROUP, "object_name": "sg-2"}),
        id="another security group",
    ),
    pytest.param(
        *("ApplicationNotDelivered", APPLICATION),
        *("ApplicationOutOfSync", {**APPLICATION, "object_name": "auth"}),
        id="another Application",
    ),
    pytest.param(
        *("ApplicationStale", CONTROLLER, "CoverageLow", {"layer": "configuration"}),
        id="a layer that Argo CD says nothing of",
    ),
    pytest.param(
        *("DeclarationUnreadable", BROKEN),
        *("DeclarationNotCompared", {**UNREAD, "state": "not_rendered"}),
        id="what nobody rendered is not broken",
    ),
    pytest.param(
        *("DeclarationNotCompared", UNREAD, "CoverageLow", {"layer": "gitops"}),
        id="an old blind spot hides no new one",
    ),
    pytest.param(
        *("SourceDown", {"source": "grafana"}, "CoverageLow", {"layer": "infrastructure"}),
        id="a layer that asks nothing of it",
    ),
    pytest.param(
        *("GrafanaUnavailable", {}, "SourceDown", {"source": "prometheus"}), id="another server"
    ),
    pytest.param("NodeMissing", NODE, "NodeTaintsMismatch", OTHER_NODE, id="another node"),
    pytest.param("NodeMissing", NODE, "WorkloadNotReady", WORKLOAD, id="workloads of the node"),
    pytest.param(
        *("WorkloadMissing", WORKLOAD, "WorkloadNotReady", OTHER_WORKLOAD), id="another workload"
    ),
    pytest.param(
        *("SourceDown", {"source": "ansible"}, "DeclarationStale", {"source": "argocd"}),
        id="another source",
    ),
    pytest.param("ExporterDown", {}, "NodeMissing", {"cluster": "south"}, id="another cluster"),
    pytest.param("DeclarationShrank", {}, "SettingsReloadFailed", {}, id="no object in common"),
]
