"""What stands under ``settings`` is what the exporter reads, in an order that the chart keeps."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exporter.domain.provenance import Source
from exporter.settings.load import Loaded, load, parse
from tests.helm.rendered import CASES, CHART, case, render
from tests.helm.test_values import REPO

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster" / "conformance.yaml"
OWN = [path for path in CASES if not path.stem.startswith("existing-settings")]
FILES = "/etc/cluster-conformance/credentials"


def read(*values: str) -> Loaded:
    """Return the settings of values, as the exporter understands them."""
    return parse(render(*values).settings, name="conformance.yaml", folder=Path("/etc"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_the_exporter_finds_nothing_wrong_with_rendered_settings(
    path: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "conformance.yaml"
    settings.write_text(case(path).settings)

    done = subprocess.run(
        [sys.executable, "-m", "exporter", "config", "check", "--config.file", str(settings)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, f"{settings}: valid\n")
    # What they name is in the pod, and not here.
    assert all(" is no " in line for line in done.stderr.splitlines()), done.stderr


def test_the_reference_values_are_the_example_with_a_live_cluster() -> None:
    text = (CHART / "ci" / "reference-cluster-values.yaml").read_text()
    found = parse(render(text, kube="v1.28.4").settings, name="c.yaml", folder=Path("/etc"))
    example = load(EXAMPLE)

    def comparable(loaded: Loaded) -> dict[str, Any]:
        content: dict[str, Any] = msgspec.to_builtins(loaded.settings)
        return {
            key: value for key, value in content.items() if key not in {"repository", "observed"}
        }

    assert comparable(found) == comparable(example)
    assert found.order == example.order
    assert found.repository.url == example.repository.url
    assert found.repository.reference == example.repository.reference


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param("", ["terraform", "ansible", "argocd", "kustomize"], id="default"),
        pytest.param(
            "declaredOrder: [argocd, kustomize, ansible, terraform]",
            ["argocd", "kustomize", "ansible", "terraform"],
            id="told",
        ),
    ],
)
def test_the_order_of_declarations_is_kept(order: str, expected: list[str]) -> None:
    declared = (
        "settings: {declared: {argocd: [a], ansible: {inventory: i}, kustomize: [k], "
        "terraform: [{path: t}], max_age: 2h, inventory: {nodes: [{name: a}]}}}\n"
    )

    loaded = read(REPO, declared, order)

    assert loaded.order == (*map(Source, expected), Source.INVENTORY)
    assert loaded.settings.declared.max_age == "2h"


def test_a_kind_that_is_left_out_of_the_order_is_not_lost() -> None:
    loaded = read(REPO, "settings: {declared: {argocd: [a], kustomize: [k]}}", "declaredOrder: []")

    assert loaded.settings.declared.kustomize == ("k",)


@pytest.mark.parametrize(
    ("ref", "reference"),
    [
        pytest.param("main", "main", id="branch"),
        pytest.param("v1.2.3", "v1.2.3", id="tag"),
        pytest.param("HEAD", "", id="whatever is the default"),
        pytest.param("8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248", "", id="commit"),
    ],
)
def test_the_exporter_learns_what_git_sync_follows(ref: str, reference: str) -> None:
    loaded = read(f"gitSync: {{repo: https://example.org/r, ref: {ref}}}")

    assert loaded.repository.reference == reference
    assert loaded.repository.path == "/git/current"


def test_a_reference_of_the_settings_wins() -> None:
    more = "settings: {repository: {reference: release}}"

    assert read("gitSync: {repo: https://example.org/r, ref: main}", more).repository.reference == (
        "release"
    )


def test_a_repository_may_be_a_text() -> None:
    loaded = read("gitSync: {repo: https://example.org/r, ref: main}", "settings: {repository: /a}")

    assert (loaded.repository.path, loaded.repository.reference) == ("/a", "main")


def test_namespaces_to_look_at_are_those_of_the_roles() -> None:
    loaded = read(REPO, "rbac: {scope: namespace, namespaces: [web, api]}")

    kubernetes = loaded.settings.observed.kubernetes
    assert kubernetes is not None
    assert kubernetes.namespaces == ("web", "api")


def test_secrets_become_files_that_the_settings_name() -> None:
    rendered = case(CHART / "ci" / "tls-and-auth-values.yaml")

    observed = parse(rendered.settings, name="c.yaml", folder=Path("/etc")).settings.observed
    assert observed.prometheus is not None
    assert observed.prometheus.token_file == f"{FILES}/prometheus/token"
    assert observed.prometheus.tls.ca_file == f"{FILES}/prometheus/ca.crt"
    assert observed.alertmanager is not None
    assert observed.alertmanager.basic_auth is not None
    assert observed.alertmanager.basic_auth.username == "conformance"
    assert observed.alertmanager.basic_auth.password_file == f"{FILES}/alertmanager/password"
    assert observed.grafana is not None
    assert observed.grafana.token_file == f"{FILES}/grafana/token"


def test_what_the_settings_name_is_mounted_there_and_no_other_key() -> None:
    pod = case(CHART / "ci" / "tls-and-auth-values.yaml").pod

    (exporter,) = pod["containers"]
    folders = {mount["name"]: mount["mountPath"] for mount in exporter["volumeMounts"]}
    files = {
        f"{folders[volume['name']]}/{item['path']}"
        for volume in pod["volumes"]
        if volume["name"].startswith("credentials-")
        for item in volume["secret"]["items"]
    }
    assert files == {
        f"{FILES}/prometheus/token",
        f"{FILES}/prometheus/ca.crt",
        f"{FILES}/alertmanager/password",
        f"{FILES}/alertmanager/ca.crt",
        f"{FILES}/grafana/token",
    }


def test_a_large_number_stays_a_number() -> None:
    loaded = read(REPO, "settings: {metrics: {findings_limit: 20000000}}")

    assert loaded.settings.metrics.findings_limit == 20_000_000


def test_settings_of_a_config_map_are_taken_by_its_name() -> None:
    rendered = case(CHART / "ci" / "existing-settings-values.yaml")

    (volume,) = (one for one in rendered.pod["volumes"] if one["name"] == "settings")
    assert volume["configMap"] == {"name": "conformance-settings"}
    assert rendered.exporter["env"][0] == {
        "name": "CLUSTER_CONFORMANCE_CONFIG_FILE",
        "value": "/etc/cluster-conformance/settings/settings.yaml",
    }
    assert "conformance.yaml" not in str(rendered.all("ConfigMap"))
