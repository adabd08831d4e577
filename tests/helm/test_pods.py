"""What runs in the pods, and who may talk to whom."""

from typing import Any

import pytest

from exporter.cli.serve import serve
from tests.helm.rendered import CASES, CHART, MINIMAL, OLD, Json, Rendered, case, render

KEY = "8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248"
REPO = "https://example.org/r"


def git_sync(auth: str = "", *, native: bool = True) -> Rendered:
    """Render with a way to read the repository."""
    on = "true" if native else "false"
    return render(
        f"gitSync: {{repo: {REPO}, native: {on}{', auth: ' + auth if auth else ''}}}\n",
        kube=OLD if not native else "v1.33.0",
    )


def container(pod: Json, kind: str, name: str) -> Json:
    """Return a container of a pod."""
    found: Json = next(one for one in pod[kind] if one["name"] == name)
    return found


def flags(one: Json) -> dict[str, str]:
    """Return the flags of a container."""
    parts = [arg.removeprefix("--").partition("=") for arg in one["args"] if arg[0] == "-"]
    return {name: value for name, _, value in parts}


def volume(pod: Json, name: str) -> Any:
    """Return a volume of a pod, without its name."""
    return next(
        {k: v for k, v in one.items() if k != "name"}
        for one in pod["volumes"]
        if one["name"] == name
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_exporter_knows_all_flags_that_it_is_given(path: Any) -> None:
    known = {name for parameter in serve.params for name in parameter.opts}

    given = [arg.partition("=")[0] for arg in case(path).exporter["args"]]

    assert given[0] == "serve"
    assert set(given[1:]) <= known


def test_a_native_sidecar_holds_the_exporter_back_until_the_checkout_is_there() -> None:
    pod = git_sync().pod

    sidecar = container(pod, "initContainers", "git-sync")
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["startupProbe"]["httpGet"] == {"path": "/", "port": "git-sync"}
    assert flags(sidecar)["http-bind"] == ":2020"
    assert "one-time" not in flags(sidecar)
    assert [one["name"] for one in pod["containers"]] == ["exporter"]


def test_without_native_sidecars_a_first_sync_holds_the_exporter_back() -> None:
    pod = git_sync(native=False).pod

    first = container(pod, "initContainers", "git-sync-first")
    later = container(pod, "containers", "git-sync")
    assert "restartPolicy" not in first
    assert "one-time" in flags(first)
    assert "one-time" not in flags(later)
    assert "restartPolicy" not in later
    assert flags(later).items() >= (flags(first).items() - {("one-time", "")})


def test_git_sync_publishes_the_link_that_the_settings_name() -> None:
    rendered = git_sync()

    found = flags(container(rendered.pod, "initContainers", "git-sync"))
    assert f"{found['root']}/{found['link']}" == "/git/current"
    assert "path: /git/current" in rendered.settings
    assert (found["repo"], found["ref"], found["depth"]) == (REPO, "HEAD", "1")
    assert found["max-failures"] == "-1"


def test_the_exporter_reads_the_root_of_the_checkout_and_cannot_write_it() -> None:
    mounts = git_sync().exporter["volumeMounts"]

    assert {"name": "git", "mountPath": "/git", "readOnly": True} in mounts


@pytest.mark.parametrize(
    ("auth", "expected", "keys"),
    [
        pytest.param(
            "{type: https, existingSecret: s, https: {username: u, tokenKey: t}}",
            {"username": "u", "password-file": "/etc/git-secret/t"},
            ["t"],
            id="https",
        ),
        pytest.param(
            "{type: ssh, existingSecret: s}",
            {
                "ssh-key-file": "/etc/git-secret/ssh",
                "ssh-known-hosts-file": "/etc/git-secret/known_hosts",
            },
            ["ssh", "known_hosts"],
            id="ssh",
        ),
        pytest.param(
            "{type: githubApp, existingSecret: s, "
            "githubApp: {applicationId: 12345678, installationId: 87654321, baseUrl: https://g/}}",
            {
                "github-app-application-id": "12345678",
                "github-app-installation-id": "87654321",
                "github-app-private-key-file": "/etc/git-secret/private-key.pem",
                "github-base-url": "https://g/",
            },
            ["private-key.pem"],
            id="GitHub App",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["initContainers", "containers"], ids=["native", "plain"])
def test_private_repositories_are_read_with_files_of_a_secret(
    auth: str, expected: dict[str, str], keys: list[str], kind: str
) -> None:
    native = kind == "initContainers"
    pod = git_sync(auth, native=native).pod

    public = git_sync(native=native).pod
    found, without = (flags(container(one, kind, "git-sync")) for one in (pod, public))
    assert dict(found.items() - without.items()) == expected
    assert volume(pod, "git-secret")["secret"] == {
        "secretName": "s",
        "defaultMode": 0o440,
        "items": [{"key": key, "path": key} for key in keys],
    }
    assert "git-secret" not in str(container(pod, "containers", "exporter"))


def test_a_public_repository_needs_no_secret() -> None:
    assert "secret" not in str(git_sync().pod).lower().replace("secrets/kubernetes.io", "")


def test_git_sync_runs_as_the_user_that_its_image_has_a_name_for() -> None:
    sidecar = container(git_sync().pod, "initContainers", "git-sync")

    assert sidecar["securityContext"]["runAsUser"] == 65533


def test_a_volume_takes_the_place_of_git_sync() -> None:
    rendered = case(CHART / "ci" / "air-gapped-values.yaml")

    assert "initContainers" not in rendered.pod
    assert volume(rendered.pod, "git") == {
        "persistentVolumeClaim": {"claimName": "infrastructure", "readOnly": True}
    }
    assert "path: /git\n" in rendered.settings


@pytest.mark.parametrize(
    ("values", "image"),
    [
        pytest.param(
            "{registry: r.example.org}",
            "r.example.org/cluster-conformance-exporter:0.1.0",
            id="registry",
        ),
        pytest.param(
            "{registry: r/m/, tag: 1.2.3}", "r/m/cluster-conformance-exporter:1.2.3", id="slash"
        ),
        pytest.param(
            f"{{tag: a, digest: 'sha256:{'0' * 64}'}}",
            f"registry.example.org/cluster-conformance-exporter@sha256:{'0' * 64}",
            id="digest",
        ),
    ],
)
def test_the_image_is_found_by_registry_tag_or_digest(values: str, image: str) -> None:
    assert render(MINIMAL, f"image: {values}").exporter["image"] == image


def test_the_registry_of_parent_charts_counts_for_every_image() -> None:
    found = render(MINIMAL, "global: {imageRegistry: mirror.example.org/hub/}")

    images = [one["image"] for one in (*found.pod["containers"], *found.pod["initContainers"])]
    assert images == [
        "mirror.example.org/hub/cluster-conformance-exporter:0.1.0",
        "mirror.example.org/hub/git-sync/git-sync:v4.7.1",
    ]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_probes_have_a_port_without_tls_or_passwords(path: Any) -> None:
    exporter = case(path).exporter

    ports = {port["name"]: port["containerPort"] for port in exporter["ports"]}
    found = flags(exporter)
    assert found["web.probe-address"] == f":{ports['probe']}"
    assert {exporter[kind]["httpGet"]["port"] for kind in ("livenessProbe", "readinessProbe")} == {
        "probe"
    }
    assert exporter["livenessProbe"]["httpGet"]["path"] == "/-/healthy"
    assert exporter["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    assert "probe" not in str(case(path).one("Service")["spec"])


def test_web_settings_become_flags() -> None:
    exporter = case(CHART / "ci" / "everything-values.yaml").exporter

    assert {
        "web.config.file": "/etc/cluster-conformance/web/web-config.yml",
        "web.route-prefix": "/conformance",
        "web.external-url": "https://tools.example.org/conformance",
        "web.enable-lifecycle": "",
        "log.format": "json",
    }.items() <= flags(exporter).items()


@pytest.mark.parametrize(
    ("web", "path"),
    [
        pytest.param("{}", "/metrics", id="default"),
        pytest.param("{externalUrl: https://a.example.org}", "/metrics", id="root"),
        pytest.param("{externalUrl: https://a.example.org/b/}", "/b/metrics", id="external"),
        pytest.param(
            "{externalUrl: https://a.example.org/b, routePrefix: /}", "/metrics", id="stripped"
        ),
        pytest.param("{routePrefix: /c, telemetryPath: /m}", "/c/m", id="prefix"),
    ],
)
def test_prometheus_asks_where_the_exporter_serves(web: str, path: str) -> None:
    (endpoint,) = render(MINIMAL, f"web: {web}").one("ServiceMonitor")["spec"]["endpoints"]

    assert endpoint["path"] == path


def test_a_monitor_says_what_values_say() -> None:
    monitor = case(CHART / "ci" / "everything-values.yaml").one("PodMonitor")

    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert endpoint["path"] == "/conformance/metrics"
    assert endpoint["port"] == "http"
    assert monitor["spec"]["sampleLimit"] == 5_000_000


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_selectors_choose_the_pods(path: Any) -> None:
    rendered = case(path)
    deployment = rendered.one("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]

    for kind in ("Service", "NetworkPolicy", "PodDisruptionBudget", "PodMonitor"):
        for one in rendered.all(kind):
            spec = one["spec"]
            chosen = spec.get("podSelector") or spec["selector"]
            assert chosen.get("matchLabels", chosen).items() <= labels.items(), kind
    for monitor in rendered.all("ServiceMonitor"):
        service = rendered.one("Service")["metadata"]["labels"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= service.items()


@pytest.mark.parametrize(
    ("values", "budgets"),
    [
        pytest.param("replicas: 1", 0, id="one pod"),
        pytest.param("replicas: 2", 1, id="two pods"),
        pytest.param("{replicas: 2, podDisruptionBudget: {enabled: false}}", 0, id="not wanted"),
    ],
)
def test_a_budget_never_blocks_the_drain_of_the_only_pod(values: str, budgets: int) -> None:
    assert len(render(MINIMAL, values).all("PodDisruptionBudget")) == budgets


def egress(*values: str) -> set[int]:
    """Return the ports that pods may go to."""
    rules = render(*values).one("NetworkPolicy")["spec"]["egress"]
    return {port["port"] for rule in rules for port in rule["ports"]}


def test_pods_may_go_to_what_the_settings_name_and_nowhere_else() -> None:
    asked = "settings: {observed: {prometheus: {url: http://p}, grafana: {url: http://g}}}"

    assert egress(MINIMAL) == {53, 443, 6443, 22}
    assert egress(MINIMAL, asked) == {53, 443, 6443, 22, 9090, 3000}
    cloud = "settings: {observed: {cloud: {aws: {region: eu-central-1}}}}"
    assert egress(MINIMAL, cloud) == {53, 443, 6443, 22, 80}
    volume_only = "{gitSync: {enabled: false}, repository: {volume: {emptyDir: {}}}}"
    assert egress(volume_only, "settings: {observed: {kubernetes: null, snapshot: /a}}") == {53}


def test_only_prometheus_may_come_in_by_default() -> None:
    (rule,) = render().one("NetworkPolicy")["spec"]["ingress"]

    assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]
    (peer,) = rule["from"]
    assert peer["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}


def test_nobody_comes_in_where_nobody_is_named() -> None:
    policy = render(MINIMAL, "networkPolicy: {prometheus: []}").one("NetworkPolicy")

    assert not policy["spec"]["ingress"]
    assert "Ingress" in policy["spec"]["policyTypes"]


def test_pods_run_on_the_monitoring_node_of_the_reference_cluster() -> None:
    pod = case(CHART / "ci" / "reference-cluster-values.yaml").pod

    assert pod["nodeSelector"] == {"kubernetes.io/hostname": "k8s-monitoring"}
    (toleration,) = pod["tolerations"]
    assert (toleration["key"], toleration["value"], toleration["effect"]) == (
        "node-role.kubernetes.io/infrastructure",
        "true",
        "NoSchedule",
    )


def test_pods_are_spread_by_their_own_labels() -> None:
    pod = case(CHART / "ci" / "everything-values.yaml").pod

    (spread,) = pod["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/name"] == "conformance"


@pytest.mark.parametrize(
    ("values", "note"),
    [
        pytest.param(MINIMAL, "NOTHING IS COMPARED", id="nothing declared"),
        pytest.param(MINIMAL, "set kubePrometheusStack.release", id="no release"),
        pytest.param(MINIMAL, "The links of alerts lead nowhere", id="links"),
        pytest.param(
            MINIMAL, "port-forward deployment/cluster-conformance-exporter 10799", id="status page"
        ),
        pytest.param(
            MINIMAL + "rbac: {create: false}\nsettings: {declared: {argocd: [a]}}\n",
            "list and watch on applications.argoproj.io, applicationsets.argoproj.io",
            id="no roles",
        ),
    ],
)
def test_notes_say_what_is_still_to_be_done(values: str, note: str) -> None:
    assert note in render(values).notes


def test_notes_say_what_namespaces_cost() -> None:
    notes = case(CHART / "ci" / "namespaced-values.yaml").notes

    assert "Only the namespaces api, argocd, web are looked at; node_dedication is unknown" in notes
    assert "all checks of nodes, of taints and of placement are unknown" in notes


def test_notes_of_the_reference_cluster_have_nothing_to_add() -> None:
    notes = case(CHART / "ci" / "reference-cluster-values.yaml").notes

    for warning in ("NOTHING", "lead nowhere", "kubePrometheusStack", "No roles"):
        assert warning not in notes
