"""Further repositories, and the folder of charts: their containers, volumes, settings and ways."""

from typing import Any

import helm_python
import pytest
import yaml

from tests.helm.rendered import MINIMAL, OLD, Rendered, render
from tests.helm.test_pods import container, flags, volume

FURTHER = """
gitSync:
  repo: https://git.example.org/a.git
  ref: main
  native: %s
  auth: {type: https, existingSecret: git}
  repositories:
    - {name: apps, repo: "https://git.example.org/apps.git"}
    - name: bases
      repo: https://mirror.example.org/bases.git
      url: git@git.example.org:bases.git
      ref: v1
      auth: {type: none}
settings: {declared: {argocd: [apps]}}
"""
FETCH = "settings: {declared: {charts: {fetch: [{url: 'https://charts.example.org'}]}}}\n"


def declared(rendered: Rendered) -> Any:
    return yaml.safe_load(rendered.settings)["declared"]


def egress(rendered: Rendered) -> list[list[int]]:
    rules = rendered.one("NetworkPolicy")["spec"]["egress"]
    return [[port["port"] for port in rule["ports"]] for rule in rules]


@pytest.mark.parametrize(("native", "kind"), [("true", "initContainers"), ("false", "containers")])
def test_each_further_repository_has_a_git_sync_of_its_own(native: str, kind: str) -> None:
    pod = render(FURTHER % native, kube=OLD if native == "false" else "v1.33.0").pod

    names = ["git-sync", "git-sync-apps", "git-sync-bases"]
    found = [flags(container(pod, kind, name)) for name in names]
    assert [(one["repo"], one["ref"], one["root"], one["http-bind"]) for one in found] == [
        ("https://git.example.org/a.git", "main", "/git", ":2020"),
        ("https://git.example.org/apps.git", "HEAD", "/repositories/apps", ":2021"),
        ("https://mirror.example.org/bases.git", "v1", "/repositories/bases", ":2022"),
    ]
    assert [one.get("password-file") for one in found] == [
        "/etc/git-secret/token",
        "/etc/git-secret-apps/token",
        None,
    ]


def test_further_repositories_become_settings() -> None:
    assert declared(render(FURTHER % "true"))["repositories"] == [
        {"path": "/repositories/apps/current", "url": "https://git.example.org/apps.git"},
        {
            "path": "/repositories/bases/current",
            "url": "git@git.example.org:bases.git",
            "reference": "v1",
        },
    ]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param("[{name: a, repo: r}, {name: a, repo: s}]", id="two of a name"),
        pytest.param("[{name: A, repo: r}]", id="no name of a volume"),
        pytest.param("[{name: a}]", id="no address"),
        pytest.param("[{name: a, repo: 'https://u:p@h/r'}]", id="a password"),
        pytest.param("[{name: a, repo: r, auth: {type: ssh}}]", id="no Secret"),
    ],
)
def test_further_repositories_that_cannot_be_are_refused(values: str) -> None:
    with pytest.raises(helm_python.HelmError):
        render(f"gitSync: {{repo: 'https://h/r', repositories: {values}}}\n")


def test_charts_are_fetched_into_a_volume_that_the_exporter_may_write() -> None:
    rendered = render(MINIMAL, FETCH)

    mounts = [one for one in rendered.exporter["volumeMounts"] if one["name"] == "charts"]
    assert mounts == [{"name": "charts", "mountPath": "/charts"}]
    assert volume(rendered.pod, "charts") == {"emptyDir": {"sizeLimit": "2Gi"}}
    assert declared(rendered)["charts"]["cache"] == "/charts"


def test_a_volume_of_charts_may_outlive_the_pod() -> None:
    claim = "charts: {volume: {persistentVolumeClaim: {claimName: charts}}, secrets: [ghcr]}\n"

    pod = render(MINIMAL, FETCH, claim).pod

    assert volume(pod, "charts") == {"persistentVolumeClaim": {"claimName": "charts"}}
    assert volume(pod, "charts-ghcr")["secret"]["secretName"] == "ghcr"


def test_a_way_to_registries_is_open_only_where_charts_are_fetched() -> None:
    ways = "networkPolicy: {egress: {registries: {ports: [5000]}}}\n"

    without, fetching = render(MINIMAL, ways), render(MINIMAL, ways, FETCH)

    assert [5000] not in egress(without)
    assert [5000] in egress(fetching)
    assert not any(one["name"] == "charts" for one in without.pod["volumes"])
