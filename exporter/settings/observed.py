"""Where the cluster and its monitoring stack are looked at."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from exporter.settings.cloud import CloudSettings
from exporter.settings.forms import Duration, FilePath, Lies, Namespace, Strict
from exporter.settings.monitoring import (
    AlertmanagerSettings,
    ArgocdSettings,
    GrafanaSettings,
    PrometheusSettings,
)


class ClusterSettings(Strict, frozen=True, kw_only=True):
    """The cluster that is looked at. A plain text is its name."""

    name: Annotated[str, Meta(description="As the status page and reports show it.")] = ""
    destinations: (
        Annotated[
            tuple[str, ...],
            Meta(
                description="What Applications call this cluster: names and servers. Where they "
                "stand here, Applications that go to another one are out of scope. With one name "
                "and one server, a clusters generator of an ApplicationSet is evaluated for it. "
                "Default: in-cluster, https://kubernetes.default.svc."
            ),
        ]
        | UnsetType
    ) = UNSET


class KubernetesSettings(Strict, frozen=True, kw_only=True):
    """The Kubernetes API."""

    kubeconfig: Annotated[
        FilePath | None,
        Meta(
            description="A kubeconfig file; a relative one is relative to this file. Default: the "
            "pod's own service account; outside of a pod, what kubectl uses."
        ),
    ] = None
    namespaces: Annotated[
        tuple[Namespace, ...],
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
            "cluster; a relative one is relative to this file.",
            extra={"lies": Lies.FILE_OR_FOLDER},
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
    cloud: Annotated[
        CloudSettings | None, Meta(description="The cloud in which its machines run.")
    ] = None
    argocd: Annotated[
        ArgocdSettings | None,
        Meta(
            description="Argo CD's API: what cannot be rendered here (plugins, private charts, the "
            "source hydrator) is taken from it. It then shows nothing that Argo CD renders wrongly."
        ),
    ] = None

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        if given.get("kubernetes") is None or given.get("snapshot") is None:
            return ""
        return (
            "kubernetes and snapshot exclude each other: leave out snapshot to look at the live "
            "cluster, or kubernetes to look at what was dumped"
        )
