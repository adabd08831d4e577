"""What a cluster says of itself to a deployer, from the bytes that an API server or a dump has."""

import json
from pathlib import Path
from typing import Any

import pytest

from exporter.domain.errors import ParseError
from exporter.domain.platform import Platform, RulesData
from exporter.observed import snapshot
from exporter.observed.platform import (
    chosen,
    parse_discovery,
    parse_rules,
    parse_version,
    served_in,
)

FOLLOWED = ["get", "list", "watch"]


def encoded(content: Any) -> bytes:
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("content", "version"),
    [
        pytest.param({"gitVersion": "v1.31.2"}, "1.31.2", id="as /version has it"),
        pytest.param({"gitVersion": "v1.31.2-eks-7f9249a"}, "1.31.2", id="EKS"),
        pytest.param({"gitVersion": "v1.30.5-gke.1443001"}, "1.30.5", id="GKE"),
        pytest.param({"gitVersion": "v1.29.4+k3s1"}, "1.29.4", id="k3s"),
        pytest.param({"serverVersion": {"gitVersion": "v1.36.0"}}, "1.36.0", id="kubectl version"),
        pytest.param({"clientVersion": {"gitVersion": "v1.36.0"}}, "", id="of the client alone"),
        pytest.param({"gitVersion": "unknown"}, "", id="no version"),
    ],
)
def test_the_version_is_the_servers_without_what_a_vendor_adds(
    content: dict[str, Any], version: str
) -> None:
    assert parse_version(encoded(content)) == version


def test_what_is_served_is_what_can_be_listed_and_watched() -> None:
    resources = [
        {"responseKind": {"kind": "Deployment"}, "verbs": FOLLOWED},
        {"responseKind": {"kind": "Scale"}, "verbs": ["get", "update"]},
    ]
    groups = [
        {"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": resources}]}
    ]

    aggregated = parse_discovery(encoded({"kind": "APIGroupDiscoveryList", "items": groups}))
    plain = parse_discovery(
        encoded(
            {
                "kind": "APIResourceList",
                "groupVersion": "v1",
                "resources": [
                    {"name": "pods", "kind": "Pod", "verbs": FOLLOWED},
                    {"name": "bindings", "kind": "Binding", "verbs": ["create"]},
                ],
            }
        )
    )

    assert set(served_in(aggregated)) == {"apps/v1", "apps/v1/Deployment"}
    assert set(served_in(plain)) == {"v1", "v1/Pod"}


@pytest.mark.parametrize("named", ["../../secrets", "apps/v1?watch=1", "", "Apps/v1", "a/b/v1"])
def test_a_version_that_none_can_be_leads_nowhere(named: str) -> None:
    groups = [{"versions": [{"groupVersion": named}, {"groupVersion": "apps/v1"}]}]

    document = parse_discovery(encoded({"kind": "APIGroupList", "groups": groups}))

    assert document.served_versions == ["apps/v1"]


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"gitVersion": 1}'])
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_version(body)


def config_map(data: dict[str, str], *, name: str = "argocd-cm", namespace: str = "argocd") -> Any:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def test_nothing_of_argocd_cm_is_kept_but_its_rules() -> None:
    data = {
        "dex.config": "clientSecret: hunter2",
        "resource.exclusions": "[]",
        "resource.customizations.ignoreDifferences.apps_Deployment": "jsonPointers: [/spec]",
        "resource.customizations.health.apps_Deployment": "return {}",
    }
    items = [config_map(data), config_map({"a": "b"}, name="other")]

    (found,) = parse_rules(encoded({"items": items}))

    assert found.where == "argocd/argocd-cm"
    assert set(found.data) == {
        "resource.exclusions",
        "resource.customizations.ignoreDifferences.apps_Deployment",
    }


def test_of_several_argo_cds_the_one_in_its_usual_namespace_counts_or_none() -> None:
    home, other, third = (RulesData(where=f"{one}/argocd-cm") for one in ("argocd", "b", "c"))

    assert chosen([other]) == (other, "")
    assert chosen([other, home]) == (home, "")
    assert chosen([]) == (None, "")
    rules, why = chosen([third, other])
    assert rules is None
    assert why == "several Argo CDs have rules (b/argocd-cm, c/argocd-cm)"


def test_a_dump_shows_the_platform_if_it_was_asked_for(tmp_path: Path) -> None:
    versions = [
        {"version": "v1", "resources": [{"responseKind": {"kind": "Pod"}, "verbs": FOLLOWED}]}
    ]
    core = {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "items": [{"metadata": {"name": ""}, "versions": versions}],
    }
    apps = {
        "kind": "APIResourceList",
        "groupVersion": "apps/v1",
        "resources": [{"name": "deployments", "kind": "Deployment", "verbs": FOLLOWED}],
    }
    files = {
        "version.json": {"clientVersion": {}, "serverVersion": {"gitVersion": "v1.33.1"}},
        "api.json": core,
        "apps.json": apps,
        "configmaps.json": {
            "kind": "List",
            "apiVersion": "v1",
            "items": [config_map({"kustomize.buildOptions": "--enable-helm"})],
        },
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(encoded(content))

    seen = snapshot.read(tmp_path)

    assert seen.failures == ()
    assert seen.find(Platform) == Platform(
        kube_version="1.33.1",
        api_versions=("apps/v1", "apps/v1/Deployment", "v1", "v1/Pod"),
        rules=RulesData(where="argocd/argocd-cm", data={"kustomize.buildOptions": "--enable-helm"}),
    )


def test_a_dump_without_them_knows_none(tmp_path: Path) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}}
    (tmp_path / "nodes.json").write_bytes(encoded(node))

    assert snapshot.read(tmp_path).find(Platform) is None
