"""Values that make no sense are refused, with a message that says which and why."""

from pathlib import Path

import helm_python
import pytest

from tests.helm.rendered import CASES, MINIMAL, OLD, case, render

REPO = "gitSync: {repo: https://example.org/r}\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_values_of_every_case_are_valid(path: Path) -> None:
    assert case(path).objects


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param("replica: 2", "additional properties 'replica' not allowed", id="unknown"),
        pytest.param("image: {name: a}", "additional properties 'name' not", id="nested"),
        pytest.param("replicas: two", "/replicas': got string, want integer", id="type"),
        pytest.param("rbac: {scope: pods}", "must be one of 'cluster', 'namespace'", id="choice"),
        pytest.param(
            "rbac: {kinds: [secrets]}",
            "value must be one of 'appprojects.argoproj.io'",
            id="kind",
        ),
        pytest.param("rbac: {declaredKinds: [secrets]}", "'not' failed", id="secrets"),
        pytest.param("image: {digest: latest}", "does not match pattern", id="digest"),
        pytest.param("service: {port: 0}", "minimum: got 0, want 1", id="port"),
        pytest.param("gitSync: {submodules: off}", "must be one of 'off'", id="yaml's off"),
        pytest.param("serviceMonitor: {interval: 30}", "got number, want string", id="duration"),
        pytest.param("settings: {intervall: 1m}", "'intervall' not allowed", id="settings"),
        pytest.param(
            "settings: {declared: {terraform: [{dir: a}]}}", "missing property 'path'", id="deep"
        ),
        pytest.param(
            "settings: {waivers: [{check: a, subject: b, reason: c, expires: d}]}",
            "missing property 'owner'",
            id="required",
        ),
        pytest.param(
            "settings: {metrics: {detail: all}}", "must be one of 'findings'", id="literal"
        ),
        pytest.param(
            "prometheusRule: {customRules: {A: {labels: {}}}}", "'labels' not allowed", id="rule"
        ),
        pytest.param(
            "image: {registry: https://r.example.org}", "does not match", id="no registry"
        ),
        pytest.param("gitSync: {repo: git.example.org/r}", "does not match", id="no scheme"),
        pytest.param(
            "settings: {observed: {prometheus: {url: 'prometheus:9090'}}}",
            "does not match pattern '^https?://",
            id="no address",
        ),
        pytest.param(
            "settings: {declared: {inventory: {nodes: [{name: a, taints: [gpu]}]}}}",
            "does not match pattern",
            id="no taint",
        ),
        pytest.param(
            "settings: {declared: {terraform: [{path: ../etc}]}}", "'not' failed", id="outside"
        ),
        pytest.param("settings: {interval: soon}", "does not match pattern", id="no duration"),
        pytest.param("declaredOrder: [helm]", "must be one of 'terraform'", id="no source"),
        pytest.param("livenessProbe: {httpGet: {}}", "'httpGet' not allowed", id="probe"),
        pytest.param("ingress: {hosts: ['https://a']}", "does not match pattern", id="no host"),
        pytest.param("podMonitor: {scrapeProtocols: [json]}", "must be one of", id="protocol"),
        pytest.param("web: {routePrefix: a}", "does not match pattern", id="prefix"),
        pytest.param("credentials: {loki: {}}", "'loki' not allowed", id="credentials"),
    ],
)
def test_the_schema_refuses(values: str, message: str) -> None:
    with pytest.raises(helm_python.HelmValuesError) as refused:
        render(MINIMAL, values)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            REPO + "image: {registry: ''}",
            "image.registry is empty, and no registry has the image: build it",
            id="no registry",
        ),
        pytest.param(
            REPO + "settings: {observed: {snapshot: /snapshot}}",
            "Helm keeps the default settings.observed.kubernetes beside it: set",
            id="two clusters",
        ),
        pytest.param(REPO + "ingress: {enabled: true}", "ingress.hosts is empty", id="no host"),
        pytest.param(
            REPO + "httpRoute: {enabled: true}", "httpRoute.parentRefs is empty", id="no gateway"
        ),
        pytest.param(
            REPO + "victoriaMetrics: {serviceScrape: {enabled: true}}",
            "every pod would be scraped twice",
            id="scraped twice",
        ),
        pytest.param(
            REPO + "victoriaMetrics: {rule: {enabled: true}}",
            "every alert would fire twice",
            id="fired twice",
        ),
        pytest.param("{}", "gitSync.repo is empty: set it to", id="no repository"),
        pytest.param("gitSync: {enabled: false}", "no repository to read", id="no volume"),
        pytest.param(
            "gitSync: {repo: https://u:p@example.org/r}", "put the token into a Secret", id="token"
        ),
        pytest.param(
            "gitSync: {repo: https://example.org/r, auth: {type: ssh}}",
            "gitSync.auth.type ssh needs a Secret",
            id="no secret",
        ),
        pytest.param(
            "gitSync: {repo: https://example.org/r, auth: {type: githubApp, existingSecret: a}}",
            "needs applicationId and installationId",
            id="no app",
        ),
        pytest.param(REPO + "rbac: {scope: namespace}", "rbac.namespaces is empty", id="nowhere"),
        pytest.param(
            REPO
            + "rbac: {scope: namespace, namespaces: [a]}\n"
            + "settings: {observed: {kubernetes: {namespaces: [b]}}}",
            "rbac.namespaces differ",
            id="two lists",
        ),
        pytest.param(
            REPO + "podMonitor: {enabled: true}", "every pod would be scraped twice", id="monitors"
        ),
        pytest.param(
            REPO + "credentials: {grafana: {existingSecret: a, tokenKey: b}}",
            "settings.observed.grafana is not set",
            id="credentials for nobody",
        ),
        pytest.param(
            REPO
            + "settings: {observed: {grafana: {url: http://g}}}\n"
            + "credentials: {grafana: {existingSecret: a}}",
            "names no key of its Secret",
            id="no key",
        ),
        pytest.param(
            REPO
            + "settings: {observed: {grafana: {url: http://g}}}\n"
            + "credentials: {grafana: {existingSecret: a, passwordKey: b}}",
            "username and passwordKey need each other",
            id="no user",
        ),
        pytest.param(
            REPO
            + "existingSettings: {configMap: a}\n"
            + "credentials: {grafana: {existingSecret: a, tokenKey: b}}",
            "mount the Secret by extraVolumes",
            id="settings of others",
        ),
    ],
)
def test_values_that_need_each_other_are_refused_apart(values: str, message: str) -> None:
    with pytest.raises(helm_python.HelmRenderError) as refused:
        render(values)

    assert message in str(refused.value)


def test_a_snapshot_alone_is_taken() -> None:
    found = render(REPO, "settings: {observed: {snapshot: /snapshot, kubernetes: null}}")

    assert "snapshot: /snapshot" in found.settings
    assert "kubernetes" not in found.settings


def test_native_sidecars_are_refused_where_kubernetes_would_drop_them() -> None:
    with pytest.raises(helm_python.HelmRenderError) as refused:
        render(REPO, kube=OLD)

    assert f"Kubernetes {OLD} has no native sidecars" in str(refused.value)
    assert "Set gitSync.native to false" in str(refused.value)


def test_the_first_kubernetes_with_native_sidecars_is_taken() -> None:
    assert render(REPO, kube="v1.29.0").pod["initContainers"]
