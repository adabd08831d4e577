"""What the server tells of itself: its version, its groups and their resources, its health."""

from collections.abc import Iterable
from typing import Any

from tests.apiserver.resources import Resource

VERSION = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.0",
    "gitTreeState": "clean",
    "goVersion": "go1.26.0",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_REVIEWS = Resource(
    group="authorization.k8s.io", version="v1", plural="", kind="", namespaced=False
)


def answer(path: str, resources: Iterable[Resource]) -> dict[str, Any] | None:
    """Return what stands at an address of discovery; None where nothing does."""
    known = (*resources, _REVIEWS)
    groups = {one.group: _group(one.group, known) for one in known if one.group}
    found: dict[str, Any] = {
        "/version": VERSION,
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [*groups.values()]},
    }
    for name, group in groups.items():
        found[f"/apis/{name}"] = {"kind": "APIGroup", "apiVersion": "v1", **group}
    for version in {one.api_version for one in known}:
        served = [one for one in known if one.api_version == version]
        found[f"/{'apis' if '/' in version else 'api'}/{version}"] = _resource_list(version, served)
    return found.get(path.rstrip("/"))


def _group(group: str, resources: Iterable[Resource]) -> dict[str, Any]:
    versions = dict.fromkeys(one.version for one in resources if one.group == group)
    listed = [{"groupVersion": f"{group}/{one}", "version": one} for one in versions]
    return {"name": group, "versions": listed, "preferredVersion": listed[0]}


def _resource_list(version: str, resources: Iterable[Resource]) -> dict[str, Any]:
    listed = [
        {
            "name": one.plural,
            "singularName": one.kind.lower(),
            "namespaced": one.namespaced,
            "kind": one.kind,
            "verbs": ["get", "list", "watch"],
        }
        for one in resources
        if one.plural
    ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": listed,
    }
