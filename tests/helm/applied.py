"""Applying what the chart renders to an API server, as ``helm install`` does, and strictly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from tests.apiserver.resources import DEPLOYMENTS, INGRESSES, NAMESPACES, SERVICES, Resource
from tests.helm.granted import granted
from tests.helm.rendered import Json, Rendered
from tests.helm.schemas import CUSTOM as SCHEMAS
from tests.helm.schemas import problem
from tests.real.clusters import Answer, Cluster, Real, Simulated

VERSION = "1.36"
"""What the simulated server says it is."""
ROLES = "rbac.authorization.k8s.io"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
NAMESPACE = "monitoring"


def _kind(group: str, version: str, plural: str, kind: str, *, namespaced: bool = True) -> Resource:
    custom = (f"{group}/{version}", kind) in SCHEMAS
    return Resource(
        group=group, version=version, plural=plural, kind=kind, namespaced=namespaced, custom=custom
    )


KINDS = {
    one.kind: one
    for one in (
        _kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),
        _kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"),
        _kind("", "v1", "serviceaccounts", "ServiceAccount"),
        _kind("", "v1", "configmaps", "ConfigMap"),
        _kind(ROLES, "v1", "clusterroles", "ClusterRole", namespaced=False),
        _kind(ROLES, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False),
        _kind(ROLES, "v1", "roles", "Role"),
        _kind(ROLES, "v1", "rolebindings", "RoleBinding"),
        SERVICES,
        DEPLOYMENTS,
        INGRESSES,
        _kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        _kind("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor"),
        _kind("monitoring.coreos.com", "v1", "podmonitors", "PodMonitor"),
        _kind("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule"),
        _kind("operator.victoriametrics.com", "v1beta1", "vmservicescrapes", "VMServiceScrape"),
        _kind("operator.victoriametrics.com", "v1beta1", "vmrules", "VMRule"),
        _kind("grafana.integreatly.org", "v1beta1", "grafanadashboards", "GrafanaDashboard"),
    )
}
"""Every kind that the chart can render, in Helm's order of installation."""


@asynccontextmanager
async def operators(cluster: Cluster) -> AsyncIterator[None]:
    """Serve the kinds that the chart renders, and be strict about their fields."""
    if isinstance(cluster, Simulated):
        for one in KINDS.values():
            cluster.api.install(one)
        cluster.api.admission = _problem
        yield
    if isinstance(cluster, Real):
        custom = [one for one in KINDS.values() if one.custom]
        for one in custom:
            await cluster.requests.do("POST", DEFINITIONS, body=_definition(one))
        try:
            for one in custom:
                await cluster.until(one.path, lambda status: status == HTTPStatus.OK)
            yield
        finally:
            paths = [f"{DEFINITIONS}/{one.qualified}" for one in custom]
            for path in paths:
                await cluster.requests.ask("DELETE", path)
            for path in paths:
                await cluster.until(path, lambda status: status == HTTPStatus.NOT_FOUND)


def _problem(content: Json) -> str:
    return "" if content["kind"] == NAMESPACES.kind else problem(content, version=VERSION)


@asynccontextmanager
async def applied(cluster: Cluster, rendered: Rendered) -> AsyncIterator[list[Answer]]:
    """Create all objects, one after the other; yield what was answered."""
    ordered = sorted(rendered.objects, key=lambda one: [*KINDS].index(one["kind"]))
    namespaces = {NAMESPACE, *(one["metadata"].get("namespace", NAMESPACE) for one in ordered)}
    for name in sorted(namespaces):
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        await cluster.requests.ask("POST", "/api/v1/namespaces", body=body)
    try:
        yield [await create(cluster, one) for one in ordered]
    finally:
        for one in reversed(ordered):
            path = f"{_collection(one)}/{one['metadata']['name']}"
            await cluster.requests.ask("DELETE", path)


async def create(cluster: Cluster, content: Json) -> Answer:
    """Create an object; a field that the server does not know is refused."""
    path = f"{_collection(content)}?fieldValidation=Strict"
    return await cluster.requests.ask("POST", path, body=content)


async def token_of(cluster: Cluster, rendered: Rendered) -> str:
    """Return a token of the account that the pods run as."""
    account = rendered.pod["serviceAccountName"]
    if isinstance(cluster, Real):
        return await cluster.token(
            f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        )
    return await cluster.grant(account, granted(rendered))


def _collection(content: Json) -> str:
    resource = KINDS[content["kind"]]
    within = content["metadata"].get("namespace")
    root = resource.path.removesuffix(f"/{resource.plural}")
    return f"{root}/namespaces/{within}/{resource.plural}" if within else resource.path


def _definition(resource: Resource) -> Json:
    """Return the definition of a custom kind, with the fields that our own schema knows."""
    names = {
        "plural": resource.plural,
        "singular": resource.kind.lower(),
        "kind": resource.kind,
        "listKind": f"{resource.kind}List",
    }
    spec = SCHEMAS[resource.api_version, resource.kind]["properties"]["spec"]
    whole = {"type": "object", "properties": {"spec": _structural(spec)}}
    version = {
        "name": resource.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": whole},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": resource.qualified,
            "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},
        },
        "spec": {
            "group": resource.group,
            "scope": "Namespaced",
            "names": names,
            "versions": [version],
        },
    }


def _structural(schema: Any) -> Any:
    """Return a schema as definitions want it: what is not named is unknown in any case."""
    if isinstance(schema, dict):
        kept = {k: v for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
        return {key: _structural(value) for key, value in kept.items()}
    return schema
